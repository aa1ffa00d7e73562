import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { provideBinaries } from "../../sandbox/postgres/binaries.ts";

/** A PostgreSQL server for one benchmark: durable as in production (fsync on), otherwise as it comes. */
export interface BenchServer {
  /** PGHOST, PGPORT, PGUSER and PGPASSFILE for the runner. */
  readonly environment: Record<string, string>;
  readonly owner: string;
  connect(database: string): Promise<pg.Client>;
  pool(database: string, size: number): pg.Pool;
  stop(): Promise<void>;
}

const owner = "bench_owner";
const password = "bench";
const groupRoles = ["slipway_application", "slipway_organization_admin", "slipway_operator", "slipway_auditor"];

export async function startServer(): Promise<BenchServer> {
  const asRoot = process.getuid?.() === 0;
  const account = asRoot ? { uid: 65534, gid: 65534 } : undefined;
  const directory = mkdtempSync(path.join(asRoot ? "/var/tmp" : tmpdir(), "slipway-bench-postgres-"));
  if (asRoot) chownSync(directory, 65534, 65534);
  const binaries = path.join((await provideBinaries(account, () => {})).directory, "bin");
  const data = path.join(directory, "data");
  const options = { ...account, cwd: directory };
  execFileSync(
    path.join(binaries, "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
    {
      ...options,
      stdio: "ignore",
    },
  );
  const port = await freePort();
  const settings = ["max_connections=60", "shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min"];
  const server = spawn(
    path.join(binaries, "postgres"),
    ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", ...settings.flatMap((setting) => ["-c", setting])],
    { ...options, stdio: "ignore" },
  );
  const at = { host: "127.0.0.1", port, user: "postgres", password };
  const connect = async (database: string) => {
    const client = new pg.Client({ ...at, database });
    await client.connect();
    return client;
  };
  const admin = await untilReady(() => connect("postgres"), server);
  for (const role of groupRoles) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
  await admin.query(`CREATE ROLE ${owner} LOGIN CREATEDB`);
  await admin.end();
  const passwordFile = path.join(mkdtempSync(path.join(tmpdir(), "slipway-bench-")), "pgpass");
  writeFileSync(passwordFile, `127.0.0.1:${port}:*:*:${password}\n`, { mode: 0o600 });
  return {
    environment: { PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "postgres", PGPASSFILE: passwordFile },
    owner,
    connect,
    pool: (database, size) => new pg.Pool({ ...at, database, max: size, idleTimeoutMillis: 0 }),
    stop: async () => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(directory, { recursive: true, force: true });
      rmSync(path.dirname(passwordFile), { recursive: true, force: true });
    },
  };
}

async function untilReady<T>(attempt: () => Promise<T>, server: ChildProcess): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
