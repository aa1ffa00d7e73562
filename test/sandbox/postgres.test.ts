import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { endpointEnvironment, resetSandbox, startSandbox, stopSandbox } from "../../sandbox/index.ts";
import { layoutOf } from "../../sandbox/layout.ts";
import { isRoot } from "../../sandbox/postgres/account.ts";
import { identify } from "../../sandbox/system/processes.ts";
import { connect, eventually, pidOf, processesOf, removeRoots, sql, temporaryRoot } from "./support.ts";

const parts = ["postgres"] as const;

describe("sandbox: PostgreSQL", () => {
  afterEach(removeRoots);

  it("is set up for durable, portable, private work", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    const names = [
      "fsync",
      "full_page_writes",
      "synchronous_commit",
      "data_checksums",
      "listen_addresses",
      "password_encryption",
      "server_encoding",
      "log_statement",
      "log_min_error_statement",
    ];
    const settings = await sql<{ name: string; setting: string }>(
      root,
      `SELECT name, setting FROM pg_settings WHERE name IN (${names.map((name) => `'${name}'`).join()})`,
    );
    assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      data_checksums: "on",
      listen_addresses: "127.0.0.1",
      password_encryption: "scram-sha-256",
      server_encoding: "UTF8",
      log_statement: "none",
      log_min_error_statement: "panic",
    });
    const [locale] = await sql(root, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'template1'");
    assert.deepEqual(locale, { datlocprovider: "b", datlocale: "C.UTF-8" });
    const methods = await sql<{ auth_method: string }>(root, "SELECT DISTINCT auth_method FROM pg_hba_file_rules");
    assert.deepEqual(methods, [{ auth_method: "scram-sha-256" }]);
  });

  it("refuses a wrong password", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    const client = new pg.Client({
      host: "127.0.0.1",
      port: Number(endpointEnvironment(root).PGPORT),
      user: "postgres",
      password: "wrong",
    });
    client.on("error", () => undefined);
    await assert.rejects(client.connect(), { code: "28P01" });
  });

  it("keeps every committed row when the server is killed in the midst of writing", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await sql(root, "CREATE TABLE entries (number int PRIMARY KEY)");
    const client = await connect(root);
    let committed = 0;
    const writing = (async () => {
      for (;;) {
        await client.query("INSERT INTO entries VALUES ($1)", [committed + 1]);
        committed += 1;
      }
    })().catch(() => undefined);
    await eventually("a few hundred rows are written", () => committed > 300);
    const pid = await pidOf(root, "postgres");
    process.kill(pid, "SIGKILL");
    await writing;
    await startSandbox({ root, parts });
    assert.notEqual(await pidOf(root, "postgres"), pid);
    const [row] = await sql<{ count: number }>(root, "SELECT count(*)::int FROM entries");
    assert.ok(
      row && (row.count === committed || row.count === committed + 1),
      `${row?.count} rows, ${committed} committed`,
    );
  });

  it("comes back although a busy session outlives the killed server", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    const client = await connect(root);
    const [{ pid: session } = { pid: 0 }] = (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid"))
      .rows;
    const busy = client.query("SELECT count(*) FROM generate_series(1, 1000000000) AS g(n)").catch(() => undefined);
    process.kill(await pidOf(root, "postgres"), "SIGKILL");
    await startSandbox({ root, parts });
    await busy;
    assert.equal(identify(session), undefined);
    assert.deepEqual(await sql(root, "SELECT 1 AS one"), [{ one: 1 }]);
  });

  it("keeps rows over a stop, and over the death of everything at once", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await sql(root, "CREATE TABLE entries (word text)", "INSERT INTO entries VALUES ('one')");
    await stopSandbox(root);
    await startSandbox({ root, parts });
    await sql(root, "INSERT INTO entries VALUES ('two')");
    for (const { pid } of processesOf(root)) process.kill(pid, "SIGKILL");
    await startSandbox({ root, parts });
    assert.deepEqual(await sql(root, "SELECT word FROM entries ORDER BY word"), [{ word: "one" }, { word: "two" }]);
  });

  it("starts although the number in postmaster.pid was given to another process", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await stopSandbox(root);
    const owner = statSync(path.join(layoutOf(root).data("postgres"), "data"));
    const innocent = spawn("sleep", ["300"], {
      stdio: "ignore",
      ...(isRoot ? { uid: owner.uid, gid: owner.gid } : {}),
    });
    try {
      const file = path.join(layoutOf(root).data("postgres"), "data", "postmaster.pid");
      writeFileSync(file, `${innocent.pid}\n/elsewhere\n1790000000\n5432\n\n127.0.0.1\n  1234567 99\nready   \n`, {
        mode: 0o666,
      });
      chmodSync(file, 0o666);
      await startSandbox({ root, parts });
      assert.ok(identify(innocent.pid ?? 0));
    } finally {
      innocent.kill("SIGKILL");
    }
  });

  it("gives the administrator a new password when the old one is lost, and keeps the data", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await sql(root, "CREATE TABLE entries (word text)");
    await stopSandbox(root);
    rmSync(layoutOf(root).secrets, { recursive: true });
    await startSandbox({ root, parts });
    assert.deepEqual(await sql(root, "SELECT * FROM entries"), []);
  });

  it("mends a password that somebody changed, while it runs", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await sql(root, "ALTER ROLE postgres PASSWORD 'somebody''s own'");
    await startSandbox({ root, parts });
    await eventually("the administrator can sign in again", () =>
      sql(root, "SELECT 1").then(
        () => true,
        () => false,
      ),
    );
  });

  it("keeps the passwords of other roles when it moves to another port", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    const { pgpass } = layoutOf(root);
    const before = endpointEnvironment(root).PGPORT;
    writeFileSync(pgpass, `${readFileSync(pgpass, "utf8")}127.0.0.1:${before}:*:teamflow_app:app secret\n`);
    await stopSandbox(root);
    const stranger = createServer().listen(Number(before), "127.0.0.1");
    await new Promise((resolve) => stranger.once("listening", resolve));
    try {
      await startSandbox({ root, parts });
    } finally {
      stranger.close();
    }
    const after = endpointEnvironment(root).PGPORT;
    assert.notEqual(after, before);
    assert.match(
      readFileSync(pgpass, "utf8"),
      new RegExp(`^127\\.0\\.0\\.1:${after}:\\*:teamflow_app:app secret$`, "m"),
    );
    assert.deepEqual(await sql(root, "SELECT 1 AS one"), [{ one: 1 }]);
  });

  it("says so when another version made the data", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts });
    await stopSandbox(root);
    writeFileSync(path.join(layoutOf(root).data("postgres"), "data", "PG_VERSION"), "16\n");
    await assert.rejects(startSandbox({ root, parts }), {
      name: "SandboxError",
      message: /made by PostgreSQL 16[\s\S]*sandbox reset postgres/,
    });
  });

  it("begins with an empty database after a reset", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["postgres", "inbox"] });
    await sql(root, "CREATE TABLE entries (word text)");
    const inbox = await pidOf(root, "inbox");
    await resetSandbox(root, ["postgres"]);
    assert.equal(existsSync(layoutOf(root).data("postgres")), false);
    assert.equal(await pidOf(root, "inbox"), inbox);
    await startSandbox({ root, parts });
    await assert.rejects(sql(root, "SELECT * FROM entries"), { code: "42P01" });
  });
});
