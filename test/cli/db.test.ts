import assert from "node:assert/strict";
import { testPostgres, until } from "../support/postgres.ts";
import { DatabaseCommands } from "./support/database-commands.ts";
import { outcome } from "./support/run.ts";

describe("db", function () {
  this.timeout(300_000);
  let commands: DatabaseCommands;

  before(async () => {
    commands = await DatabaseCommands.open();
  });
  after(() => commands.end());

  const db = (...args: string[]) => commands.run(args);
  const json = (...args: string[]) => commands.json(...args);
  const succeeds = (...args: string[]) => commands.succeeds(...args);

  describe("of a database that no migration has touched", () => {
    it("status says that everything is pending, which is no failure unless it is asked for", async () => {
      const { stdout } = await succeeds("status", "dev");
      assert.match(stdout, /^migration +phase +state\n0001_application_baseline +- +pending\n/);
      assert.match(stdout, /0012_move_users +8\.5 +pending, 0 rows to go/);
      assert.match(stdout, /\n0 applied, \d+ pending\n$/);
      assert.equal((await db("status", "dev", "--check")).code, 1);
    });

    it("rollback has nothing to take back", async () => {
      const { code, stderr } = await db("rollback", "dev");
      assert.equal(code, 2);
      assert.match(stderr, /Only 0 migrations are applied; 1 cannot be taken back/);
      assert.equal((await succeeds("rollback", "dev", "--to", "0")).stdout, "nothing to take back\n");
    });

    it("verify says what fails, and that phase 8.2 may begin", async () => {
      const found = await json("verify", "dev");
      assert.equal(found.code, 1);
      const failing = (list: string) =>
        found.checks.filter((check: { holds: boolean; list: string }) => check.list === list && !check.holds);
      assert.deepEqual(failing("pre"), []);
      assert.ok(failing("post").some(({ id }: { id: string }) => id === "users-have-organizations"));
      const states = Object.fromEntries(
        found.phases.map(({ id, state }: { id: string; state: string }) => [id, state]),
      );
      assert.deepEqual(
        [states["8.1"], states["8.2"], states["8.5"], states["8.6"]],
        ["over", "open", "waits", "waits"],
      );
      assert.equal(found.metrics.totalUsers, null);
      assert.equal((await db("verify", "dev", "--phase", "pre")).code, 0);
    });
  });

  describe("of a database in use", () => {
    it("migrate --to stops behind the number, and plan tells rows, locks and the way back of what is left", async () => {
      const { stdout } = await succeeds("migrate", "dev", "--to", "10");
      assert.match(stdout, /^applied 0001_application_baseline\n[\s\S]*applied 0010_new_users_get_organizations\n$/);
      await commands.admin.query(
        "ALTER TABLE auth.users DISABLE TRIGGER USER; ALTER TABLE public.profiles DISABLE TRIGGER USER",
      );
      await commands.admin.query(`INSERT INTO auth.users (email) SELECT nullif('u' || n, 'u7') FROM generate_series(1, 500) n;
      INSERT INTO public.profiles (id) SELECT id FROM auth.users ORDER BY id LIMIT 400;
      ALTER TABLE auth.users ENABLE TRIGGER USER; ALTER TABLE public.profiles ENABLE TRIGGER USER;
      ALTER TABLE github_module.github_app_installations DISABLE TRIGGER USER;
      INSERT INTO github_module.github_app_installations (installation_id, user_id, account_login)
        SELECT row_number() OVER (), id, 'a' FROM auth.users LIMIT 50;
      ALTER TABLE github_module.github_app_installations ENABLE TRIGGER USER;`);
      const text = (await succeeds("plan", "dev")).stdout;
      assert.match(text, /^0011_move_functions {2}phase 8\.5, in one transaction\n {2}its way back keeps all data\n/);
      assert.match(
        text,
        /0012_move_users {2}phase 8\.5, in batches, 500 rows to go\n {2}its way back keeps all data: it goes to slipway_archive/,
      );
      assert.match(text, /0013_move_connections {2}phase 8\.5, in batches, 50 rows to go/);
      assert.match(
        text,
        /0015.*statement by statement\n {2}locks public\.profiles \(ACCESS EXCLUSIVE\): reads and writes wait/,
      );
      const { migrations } = await json("plan", "dev", "--to", "0012");
      assert.deepEqual(
        migrations.map(({ mode, name: planned, rows }: Record<string, unknown>) => [planned, mode, rows]),
        [
          ["0011_move_functions", "transaction", undefined],
          ["0012_move_users", "backfill", 500],
        ],
      );
      const { metrics } = await json("verify", "dev", "--phase", "post");
      assert.deepEqual(
        [metrics.totalUsers, metrics.usersWithoutOrganizations, metrics.migratedConnections],
        [500, 500, 0],
      );
    });

    it("two runs at once: one waits, and says for whom", async () => {
      const other = await (await testPostgres()).connect(commands.environment.DATABASE_NAME);
      await other.query("SET application_name = 'somebody else'; SELECT pg_advisory_lock(32488822435963257)");
      assert.match(
        (await succeeds("status", "dev")).stdout,
        /session \d+, postgres, "somebody else" is migrating it now/,
      );
      const child = commands.start(["migrate", "dev", "--to", "11"]);
      let said = "";
      child.stderr?.on("data", (text: Buffer) => {
        said += text;
      });
      const end = outcome(child);
      await until("it says for whom it waits", async () =>
        /waits for another runner: session \d+, postgres, "somebody else"/.test(said),
      );
      await other.end();
      const { code, stdout } = await end;
      assert.deepEqual([code, stdout], [0, "applied 0011_move_functions\n"]);
    });

    it("a phase does not begin before what must hold does: exit code 3, and what came before stays", async () => {
      const { rows } = await commands.admin.query("SELECT id FROM public.profiles LIMIT 1");
      await commands.admin.query("ALTER TABLE public.profiles DROP CONSTRAINT profiles_id_fkey");
      await commands.admin.query("INSERT INTO public.profiles (id) VALUES ('00000000-0000-0000-0000-000000000001')");
      const { code, stderr } = await db("migrate", "dev");
      assert.equal(code, 3, stderr);
      assert.match(
        stderr,
        /Phase 8\.6 cannot begin yet[\s\S]*profiles-agree: [\s\S]*00000000-0000-0000-0000-000000000001 is in no organization/,
      );
      assert.match(stderr, /run \.\/slipway db migrate dev again/);
      const status = await json("status", "dev");
      assert.deepEqual([status.pending[0].name, status.code], ["0015_profiles_need_organizations", 0]);
      await commands.admin.query("DELETE FROM public.profiles WHERE id = '00000000-0000-0000-0000-000000000001'");
      await commands.admin.query(
        "ALTER TABLE public.profiles ADD CONSTRAINT profiles_id_fkey FOREIGN KEY (id) REFERENCES auth.users (id) ON DELETE CASCADE",
      );
      assert.equal(rows.length, 1);
      const { ran } = await json("migrate", "dev");
      assert.equal(ran[0], "0015_profiles_need_organizations");
      assert.equal((await succeeds("migrate", "dev")).stdout, "nothing to apply\n");
      assert.match(
        (await succeeds("status", "dev", "--check")).stdout,
        /0012_move_users +8\.5 +applied 20.*Z by test_owner\n/,
      );
    });

    it("verify finds everything in order then, prints the metrics, and misses flags and go-live alone", async () => {
      const post = await json("verify", "dev", "--phase", "post");
      assert.deepEqual(
        post.checks.filter(({ holds }: { holds: boolean }) => !holds),
        [],
      );
      assert.equal(post.code, 0);
      const { metrics } = post;
      assert.deepEqual(
        [
          metrics.totalUsers,
          metrics.usersWithOrganizations,
          metrics.usersWithoutOrganizations,
          metrics.migratedUsers,
          metrics.migratedConnections,
        ],
        [500, 500, 0, 500, 50],
      );
      assert.ok(metrics.databaseQueryLatency.median > 0 && metrics.migrationErrors.length === 0);
      const { code, stdout } = await db("verify", "dev", "--phase", "go-live");
      assert.equal(code, 1);
      assert.match(stdout, /fails {2}flags-seeded: .*\n +no flag is declared for development/);
      assert.match(stdout, /8\.6 Feature cutover: over\n/);
      assert.match(stdout, /usersWithoutOrganizations +0\n/);
    });

    for (const [what, breaks, mends, id, says] of [
      [
        "a user without organization",
        "DELETE FROM enterprise.user_organization_roles WHERE user_id = (SELECT min(id::text)::uuid FROM auth.users)",
        `INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id)
       SELECT o.created_for, o.id, r.id FROM enterprise.organizations o JOIN enterprise.organization_roles r ON r.organization_id = o.id ON CONFLICT DO NOTHING`,
        "users-have-organizations",
        /^the user .* is in no organization$/,
      ],
      [
        "a table without row-level security",
        "ALTER TABLE enterprise.teams DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE enterprise.teams ENABLE ROW LEVEL SECURITY",
        "row-security",
        /^enterprise\.teams has no row-level security$/,
      ],
      [
        "a policy that shows organizations of others",
        "CREATE POLICY leak ON enterprise.organizations FOR SELECT TO slipway_application USING (true)",
        "DROP POLICY leak ON enterprise.organizations",
        "isolation",
        /^who is not signed in sees 500 organizations$/,
      ],
      [
        "a constraint that is not validated",
        "ALTER TABLE public.profiles ADD CONSTRAINT later CHECK (true) NOT VALID",
        "ALTER TABLE public.profiles DROP CONSTRAINT later",
        "valid",
        /^the constraint later of (public\.)?profiles is not validated$/,
      ],
      [
        "a switched off audit",
        "ALTER TABLE public.feature_flags DISABLE TRIGGER record",
        "ALTER TABLE public.feature_flags ENABLE TRIGGER record",
        "audit",
        /^public\.feature_flags does not record/,
      ],
      [
        "a connection without organization",
        "UPDATE github_module.github_app_installations SET organization_id = NULL",
        `UPDATE github_module.github_app_installations i SET organization_id = o.id FROM enterprise.organizations o WHERE o.created_for = i.user_id`,
        "connections-have-organizations",
        /^the connection .* has no organization$/,
      ],
    ] as const) {
      it(`verify finds ${what}, and that alone`, async () => {
        await commands.admin.query(breaks);
        try {
          const found = await json("verify", "dev", "--phase", "post");
          assert.equal(found.code, 1);
          const failing = found.checks.filter(({ holds }: { holds: boolean }) => !holds);
          const other = what.startsWith("a user") ? ["profiles-agree", "organizations-have-admins"] : [];
          assert.deepEqual(
            failing.map((check: { id: string }) => check.id).filter((failed: string) => !other.includes(failed)),
            [id],
          );
          const [{ problems }] = failing.filter((check: { id: string }) => check.id === id);
          assert.match(problems[0], says);
          if (id === "connections-have-organizations")
            assert.deepEqual([problems.length, problems[5]], [6, "and 45 more"]);
        } finally {
          await commands.admin.query(mends);
        }
      });
    }

    it("status tells a changed file and a migration of a newer version from what is right: exit code 1", async () => {
      await commands.admin.query(
        "UPDATE slipway.migrations SET checksum = 'other' WHERE name = '0003_enterprise_organizations'",
      );
      await commands.admin.query(
        "INSERT INTO slipway.migrations (name, run_on, checksum) VALUES ('9999_newer', now(), 'x')",
      );
      try {
        const { code, stdout } = await db("status", "dev");
        assert.equal(code, 1);
        assert.match(stdout, /0003_enterprise_organizations .*, changed after it was applied\n/);
        assert.match(stdout, /9999_newer +- +applied .*, not in this version\n/);
        const { stderr, code: refused } = await db("migrate", "dev");
        assert.equal(refused, 1);
        assert.match(stderr, /do not agree:[\s\S]*was changed after it was applied[\s\S]*9999_newer is applied, but/);
        assert.match(
          (await db("rollback", "dev")).stderr,
          /This cannot be taken back, and nothing was:\n {2}9999_newer/,
        );
      } finally {
        await commands.admin.query("DELETE FROM slipway.migrations WHERE name = '9999_newer'");
        const { rows } = await commands.admin.query(
          "SELECT count(*)::int AS n FROM slipway.migrations WHERE checksum = 'other'",
        );
        assert.equal(rows[0].n, 1);
        const { changed } = await json("status", "dev");
        await commands.admin.query("UPDATE slipway.migrations SET checksum = $1 WHERE checksum = 'other'", [
          changed[0].actual,
        ]);
      }
    });

    it("rollback says first what goes to the archive; migrate brings it back", async () => {
      const before = await commands.admin.query("SELECT id, name FROM enterprise.organizations ORDER BY id");
      const { stderr, stdout } = await succeeds("rollback", "dev", "--to", "2");
      assert.match(stderr, /takes back 0055_[\s\S]*0003_enterprise_organizations\n/);
      assert.match(stderr, /to the archive: 500 rows of enterprise\.organizations\n/);
      assert.match(stderr, /to the archive: 400 values of public\.profiles\.organization_id\n/);
      assert.match(stdout, /took back 0003_enterprise_organizations\n$/);
      assert.equal(
        (await commands.admin.query("SELECT to_regclass('enterprise.organizations') AS it")).rows[0].it,
        null,
      );
      await succeeds("migrate", "dev");
      assert.deepEqual(
        (await commands.admin.query("SELECT id, name FROM enterprise.organizations ORDER BY id")).rows,
        before.rows,
      );
      assert.equal((await db("verify", "dev", "--phase", "post")).code, 0);
      assert.deepEqual((await json("rollback", "dev", "--count", "2")).ran.length, 2);
      await succeeds("migrate", "dev");
    });
  });
});
