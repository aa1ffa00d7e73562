import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import { up } from "../../../delivery/database/migrator.ts";
import { functionBodies } from "../../../delivery/database/sql-text.ts";
import { blockedBy, lockModes, locksOf, locksOfFile } from "../../../delivery/database/statement-locks.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../../support/postgres.ts";

/** What each statement is said to lock, in the order of the text; judged by PostgreSQL's own pg_locks below. */
const statements: Readonly<Record<string, readonly string[]>> = {
  "ALTER TABLE public.profiles ADD COLUMN note text": ["public.profiles ACCESS EXCLUSIVE"],
  "ALTER TABLE public.profiles VALIDATE CONSTRAINT known": ["public.profiles SHARE UPDATE EXCLUSIVE"],
  "ALTER TABLE public.profiles ALTER COLUMN display_name SET STATISTICS 5": ["public.profiles SHARE UPDATE EXCLUSIVE"],
  "ALTER TABLE public.profiles SET (fillfactor = 90)": ["public.profiles SHARE UPDATE EXCLUSIVE"],
  "ALTER TABLE public.profiles ADD CONSTRAINT a FOREIGN KEY (id) REFERENCES auth.users (id) NOT VALID": [
    "public.profiles SHARE ROW EXCLUSIVE",
    "auth.users SHARE ROW EXCLUSIVE",
  ],
  "ALTER TABLE public.profiles ADD CONSTRAINT a CHECK (true) NOT VALID, DISABLE TRIGGER USER": [
    "public.profiles ACCESS EXCLUSIVE",
  ],
  "ALTER TABLE public.profiles DISABLE TRIGGER USER": ["public.profiles SHARE ROW EXCLUSIVE"],
  "CREATE INDEX a ON public.profiles (created_at)": ["public.profiles SHARE"],
  "CREATE TABLE public.more (id uuid REFERENCES auth.users (id))": ["auth.users SHARE ROW EXCLUSIVE"],
  "CREATE TRIGGER a AFTER INSERT OR UPDATE ON public.profiles FOR EACH ROW EXECUTE FUNCTION public.nothing()": [
    "public.profiles SHARE ROW EXCLUSIVE",
  ],
  "DROP TRIGGER known ON public.profiles": ["public.profiles ACCESS EXCLUSIVE"],
  "CREATE POLICY a ON public.profiles USING (true)": ["public.profiles ACCESS EXCLUSIVE"],
  "DROP POLICY schema_owner ON public.profiles": ["public.profiles ACCESS EXCLUSIVE"],
  "COMMENT ON TABLE public.profiles IS 'x'": ["public.profiles SHARE UPDATE EXCLUSIVE"],
  "TRUNCATE public.profiles": ["public.profiles ACCESS EXCLUSIVE"],
  "LOCK TABLE public.profiles, auth.users IN SHARE ROW EXCLUSIVE MODE": [
    "public.profiles SHARE ROW EXCLUSIVE",
    "auth.users SHARE ROW EXCLUSIVE",
  ],
  "UPDATE public.profiles SET display_name = 'x'": ["public.profiles ROW EXCLUSIVE"],
  "INSERT INTO auth.users DEFAULT VALUES ON CONFLICT (id) DO UPDATE SET email = 'x'": ["auth.users ROW EXCLUSIVE"],
  "DELETE FROM public.profiles": ["public.profiles ROW EXCLUSIVE"],
  "SELECT slipway.protect('public.plain')": ["public.plain ACCESS EXCLUSIVE"],
  "GRANT SELECT ON public.profiles TO slipway_auditor": [],
  "DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['public.plain', 'auth.users'] LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN more int', t); END LOOP; END $$":
    ["public.plain ACCESS EXCLUSIVE", "auth.users ACCESS EXCLUSIVE"],
  "DO $$ BEGIN IF true THEN DELETE FROM public.plain; END IF; END $$": ["public.plain ROW EXCLUSIVE"],
};

describe("the locks of a statement", () => {
  let client: pg.Client;

  before(async () => {
    const server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
    const through = "0001_application_baseline";
    await up({ kind: "environment", database: name, user: owner }, migrations, {
      environment: server.environment,
      through,
    });
    client = await server.connect(name);
    await client.query(`ALTER TABLE public.profiles ADD CONSTRAINT known CHECK (true) NOT VALID;
      CREATE TABLE public.plain (id int);
      CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER known AFTER INSERT ON public.profiles FOR EACH ROW EXECUTE FUNCTION public.nothing()`);
  });
  after(() => client.end());

  for (const [sql, expected] of Object.entries(statements)) {
    it(`are as PostgreSQL takes them: ${sql.slice(0, 90)}`, async () => {
      const said = locksOf(sql);
      assert.deepEqual(
        said.map(({ mode, table }) => `${table} ${mode}`),
        expected,
      );
      const { rows: before } = await client.query("SELECT oid FROM pg_class WHERE relkind = 'r'");
      await client.query("BEGIN");
      await client.query(sql);
      const { rows } = await client.query(
        `SELECT n.nspname || '.' || c.relname AS name, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND n.nspname IN ('auth', 'public', 'github_module') AND c.oid = ANY ($1)`,
        [before.map(({ oid }) => oid)],
      );
      await client.query("ROLLBACK");
      const real = new Map<string, number>();
      for (const { mode, name } of rows) {
        const strength = lockModes.findIndex(
          (known) => `${known.replaceAll(" ", "").toLowerCase()}lock` === mode.toLowerCase(),
        );
        real.set(name, Math.max(strength, real.get(name) ?? 0));
      }
      for (const { mode, table } of said) assert.equal(lockModes[real.get(table) ?? -1], mode, `${table} in ${sql}`);
      for (const [table, strength] of real)
        if (blockedBy(lockModes[strength] ?? "ACCESS SHARE") !== "nothing")
          assert.ok(
            said.some((lock) => lock.table === table),
            `${table} is locked, which nobody said`,
          );
    });
  }

  it("block nobody when the index is built or the constraint checked concurrently", () => {
    const [concurrent] = locksOf("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a ON public.profiles (id)");
    assert.deepEqual(concurrent, { table: "public.profiles", mode: "SHARE UPDATE EXCLUSIVE", blocks: "nothing" });
    assert.equal(locksOf("DROP INDEX CONCURRENTLY IF EXISTS public.a")[0]?.blocks, "nothing");
    assert.equal(locksOf("DROP INDEX public.a")[0]?.blocks, "reads and writes");
  });

  it("leave out the tables that the same file makes, comments and the migrations' own notes", () => {
    assert.deepEqual(
      locksOfFile(
        "CREATE TABLE public.made (id int);\nCREATE INDEX made_id ON public.made (id);\n-- DROP TABLE public.profiles;\nDELETE FROM slipway.baseline_objects;\n\nDROP TABLE public.old;",
      ),
      [{ table: "public.old", mode: "ACCESS EXCLUSIVE", blocks: "reads and writes", line: 6 }],
    );
  });

  it("are found in the functions that a backfill calls", () => {
    const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
    const move = migrations.find(({ name }) => name === "0012_move_users");
    const locks = locksOfFile(move?.up.sql ?? "", functionBodies(migrations));
    assert.ok(locks.some(({ mode, table }) => table === "enterprise.organizations" && mode === "ROW EXCLUSIVE"));
    assert.ok(
      locks.every(({ blocks }) => blocks === "nothing"),
      "a batch blocks no table",
    );
  });
});
