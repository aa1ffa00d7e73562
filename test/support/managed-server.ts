import { randomBytes } from "node:crypto";
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SecretReference } from "../../delivery/database/reference.ts";
import { type FakeSecretsManager, startFakeSecretsManager } from "../delivery/aws/fake-secrets-manager.ts";
import { testAuthority } from "./certificates.ts";
import { type TestPostgres, testPostgres, until } from "./postgres.ts";

/** The test's PostgreSQL as RDS would show it: TLS, a master user without superuser, its password in Secrets Manager. */
export interface ManagedServer {
  readonly server: TestPostgres;
  readonly manager: FakeSecretsManager;
  readonly master: string;
  readonly secretArn: string;
  /** AWS_* and PGSSLROOTCERT, for the process (the SDK reads nothing else). */
  readonly environment: Record<string, string>;
  /** A file with the certificate of an authority that the server's certificate is not from. */
  readonly foreignAuthority: string;
  reference(database: string): SecretReference;
  /** RDS changes the master user's password: first in the server, then in the secret. */
  rotate(): Promise<{ store(): void }>;
  /** Turns TLS off and on again. */
  serveTls(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startManagedServer(): Promise<ManagedServer> {
  const server = await testPostgres();
  const manager = await startFakeSecretsManager();
  const directory = mkdtempSync(path.join(tmpdir(), "slipway-test-managed-"));
  const authority = testAuthority();
  const write = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  await installCertificate(server, authority.issue("127.0.0.1"));

  const master = `test_master_${process.pid}`;
  const secretArn = "arn:aws:secretsmanager:us-west-2:000000000000:secret:rds!db-test-AbCdEf";
  const setPassword = async (statement: string) => {
    const password = randomBytes(12).toString("hex");
    await server.query("postgres", `${statement} PASSWORD '${password}'`);
    return { store: () => manager.put(secretArn, JSON.stringify({ username: master, password })) };
  };
  // What RDS gives its master user, as far as PostgreSQL knows it.
  (await setPassword(`CREATE ROLE ${master} LOGIN CREATEDB CREATEROLE`)).store();

  return {
    server,
    manager,
    master,
    secretArn,
    environment: { ...manager.environment, PGSSLROOTCERT: write("authority.pem", authority.certificate) },
    foreignAuthority: write("foreign.pem", testAuthority().certificate),
    reference: (database) => ({ kind: "secret", arn: secretArn, host: "127.0.0.1", port: server.port, database }),
    serveTls: (on) => switchTls(server, on),
    rotate: () => setPassword(`ALTER ROLE ${master}`),
    stop: async () => {
      await manager.stop();
      await switchTls(server, false);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Lets the running server offer TLS beside plain connections. */
async function installCertificate(
  server: TestPostgres,
  { key, certificate }: { key: string; certificate: string },
): Promise<void> {
  const [{ data_directory: data } = { data_directory: "" }] = await server.query<{ data_directory: string }>(
    "postgres",
    "SHOW data_directory",
  );
  const { uid, gid } = statSync(data);
  for (const [name, text] of Object.entries({ "server.key": key, "server.crt": certificate })) {
    const file = path.join(data, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (process.getuid?.() === 0) chownSync(file, uid, gid);
  }
  await switchTls(server, true);
}

async function switchTls(server: TestPostgres, on: boolean): Promise<void> {
  const wanted = on ? "on" : "off";
  await server.query("postgres", `ALTER SYSTEM SET ssl = ${wanted}`);
  await server.query("postgres", "SELECT pg_reload_conf()");
  await until(`TLS is ${wanted}`, async () => {
    const [{ ssl } = { ssl: "" }] = await server.query<{ ssl: string }>("postgres", "SHOW ssl");
    return ssl === wanted;
  });
}
