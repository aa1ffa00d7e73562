import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { isMissingSecret } from "../aws/secrets.ts";
import { UserError } from "../errors.ts";
import { type Login, loginOf, serverEndpoint } from "./login.ts";
import { type DatabaseReference, databaseReferenceSchema, type EnvironmentReference } from "./reference.ts";

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
 * @throws UserError when the server cannot be reached, does not prove who it is, refuses the password, or has no such database
 *   (see `isMissingDatabase`).
 */
export async function connect(reference: DatabaseReference, options: ConnectOptions): Promise<pg.Client> {
  const wanted = parseReference(reference);
  const environment = options.environment ?? process.env;
  let login = await loginOf(wanted, environment);
  let mayBeRotating = wanted.kind === "secret";
  const end = Date.now() + (options.patience ?? 10_000);
  for (;;) {
    const client = new pg.Client({
      host: login.host,
      port: login.port,
      user: login.user,
      database: wanted.database,
      // A function, so that pg never falls back to another password file of its own choice.
      password: () => login.password ?? "",
      application_name: options.applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      ...(login.tls && { ssl: login.tls }),
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (refusesLogin(error) && mayBeRotating) {
        mayBeRotating = false;
        login = await loginOf(wanted, environment);
        continue;
      }
      if (!isTransient(error) || Date.now() > end) throw explain(error, login, wanted.database);
      await sleep(100);
    }
  }
}

/**
 * Connects, works, and closes the session whatever happens.
 * @throws UserError when the server's disk is full, beside what `connect` and the work throw
 */
export async function withConnection<T>(
  reference: DatabaseReference,
  options: ConnectOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(reference, options);
  try {
    return await work(client);
  } catch (error) {
    throw isDiskFull(error) ? diskFullError(error, "Nothing of the transaction that needed room was kept.") : error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The reference to a database as the server's administrator (PGUSER). */
export function asAdministrator(database: string, environment: NodeJS.ProcessEnv = process.env): EnvironmentReference {
  return { kind: "environment", database, user: serverEndpoint(environment).administrator };
}

/** True for the error of `connect` that says that the database is not there: neither it nor, if it has one, its secret. */
export function isMissingDatabase(error: unknown): boolean {
  return error instanceof UserError && (sqlState(error.cause) === "3D000" || isMissingSecret(error));
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

/** True for 53100 disk_full: also a file system's quota. */
export function isDiskFull(error: unknown): error is pg.DatabaseError {
  return sqlState(error) === "53100";
}

/** @param kept what was written and what was not */
export function diskFullError(error: pg.DatabaseError, kept: string): UserError {
  return new UserError(
    `The disk of the database's server is full: ${error.message}. ${kept}\n` +
      "  Make room there and run again. On RDS storage grows by itself up to slipway:database.maxStorageGiB, in steps that may be six hours apart:\n" +
      "  raise slipway:database.storageGiB for room now.",
    { cause: error },
  );
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

/** What OpenSSL and Node say of a certificate that does not prove who the server is. */
const distrust = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|INVALID_CA|INVALID_PURPOSE/;

function explain(error: unknown, { host, port, user, password, secret, tls }: Login, database: string): UserError {
  const server = `PostgreSQL at ${host}:${port}`;
  const state = sqlState(error);
  const said = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const because = (message: string) => new UserError(message, { cause: error });
  if (state === "3D000")
    return because(`${server} has no database "${database}".\n  Run ./slipway up for the stack that owns it.`);
  if (refusesLogin(error)) {
    if (tls) {
      return because(
        `${server} refuses the login "${user}" with the password in ${secret}.\n` +
          "  While RDS changes the password, wait a minute and try again; otherwise let it change it: aws secretsmanager rotate-secret.",
      );
    }
    const why =
      password === undefined ? `${secret} has no password for it` : `the password in ${secret} is not its password`;
    return because(
      `${server} refuses the login "${user}": ${why}.\n  Run ./slipway up for the stack that owns the role; it sets a new password.`,
    );
  }
  // A session's beginning writes too: what a table is made of, for the next one.
  if (isDiskFull(error)) return diskFullError(error, "Nothing was done.");
  if (state !== undefined) return because(`${server} refuses a session for "${user}" on "${database}": ${said}`);
  if (tls && (distrust.test(code) || said.includes("SSL connections"))) {
    return because(
      `${server} does not prove who it is: ${said}.\n` +
        "  Nothing was sent. Its certificate must name this host and come from AWS's authority for RDS, or from one in the file that PGSSLROOTCERT names.",
    );
  }
  return because(
    `${server} cannot be reached: ${said || code}.\n${
      tls
        ? "  RDS is not public: run this inside the VPC, in the delivery runner or as a one-off task (./slipway task)."
        : "  Is it running? ./slipway sandbox status shows the local one; PGHOST and PGPORT say where it is looked for."
    }`,
  );
}
