import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import { down, plan, status, up } from "../../../delivery/database/migrator.ts";
import type { MigrationProgress } from "../../../delivery/database/progress.ts";
import type { EnvironmentReference } from "../../../delivery/database/reference.ts";
import { migratableDatabase, type TestPostgres, testPostgres, until } from "../../support/postgres.ts";

const none = "-- slipway: transaction none\n";
const backfill = "-- slipway: backfill batch=100\n";

describe("a migration that is run in pieces", () => {
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
    await write(
      "0001_first",
      "CREATE TABLE public.first (id int PRIMARY KEY, half int); INSERT INTO public.first SELECT generate_series(1, 1000);",
      "DROP TABLE public.first;",
    );
    await run();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (name: string, upSql: string, downSql: string) => {
    await writeFile(path.join(folder, `${name}.up.sql`), upSql);
    await writeFile(path.join(folder, `${name}.down.sql`), downSql);
  };
  const run = (options = {}) => up(reference, readMigrations(folder), { environment, ...options });
  const back = (count = 1) => down(reference, readMigrations(folder), { environment, count });
  const now = () => status(reference, readMigrations(folder), { environment });
  const query = (text: string) => server.query<Record<string, unknown>>(reference.database, text);
  const indexes = () =>
    query(
      "SELECT i.indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index i WHERE indrelid = 'public.first'::regclass AND NOT indisprimary",
    );

  describe("statement by statement", () => {
    beforeEach(() =>
      write(
        "0002_index",
        `${none}CREATE INDEX CONCURRENTLY IF NOT EXISTS first_half ON public.first (half);\nSELECT 1;`,
        `${none}DROP INDEX CONCURRENTLY IF EXISTS public.first_half;`,
      ),
    );

    it("makes an index that no transaction may make, records it, and takes it back", async () => {
      assert.deepEqual((await run()).ran, ["0002_index"]);
      assert.deepEqual(await indexes(), [{ name: "first_half", valid: true }]);
      assert.deepEqual((await now()).changed, []);
      assert.deepEqual((await back()).ran, ["0002_index"]);
      assert.deepEqual(await indexes(), []);
      assert.deepEqual(await query("SELECT * FROM slipway.progress"), []);
    });

    it("makes the index anew that a killed run left invalid", async () => {
      await write(
        "0002_index",
        `${none}CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS first_half ON public.first (half);`,
        `${none}DROP INDEX CONCURRENTLY IF EXISTS public.first_half;`,
      );
      await query("UPDATE public.first SET half = 1 WHERE id < 3");
      await assert.rejects(run(), /0002_index\.up\.sql:2: could not create unique index.*run again to go on/);
      assert.deepEqual(await indexes(), [{ name: "first_half", valid: false }]);
      await query("UPDATE public.first SET half = id");
      assert.deepEqual((await run()).ran, ["0002_index"]);
      assert.deepEqual(await indexes(), [{ name: "first_half", valid: true }]);
    });

    it("names the line of the statement that failed, and what was begun is the first that a down takes back", async () => {
      await write(
        "0002_index",
        `${none}CREATE INDEX CONCURRENTLY IF NOT EXISTS first_half ON public.first (half);\n\nSELECT\n  nothing;`,
        `${none}DROP INDEX CONCURRENTLY IF EXISTS public.first_half;`,
      );
      await assert.rejects(run(), /0002_index\.up\.sql:5: column "nothing" does not exist/);
      const left = await now();
      assert.deepEqual(
        [left.pending, left.unfinished.map(({ name, direction }) => `${name} ${direction}`)],
        [["0002_index"], ["0002_index up"]],
      );
      assert.deepEqual(plan("down", left), ["0002_index"]);
      assert.deepEqual((await back()).ran, ["0002_index"]);
      assert.deepEqual([await indexes(), (await now()).unfinished], [[], []]);
    });

    it("is pending from the moment at which its down begins, and the next up makes it whole", async () => {
      await run();
      await write(
        "0002_index",
        `${none}CREATE INDEX CONCURRENTLY IF NOT EXISTS first_half ON public.first (half);\nSELECT 1;`,
        `${none}DROP INDEX CONCURRENTLY IF EXISTS public.first_half; SELECT nothing;`,
      );
      await assert.rejects(back(), /column "nothing" does not exist/);
      assert.deepEqual((await now()).pending, ["0002_index"]);
      assert.deepEqual((await run()).ran, ["0002_index"]);
      assert.deepEqual(await indexes(), [{ name: "first_half", valid: true }]);
    });
  });

  describe("batch by batch", () => {
    const move = `${backfill}UPDATE public.first SET half = id / 2 WHERE id IN (
      SELECT id FROM public.first WHERE half IS NULL ORDER BY id LIMIT current_setting('slipway.batch')::integer);`;
    const clear = `${backfill}UPDATE public.first SET half = NULL WHERE id IN (
      SELECT id FROM public.first WHERE half IS NOT NULL ORDER BY id LIMIT current_setting('slipway.batch')::integer);`;
    const done = async () => (await query("SELECT count(half)::int AS n FROM public.first"))[0]?.n;

    it("goes on until a batch changes nothing, reports its progress, and goes back the same way", async () => {
      await write("0002_move", move, clear);
      const reports: MigrationProgress[] = [];
      assert.deepEqual((await run({ onProgress: (report: MigrationProgress) => reports.push(report) })).ran, [
        "0002_move",
      ]);
      assert.equal(await done(), 1000);
      assert.ok(reports.length >= 11, "no batch is larger than said");
      assert.deepEqual([reports.at(-1)?.affected, reports.at(-1)?.finishedAt !== undefined], [1000, true]);
      assert.deepEqual((await back()).ran, ["0002_move"]);
      assert.equal(await done(), 0);
    });

    it("holds each batch's locks for a short time: batches shrink when they take long", async () => {
      const slow = move.replace("half = id / 2", "half = id / 2 + (pg_sleep(0.001) IS NULL)::int");
      await write("0002_move", slow, clear);
      const sizes: number[] = [];
      let before = 0;
      await run({
        batchTime: 20,
        onProgress: ({ affected }: MigrationProgress) => {
          sizes.push(affected - before);
          before = affected;
        },
      });
      assert.equal(sizes[0], 100);
      assert.ok(Math.max(...sizes.slice(3)) <= 50, sizes.join());
    });

    it("goes on behind the last whole batch after its session was ended", async () => {
      await write("0002_move", move, clear);
      // In the middle of the batch that comes to this row, however fast this machine is.
      await query(
        `CREATE FUNCTION public.end_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE TRIGGER end_session AFTER UPDATE ON public.first FOR EACH ROW WHEN (NEW.id = 500) EXECUTE FUNCTION public.end_session()`,
      );
      await assert.rejects(run());
      await until("the session is gone", async () => (await now()).unfinished[0] !== undefined);
      await query("DROP TRIGGER end_session ON public.first");
      const [left] = (await now()).unfinished;
      assert.equal(left?.affected, await done());
      assert.ok((left?.affected ?? 0) > 0 && (left?.affected ?? 0) < 1000);
      const reports: MigrationProgress[] = [];
      await run({ onProgress: (report: MigrationProgress) => reports.push(report) });
      assert.equal(await done(), 1000);
      assert.equal(reports.at(-1)?.affected, 1000, "it counts on");
    });

    it("keeps its position, and passes over the table again until a pass changes nothing", async () => {
      await write(
        "0002_move",
        `${backfill}WITH batch AS (
           SELECT id FROM public.first WHERE id > coalesce(nullif(current_setting('slipway.position'), '')::int, -10)
           ORDER BY id LIMIT current_setting('slipway.batch')::integer),
         moved AS (UPDATE public.first f SET half = f.id / 2 FROM batch WHERE f.id = batch.id AND half IS NULL RETURNING 1)
         SELECT (SELECT max(id) FROM batch) AS position, (SELECT count(*) FROM moved) AS affected`,
        clear,
      );
      // Somebody writes a row where the first pass has been, at a moment that no speed of this machine moves.
      await query(
        `CREATE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.first VALUES (-1); RETURN NULL; END $$;
         CREATE TRIGGER late AFTER UPDATE ON public.first FOR EACH ROW WHEN (NEW.id = 600) EXECUTE FUNCTION public.late()`,
      );
      const reports: MigrationProgress[] = [];
      await run({ onProgress: (report: MigrationProgress) => reports.push(report) });
      assert.ok(reports.filter(({ position }) => position === "").length >= 2, "two passes");
      assert.equal((await query("SELECT half FROM public.first WHERE id = -1"))[0]?.half, 0);
    });

    it("may go back in one transaction, finished or not", async () => {
      await write("0002_move", move.replace("id / 2", "1 / (id - 500)"), "UPDATE public.first SET half = NULL;");
      await assert.rejects(run(), /division by zero.*What was done of this migration stays/);
      assert.ok(Number(await done()) > 0);
      assert.deepEqual((await back()).ran, ["0002_move"]);
      assert.deepEqual([await done(), (await now()).unfinished], [0, []]);
    });
  });

  it("is refused when its files cannot be gone on with after a kill", async () => {
    await write("0002_a", "SELECT 1;", `${none}SELECT 1;`);
    await write("0003_b", `${backfill}SELECT 1; SELECT 2;`, "SELECT 1;");
    await write("0004_c", "-- slipway: transaction maybe\nSELECT 1;", "SELECT 1;");
    assert.throws(
      () => readMigrations(folder),
      (error: Error) => {
        assert.match(error.message, /0002_a\.down\.sql is run in pieces, but its up in one transaction/);
        assert.match(error.message, /0003_b\.up\.sql is a backfill, but not one single statement/);
        assert.match(error.message, /0004_c\.up\.sql has the unknown directive "transaction maybe" in line 1/);
        return true;
      },
    );
  });

  it("can be the last of a run that is asked to stop there", async () => {
    await write("0002_index", `${none}SELECT 1;`, "SELECT 1;");
    await write("0003_more", "SELECT 1;", "SELECT 1;");
    assert.deepEqual((await run({ through: "0002_index" })).ran, ["0002_index"]);
    assert.deepEqual((await now()).pending, ["0003_more"]);
    await assert.rejects(run({ through: "0009_no" }), /There is no migration "0009_no"/);
  });
});
