import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { findPassword, passwordFilePath } from "./password-file.ts";
import { type DatabaseReference, databaseReferenceSchema } from "./reference.ts";

/** Where the PostgreSQL server of this environment listens, and who administers it. */
export interface ServerEndpoint {
  readonly host: string;
  readonly port: number;
  /** PGUSER: the login that may create databases and roles. */
  readonly administrator: string;
}

const endpointSchema = z.object({
  PGHOST: z.string({ error: "is not set" }).min(1, "is empty"),
  PGPORT: z.coerce.number({ error: "is not a port number" }).int().min(1).max(65535).default(5432),
  PGUSER: z.string().min(1).default("postgres"),
});

/**
 * Reads PGHOST, PGPORT (default 5432) and PGUSER (default postgres).
 * @throws UserError naming every variable that is missing or wrong.
 */
export function serverEndpoint(environment: NodeJS.ProcessEnv = process.env): ServerEndpoint {
  const parsed = endpointSchema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new UserError(
      `The PostgreSQL server is not known: ${problems.join("; ")}.\n` +
        '  Start the sandbox and take its endpoints: ./slipway sandbox start && eval "$(./slipway env)", or set PGHOST, PGPORT and PGPASSFILE.',
    );
  }
  return { host: parsed.data.PGHOST, port: parsed.data.PGPORT, administrator: parsed.data.PGUSER };
}

export interface ConnectOptions {
  /** What `pg_stat_activity` shows for the session. */
  readonly applicationName: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds to wait for a server that is starting or briefly full. @default 10000 */
  readonly patience?: number;
}

/**
 * Opens a session on the database that the reference names.
 *
 * @returns a connected client; the caller ends it. A connection that is lost later fails the next query and never the process.
 * @throws UserError when the server cannot be reached, refuses the password, or has no such database (see `isMissingDatabase`).
 */
export async function connect(reference: DatabaseReference, options: ConnectOptions): Promise<pg.Client> {
  const { database, user } = parseReference(reference);
  const environment = options.environment ?? process.env;
  const { host, port, administrator } = serverEndpoint(environment);
  const file = passwordFilePath(environment);
  const password =
    (await findPassword(file, { host, port, user })) ?? (user === administrator ? environment.PGPASSWORD : undefined);
  const end = Date.now() + (options.patience ?? 10_000);
  for (;;) {
    const client = new pg.Client({
      host,
      port,
      user,
      database,
      // A function, so that pg never falls back to another password file of its own choice.
      password: () => password ?? "",
      application_name: options.applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (!isTransient(error) || Date.now() > end) throw explain(error, { host, port, user, database, file, password });
      await sleep(100);
    }
  }
}

/** Connects, works, and closes the session whatever happens. */
export async function withConnection<T>(
  reference: DatabaseReference,
  options: ConnectOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(reference, options);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The reference to a database as the server's administrator (PGUSER). */
export function asAdministrator(database: string, environment: NodeJS.ProcessEnv = process.env): DatabaseReference {
  return { kind: "environment", database, user: serverEndpoint(environment).administrator };
}

/** True for the error of `connect` that says that the database is not there. */
export function isMissingDatabase(error: unknown): boolean {
  return error instanceof UserError && sqlState(error.cause) === "3D000";
}

/** True for the error of `connect` that says that the server refused the login or its password, or that there is no password. */
export function isRefusedLogin(error: unknown): boolean {
  return error instanceof UserError && refusesLogin(error.cause);
}

/** 28P01 invalid_password, 28000 invalid_authorization; pg's own SASL error when there is no password to answer with. */
function refusesLogin(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code === "28P01" || error.code === "28000";
  return error instanceof Error && error.message.startsWith("SASL:");
}

/** The five-character SQLSTATE of an error that PostgreSQL sent, if it did. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function parseReference(reference: unknown): DatabaseReference {
  const parsed = databaseReferenceSchema.safeParse(reference);
  if (parsed.success) return parsed.data;
  throw new UserError(`This does not name a database:\n${z.prettifyError(parsed.error)}`);
}

/** 57P03: the server is starting or recovering; 53300: too many clients. */
function isTransient(error: unknown): boolean {
  return ["57P03", "53300"].includes(sqlState(error) ?? "");
}

interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly file: string;
  readonly password: string | undefined;
}

function explain(error: unknown, { host, port, user, database, file, password }: Attempt): UserError {
  const server = `PostgreSQL at ${host}:${port}`;
  const state = sqlState(error);
  const said = error instanceof Error ? error.message : String(error);
  if (state === "3D000") {
    return new UserError(`${server} has no database "${database}".\n  Run ./slipway up for the stack that owns it.`, {
      cause: error,
    });
  }
  if (refusesLogin(error)) {
    const why =
      password === undefined ? `${file} has no password for it` : `the password in ${file} is not its password`;
    return new UserError(
      `${server} refuses the login "${user}": ${why}.\n  Run ./slipway up for the stack that owns the role; it sets a new password.`,
      { cause: error },
    );
  }
  if (state !== undefined)
    return new UserError(`${server} refuses a session for "${user}" on "${database}": ${said}`, { cause: error });
  return new UserError(
    `${server} cannot be reached: ${said || (error as NodeJS.ErrnoException).code}.\n` +
      "  Is it running? ./slipway sandbox status shows the local one; PGHOST and PGPORT say where it is looked for.",
    { cause: error },
  );
}
