import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { down, up } from "../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../delivery/database/reference.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { catalogSnapshot, dataSnapshot } from "../support/catalog.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../support/postgres.ts";

const migrations = readMigrations(path.join(checkoutRoot, "migrations"));

/** Rows in every table that the migrations make, with what is awkward to bring back: identities, history, references. */
const rows = `
  INSERT INTO auth.users (id, email) VALUES ('11111111-1111-1111-1111-111111111111', 'ada@example.com'), ('22222222-2222-2222-2222-222222222222', NULL);
  INSERT INTO public.profiles (id, display_name) VALUES ('11111111-1111-1111-1111-111111111111', 'Ada; DROP TABLE "x"');
  INSERT INTO github_module.github_app_installations (installation_id, user_id, account_login) VALUES (9007199254740993, '11111111-1111-1111-1111-111111111111', 'ada');
  INSERT INTO public.feature_flags (flag_key, name) VALUES ('first', 'First'), ('gone', 'Gone');
  INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
    VALUES ('first', 'development', true, 30, '{"users": ["ada"]}'), ('first', 'production', false, 0, '{}');
  INSERT INTO public.feature_flag_declarations (flag_key, environment, declaration) VALUES ('first', 'development', '{"rollout": 30}');
  UPDATE public.feature_flag_environments SET rollout_percentage = 40 WHERE environment = 'development';
  DELETE FROM public.feature_flags WHERE flag_key = 'gone';`;

describe("migrations up, down and up again", () => {
  let server: TestPostgres;
  let client: pg.Client;
  let reference: EnvironmentReference;
  let options: { environment: Record<string, string> };

  beforeEach(async () => {
    server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    reference = { kind: "environment", database: name, user: owner };
    options = { environment: server.environment };
    client = await server.connect(name);
  });
  afterEach(() => client.end());

  it("returns the catalog to what it was before each step, and the next up to what it was after", async () => {
    const steps = [await catalogSnapshot(client)];
    for (const [index] of migrations.entries()) {
      await up(reference, migrations.slice(0, index + 1), options);
      steps.push(await catalogSnapshot(client));
    }
    for (let index = migrations.length; index > 0; index--) {
      await down(reference, migrations, options);
      assert.deepEqual(await catalogSnapshot(client), steps[index - 1], `down of ${migrations[index - 1]?.name}`);
      await up(reference, migrations.slice(0, index), options);
      assert.deepEqual(await catalogSnapshot(client), steps[index], `up again of ${migrations[index - 1]?.name}`);
      await down(reference, migrations, options);
    }
    assert.deepEqual(await catalogSnapshot(client), steps[0]);
    await up(reference, migrations, options);
    assert.deepEqual(await catalogSnapshot(client), steps.at(-1));
  });

  for (let count = 1; count <= migrations.length; count++) {
    it(`brings every row back after ${count} down and up`, async () => {
      await up(reference, migrations, options);
      await client.query(rows);
      const [catalog, data] = [await catalogSnapshot(client), await dataSnapshot(client)];
      assert.ok(
        Object.values(data).every((table) => table.length > 0),
        "the test writes rows into every table",
      );
      await down(reference, migrations, { ...options, count });
      await up(reference, migrations, options);
      assert.deepEqual(await dataSnapshot(client), data);
      assert.deepEqual(await catalogSnapshot(client), catalog);
      const { rows: left } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'slipway_archive'");
      assert.deepEqual(left, []);
    });
  }

  it("goes on counting where the identity column stopped", async () => {
    await up(reference, migrations, options);
    await client.query(rows);
    await down(reference, migrations, options);
    await up(reference, migrations, options);
    const {
      rows: [before],
    } = await client.query("SELECT max(id) AS id FROM public.feature_flag_history");
    await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('next', 'Next')");
    const {
      rows: [after],
    } = await client.query("SELECT max(id) AS id FROM public.feature_flag_history");
    assert.equal(Number(after.id), Number(before.id) + 1);
  });

  it("changes nothing on an application's own tables, and never removes them", async () => {
    await client.query(`
      CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar(255), encrypted_password text);
      CREATE TABLE public.profiles (id uuid PRIMARY KEY, anything text);
      INSERT INTO auth.users VALUES ('11111111-1111-1111-1111-111111111111', 'ada@example.com', 'x');
      GRANT USAGE ON SCHEMA auth TO ${reference.user}; GRANT REFERENCES, SELECT ON auth.users TO ${reference.user}`);
    const theirs = (lines: string[]) =>
      lines.filter((line) => /auth\b|profiles/.test(line) && !line.includes("github_app_installations"));
    const before = theirs(await catalogSnapshot(client));
    await up(reference, migrations, options);
    assert.deepEqual(theirs(await catalogSnapshot(client)), before);
    const { rows: made } = await client.query("SELECT kind, name FROM slipway.baseline_objects ORDER BY 1, 2");
    assert.deepEqual(
      made.map(({ kind, name }) => `${kind} ${name}`),
      ["schema github_module", "table github_module.github_app_installations"],
    );
    await down(reference, migrations, { ...options, count: migrations.length });
    assert.deepEqual(theirs(await catalogSnapshot(client)), before);
    assert.equal((await client.query("SELECT count(*)::int AS n FROM auth.users")).rows[0].n, 1);
  });

  it("keeps a schema that it made when others put something into it", async () => {
    await up(reference, migrations, options);
    await client.query("CREATE TABLE auth.sessions (id int); INSERT INTO auth.sessions VALUES (1)");
    await down(reference, migrations, { ...options, count: migrations.length });
    assert.equal((await client.query("SELECT count(*)::int AS n FROM auth.sessions")).rows[0].n, 1);
    await up(reference, migrations, options);
    await down(reference, migrations, { ...options, count: migrations.length });
    assert.equal((await client.query("SELECT count(*)::int AS n FROM auth.sessions")).rows[0].n, 1);
  });
});
