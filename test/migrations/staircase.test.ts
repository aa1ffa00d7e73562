import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { down, up } from "../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../delivery/database/reference.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { catalogSnapshot, dataSnapshot } from "../support/catalog.ts";
import { copiesOf } from "../support/migrated.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../support/postgres.ts";
import { newRows, oldRows } from "./sample.ts";

const migrations = readMigrations(path.join(checkoutRoot, "migrations"));

const baseline = migrations.slice(0, 1);

describe("migrations up, down and up again", () => {
  let server: TestPostgres;
  let client: pg.Client;
  let reference: EnvironmentReference;
  let options: { environment: Record<string, string> };

  const use = async ({ name, owner }: { name: string; owner: string }) => {
    await client?.end();
    reference = { kind: "environment", database: name, user: owner };
    client = await server.connect(name);
  };
  beforeEach(async () => {
    server = await testPostgres();
    options = { environment: server.environment };
    await use(await migratableDatabase());
  });
  after(() => client?.end());

  const migratedWithRows = copiesOf(async ({ name, owner }) => {
    const own = { kind: "environment", database: name, user: owner } as const;
    await up(own, baseline, options);
    await server.query(name, oldRows);
    await up(own, migrations, options);
    await server.query(name, newRows);
  });
  const upWithRows = async () => use(await migratedWithRows());

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

  it("returns the rows to what they were before each step, whatever it moved", async () => {
    await up(reference, baseline, options);
    await client.query(oldRows);
    for (const [index, { name }] of migrations.entries()) {
      if (index === 0) continue;
      const before = await dataSnapshot(client);
      await up(reference, migrations.slice(0, index + 1), options);
      await down(reference, migrations, options);
      assert.deepEqual(await dataSnapshot(client), before, `down of ${name}`);
      await up(reference, migrations.slice(0, index + 1), options);
    }
    await client.query(newRows);
    const first = await dataSnapshot(client);
    await down(reference, migrations, { ...options, count: migrations.length - 1 });
    const [{ n: users }] = (await client.query("SELECT count(*)::int AS n FROM auth.users")).rows;
    assert.equal(users, 6, "and the old application has its users, with the one who came late");
    await up(reference, migrations, options);
    assert.deepEqual(await dataSnapshot(client), first);
  });

  it("brings back what it can when rows were deleted, added and renamed while it was down", async () => {
    await upWithRows();
    await down(reference, migrations, { ...options, count: migrations.length - 1 });
    await client.query(`
      DELETE FROM auth.users WHERE id = '22222222-2222-2222-2222-222222222222';
      INSERT INTO auth.users (id, email) VALUES ('66666666-6666-6666-6666-666666666666', 'new@example.com')`);
    await up(reference, migrations, options);
    const { rows } = await client.query(`SELECT
      (SELECT count(*)::int FROM enterprise.team_members) AS members, (SELECT count(*)::int FROM enterprise.teams) AS teams,
      (SELECT count(*)::int FROM enterprise.organization_api_keys WHERE created_by IS NULL) AS keys_of_nobody,
      (SELECT count(*)::int FROM auth.users u WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)) AS lost,
      (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'slipway_archive') AS archives`);
    assert.deepEqual(rows[0], { members: 1, teams: 2, keys_of_nobody: 1, lost: 0, archives: 0 });
  });

  it("brings organizations back beside those that their users got meanwhile", async () => {
    await upWithRows();
    const back = migrations.length - migrations.findIndex(({ name }) => name.endsWith("_move_users"));
    await down(reference, migrations, { ...options, count: back });
    await client.query(`
      DELETE FROM public.profiles WHERE id = '11111111-1111-1111-1111-111111111111';
      INSERT INTO public.profiles (id) VALUES ('11111111-1111-1111-1111-111111111111')`);
    await up(reference, migrations, options);
    const { rows } = await client.query(
      "SELECT name, origin, created_for IS NOT NULL AS own FROM enterprise.organizations WHERE name LIKE 'ada@%' ORDER BY origin",
    );
    assert.deepEqual(
      rows.map(({ origin, own }) => [origin, own]),
      [
        ["moved", false],
        ["signed_up", true],
      ],
    );
    assert.equal((await client.query("SELECT count(*)::int AS n FROM enterprise.teams")).rows[0].n, 2);
  });

  for (let count = 1; count <= migrations.length; count++) {
    it(`brings every row back after ${count} down and up`, async () => {
      await upWithRows();
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
    await upWithRows();
    await down(reference, migrations, { ...options, count: migrations.length - 1 });
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

  describe("on an application's own tables", () => {
    const theirs = (lines: string[]) =>
      lines.filter((line) => /auth\b|profiles/.test(line) && !/github_app_installations|enterprise\./.test(line));
    beforeEach(async () => {
      await client.query(`
        CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar(255), encrypted_password text);
        CREATE TABLE public.profiles (id uuid PRIMARY KEY, anything text);
        INSERT INTO auth.users VALUES ('11111111-1111-1111-1111-111111111111', 'same@example.com', 'x'), ('22222222-2222-2222-2222-222222222222', 'same@example.com', 'y');
        INSERT INTO public.profiles VALUES ('11111111-1111-1111-1111-111111111111', 'x');
        CREATE SCHEMA metadata; CREATE TABLE metadata.theirs (id int); INSERT INTO metadata.theirs VALUES (1);
        GRANT USAGE, CREATE ON SCHEMA metadata TO ${reference.user};
        GRANT USAGE ON SCHEMA auth TO ${reference.user}; GRANT REFERENCES, SELECT ON auth.users TO ${reference.user}`);
    });

    it("changes nothing by its baseline, and says whose a table is that it may not add a column to", async () => {
      const before = theirs(await catalogSnapshot(client));
      await assert.rejects(
        up(reference, migrations, options),
        /0007.*public\.profiles belongs to postgres, not to test_owner[\s\S]*GRANT <owner>/,
      );
      assert.deepEqual(theirs(await catalogSnapshot(client)), before);
      const { rows: made } = await client.query("SELECT kind, name FROM slipway.baseline_objects ORDER BY 1, 2");
      assert.deepEqual(
        made.map(({ kind, name }) => `${kind} ${name}`),
        ["schema enterprise", "schema github_module", "table github_module.github_app_installations"],
      );
    });

    for (const had of ["no row-level security", "row-level security of its own"]) {
      it(`with ${had}, moves every user, and leaves all as it was when it goes back`, async () => {
        await client.query(`ALTER TABLE public.profiles OWNER TO ${reference.user}`);
        if (had !== "no row-level security")
          await client.query(
            "ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY; CREATE POLICY theirs ON public.profiles USING (id IS NOT NULL)",
          );
        const before = theirs(await catalogSnapshot(client));
        await up(reference, migrations, options);
        const { rows } = await client.query(
          `SELECT o.name, o.display_name, p.id IS NOT NULL AS profile FROM enterprise.organizations o
           JOIN enterprise.user_organization_roles r ON r.organization_id = o.id LEFT JOIN public.profiles p ON p.organization_id = o.id ORDER BY 1`,
        );
        assert.deepEqual(
          rows.map(({ name, display_name, profile }) => [name, display_name, profile]),
          [
            ["22222222-2222-2222-2222-222222222222_org", "same@example.com", false],
            ["same@example.com_org", "same@example.com", true],
          ],
        );
        await down(reference, migrations, { ...options, count: migrations.length });
        assert.deepEqual(theirs(await catalogSnapshot(client)), before);
        assert.equal((await client.query("SELECT count(*)::int AS n FROM auth.users")).rows[0].n, 2);
        assert.equal((await client.query("SELECT count(*)::int AS n FROM metadata.theirs")).rows[0].n, 1);
      });
    }
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
