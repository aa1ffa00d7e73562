import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { provideBinaries } from "../../sandbox/postgres/binaries.ts";

/** A throw-away PostgreSQL server, as the sandbox offers one: an administrator, SCRAM, and a password file. */
export interface TestPostgres {
  /** PGHOST, PGPORT, PGUSER and PGPASSFILE for code under test and for child processes. */
  readonly environment: Record<string, string>;
  readonly port: number;
  /** Address of a database with the administrator's password, for programs that take nothing else. */
  url(database: string): string;
  /** A new connection as the administrator; the caller ends it. */
  connect(database?: string): Promise<pg.Client>;
  /** Runs one statement as the administrator and returns its rows. */
  query<Row extends pg.QueryResultRow>(database: string, text: string, values?: unknown[]): Promise<Row[]>;
}

const nobody = 65534;
const asRoot = process.getuid?.() === 0;
let running: Promise<TestPostgres> | undefined;

/** The one server of this mocha process; it starts at the first call and stops when the process ends, however it ends. */
export function testPostgres(): Promise<TestPostgres> {
  running ??= start();
  return running;
}

async function start(): Promise<TestPostgres> {
  // PostgreSQL refuses root, and "nobody" must be able to walk to its files: TMPDIR may be private, /var/tmp is not.
  const directory = mkdtempSync(path.join(asRoot ? "/var/tmp" : tmpdir(), "slipway-test-postgres-"));
  if (asRoot) chownSync(directory, nobody, nobody);
  const binaries = await reachableBinaries();
  const data = path.join(directory, "data");
  const password = randomBytes(12).toString("hex");
  const passwordInput = path.join(directory, "password");
  writeFileSync(passwordInput, password, { mode: 0o644 });
  const identity = asRoot ? { uid: nobody, gid: nobody } : {};
  execFileSync(
    path.join(binaries, "initdb"),
    [
      "-D",
      data,
      "-U",
      "postgres",
      "-A",
      "scram-sha-256",
      `--pwfile=${passwordInput}`,
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
    ],
    { ...identity, cwd: directory, stdio: ["ignore", "ignore", "pipe"] },
  );
  rmSync(passwordInput);

  const port = await freePort();
  const server = spawnUntilParentEnds(
    [
      path.join(binaries, "postgres"),
      "-D",
      data,
      "-p",
      String(port),
      "-h",
      "127.0.0.1",
      "-k",
      "",
      "-F",
      "-c",
      "max_connections=80",
    ],
    { ...identity, cwd: directory },
  );

  const secrets = mkdtempSync(path.join(tmpdir(), "slipway-test-secrets-"));
  process.on("exit", () => rmSync(secrets, { recursive: true, force: true }));
  const passwordFile = path.join(secrets, "pgpass");
  writeFileSync(passwordFile, `127.0.0.1:${port}:*:postgres:${password}\n`, { mode: 0o600 });

  const connect = async (database = "postgres") => {
    const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database });
    client.on("error", () => {});
    await client.connect();
    (client as unknown as { unref(): void }).unref(); // a failed test that left it open must not keep mocha from ending
    return client;
  };
  await until("the test's PostgreSQL accepts connections", async () => {
    if (server.exitCode !== null)
      throw new Error(`PostgreSQL ended: ${readFileSync(path.join(directory, "log"), "utf8")}`);
    const client = await connect().catch(() => undefined);
    await client?.end();
    return client !== undefined;
  });
  return {
    port,
    url: (database) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`,
    environment: { PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "postgres", PGPASSFILE: passwordFile },
    connect,
    async query(database, text, values) {
      const client = await connect(database);
      try {
        return (await client.query(text, values)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

/** PostgreSQL's programs as the sandbox provides them: complete, and where the account that runs them can reach them. */
async function reachableBinaries(): Promise<string> {
  const account = asRoot ? { uid: nobody, gid: nobody } : undefined;
  return path.join((await provideBinaries(account, () => {})).directory, "bin");
}

/** Runs a command that dies with this process, even by `kill -9`: its guard waits for the end of a pipe that we hold open. */
function spawnUntilParentEnds(command: string[], options: { uid?: number; gid?: number; cwd: string }): ChildProcess {
  const guard = '"$@" </dev/null >log 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait; rm -rf "$PWD"';
  const child = spawn("/bin/sh", ["-c", guard, "guard", ...command], {
    ...options,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Waits for a condition, at most `seconds`; fails with the sentence that did not come true. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not true within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

let databases = 0;

/**
 * A database of its own for one suite, with the four group roles and an owner that is no superuser, as migrations find it.
 * @param template a database to begin as a copy of, to which nobody is connected. @default an empty one
 */
export async function migratableDatabase(template = "template1"): Promise<{ name: string; owner: string }> {
  const server = await testPostgres();
  const name = `test_${process.pid}_${++databases}`;
  const owner = "test_owner";
  const client = await server.connect();
  try {
    for (const role of ["slipway_application", "slipway_organization_admin", "slipway_operator", "slipway_auditor"]) {
      await client.query(`DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    }
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${owner} LOGIN PASSWORD 'test'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await client.query(`CREATE DATABASE ${name} OWNER ${owner} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }
  const file = server.environment.PGPASSFILE as string;
  const line = `127.0.0.1:${server.port}:*:${owner}:test\n`;
  if (!readFileSync(file, "utf8").includes(line)) writeFileSync(file, readFileSync(file, "utf8") + line);
  return { name, owner };
}
