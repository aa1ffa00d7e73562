import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Migration, readMigrations } from "../../../delivery/database/migrations.ts";
import { down, plan, status, up } from "../../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../../delivery/database/reference.ts";
import { migratableDatabase, type TestPostgres, testPostgres, until } from "../../support/postgres.ts";

describe("the migration runner", () => {
  let server: TestPostgres;
  let reference: EnvironmentReference;
  let folder: string;
  let environment: Record<string, string>;

  beforeEach(async () => {
    server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    reference = { kind: "environment", database: name, user: owner };
    environment = server.environment;
    folder = await mkdtemp(path.join(tmpdir(), "slipway-migrations-"));
    await write("0001_first", "CREATE TABLE public.first (id int);", "DROP TABLE public.first;");
    await write("0002_second", "CREATE TABLE public.second (id int);", "DROP TABLE public.second;");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (name: string, upSql: string, downSql = "SELECT 1;") => {
    await writeFile(path.join(folder, `${name}.up.sql`), upSql);
    await writeFile(path.join(folder, `${name}.down.sql`), downSql);
  };
  const files = (): Migration[] => readMigrations(folder);
  const run = (options = {}) => up(reference, files(), { environment, ...options });
  const now = () => status(reference, files(), { environment });
  const refused = (promise: Promise<unknown>, ...patterns: RegExp[]) =>
    assert.rejects(promise, (error: Error) => {
      assert.equal(error.name, "UserError", error.stack);
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    });

  it("plans and reports without writing anything", async () => {
    const before = await now();
    assert.deepEqual([before.pending, before.applied], [["0001_first", "0002_second"], []]);
    assert.deepEqual(plan("up", before), ["0001_first", "0002_second"]);
    const schemas = await server.query(reference.database, "SELECT FROM pg_namespace WHERE nspname LIKE 'slipway%'");
    assert.equal(schemas.length, 0);
    await run();
    assert.deepEqual(plan("down", await now(), 2), ["0002_second", "0001_first"]);
  });

  it("applies what is pending, once", async () => {
    assert.deepEqual((await run()).ran, ["0001_first", "0002_second"]);
    assert.deepEqual((await run()).ran, []);
    assert.deepEqual((await now()).pending, []);
    assert.deepEqual(
      (await now()).applied.map(({ appliedBy }) => appliedBy),
      [reference.user, reference.user],
    );
  });

  it("takes back the newest first, as many as are asked for and there", async () => {
    await run();
    assert.deepEqual((await down(reference, files(), { environment })).ran, ["0002_second"]);
    assert.deepEqual((await down(reference, files(), { environment, count: 9 })).ran, ["0001_first"]);
    assert.deepEqual((await down(reference, files(), { environment })).ran, []);
  });

  it("refuses to build on a file that was changed after it was applied, naming it", async () => {
    await run();
    await write("0001_first", "CREATE TABLE public.first (id bigint);");
    await write("0003_third", "SELECT 1;");
    assert.deepEqual(
      (await now()).changed.map(({ name }) => name),
      ["0001_first"],
    );
    await refused(run(), /0001_first\.up\.sql was changed after it was applied/, /new migration/);
    assert.deepEqual((await now()).pending, ["0003_third"]);
  });

  it("refuses a database that is ahead of the files, and a number that comes too late", async () => {
    await write("0004_fourth", "SELECT 1;");
    await run();
    await rm(path.join(folder, "0002_second.up.sql"));
    await rm(path.join(folder, "0002_second.down.sql"));
    await write("0003_third", "SELECT 1;");
    await refused(
      run(),
      /0002_second is applied, but this checkout does not have it/,
      /0003_third is not applied, though later ones are/,
    );
    await refused(down(reference, files(), { environment }), /0002_second is applied/);
  });

  it("keeps what came before a faulty migration, nothing of the faulty one, and names file and line", async () => {
    await write("0003_third", "CREATE TABLE public.third (id int);\n\nCREATE TABLE public.oops (id inth);");
    await refused(run(), /0003_third\.up\.sql:3: type "inth" does not exist/, /Nothing of this migration was done/);
    const tables = await server.query(
      reference.database,
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    assert.deepEqual(tables, [{ tablename: "first" }, { tablename: "second" }]);
    await write("0003_third", "CREATE TABLE public.third (id int);");
    assert.deepEqual((await run()).ran, ["0003_third"]);
  });

  it("says which group roles a server lacks", async () => {
    const { groupRoles } = await import("../../../delivery/database/bookkeeping.ts");
    await server.query("postgres", "ALTER ROLE slipway_auditor RENAME TO hidden_auditor");
    try {
      await refused(run(), /lacks the roles.*slipway_auditor/, /CREATE ROLE slipway_auditor NOLOGIN/);
      assert.equal(groupRoles.length, 4);
    } finally {
      await server.query("postgres", "ALTER ROLE hidden_auditor RENAME TO slipway_auditor");
    }
  });

  describe("while the application holds a lock", () => {
    beforeEach(async () => {
      await run();
      await write("0003_third", "ALTER TABLE public.first ADD COLUMN name text;");
    });

    it("steps back, lets others through, and tries again until the lock is free", async () => {
      const blocker = await server.connect(reference.database);
      await blocker.query("BEGIN; SELECT * FROM public.first");
      const running = run({ lockTimeout: 50 });
      await until("the migration waits for the lock", async () => {
        const waiting = await server.query(
          "postgres",
          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1",
          [reference.database],
        );
        return waiting.length > 0;
      });
      await until("the migration stepped back, so that a reader gets through", async () => {
        const reader = await server.connect(reference.database);
        await reader.query("SET lock_timeout = '40ms'");
        const through = await reader.query("SELECT FROM public.first").then(
          () => true,
          () => false,
        );
        await reader.end();
        return through;
      });
      await blocker.query("COMMIT");
      await blocker.end();
      const result = await running;
      assert.deepEqual(result.ran, ["0003_third"]);
      assert.ok(result.lockRetries > 0);
    });

    it("lets clients wait for a short time behind it, whatever it may wait in the end", async () => {
      await write("0003_third", "CREATE TABLE public.waits AS SELECT current_setting('lock_timeout') AS longest;");
      await run();
      assert.deepEqual(await server.query(reference.database, "SELECT * FROM public.waits"), [{ longest: "50ms" }]);
    });

    it("gives up after its tries, having done nothing, and says what to look for", async () => {
      const blocker = await server.connect(reference.database);
      await blocker.query("BEGIN; SELECT * FROM public.first");
      await refused(
        run({ lockTimeout: 10, lockRetries: 2 }),
        /0003_third\.up\.sql: a lock was not free, 3 times/,
        /pg_stat_activity/,
      );
      await blocker.end();
      assert.deepEqual((await now()).pending, ["0003_third"]);
      assert.deepEqual((await run()).ran, ["0003_third"]);
    });
  });

  it("stops a statement that runs too long", async () => {
    await write("0003_third", "SELECT pg_sleep(60);");
    await refused(run({ statementTimeout: 50 }), /0003_third.*statement timeout/);
  });

  it("lets one of two runners wait, and neither runs anything twice", async () => {
    await write("0003_third", "SELECT pg_sleep(0.3); CREATE TABLE public.third (id int);");
    const results = await Promise.all([run(), run(), run()]);
    assert.deepEqual(results.flatMap(({ ran }) => ran).sort(), ["0001_first", "0002_second", "0003_third"]);
    assert.ok(results.some(({ waited }) => waited >= 100));
  });

  it("names the runner that it has waited for too long", async () => {
    await write("0003_third", "SELECT pg_sleep(1.5);");
    const first = run();
    await until("the first runner is in its migration", async () => {
      const active = await server.query(
        "postgres",
        "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1.5)%' AND datname = $1",
        [reference.database],
      );
      return active.length > 0;
    });
    await refused(
      run({ runnerTimeout: 100 }),
      /Another migration has been running.*session \d+, test_owner, "slipway migrations up"/,
    );
    await first;
  });

  it("finishes after its session was ended in the middle", async () => {
    await write("0003_third", "CREATE TABLE public.third (id int); SELECT pg_sleep(5);");
    const running = run();
    await until("the migration sleeps", async () => {
      const ended = await server.query(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%' AND datname = $1",
        [reference.database],
      );
      return ended.length > 0;
    });
    await assert.rejects(running);
    assert.deepEqual((await now()).pending, ["0003_third"]);
    await write("0003_third", "CREATE TABLE public.third (id int);");
    assert.deepEqual((await run()).ran, ["0003_third"]);
  });
});
