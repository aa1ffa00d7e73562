import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { applicationGroups, groupRoles } from "../../delivery/database/bookkeeping.ts";
import { ensureLoginRole } from "../../delivery/database/local-roles.ts";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { up } from "../../delivery/database/migrator.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../support/postgres.ts";
import {
  foreignRows,
  nothing,
  type Operation,
  type Outcome,
  operations,
  type Role,
  type TableRules,
  tables,
} from "./access-rules.ts";
import { newRows, oldRows } from "./sample.ts";

const roles: readonly Role[] = [...groupRoles, "owner"];
const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
const ada = "11111111-1111-1111-1111-111111111111";
const founder = "00000000-0000-0000-0000-000000000000";
const founded = "cccccccc-0000-0000-0000-000000000001";

/** In the permissive phase every row is reached that a role may reach at all. */
function wantedOutcome(phase: "permissive" | "enforced", rules: TableRules, role: Role, operation: Operation): Outcome {
  const index = operations.indexOf(operation);
  const enforced = (rules.may[role] ?? nothing)[index] as Outcome;
  if (phase === "enforced") return enforced;
  const declared = rules.permissive?.[role]?.[index];
  return declared ?? (enforced === "some" ? "all" : enforced);
}

for (const phase of ["permissive", "enforced"] as const) {
  describe(`row-level security, ${phase}`, () => {
    let client: pg.Client;
    let owner: string;

    before(async () => {
      const server = await testPostgres();
      const database = await migratableDatabase();
      owner = database.owner;
      // Later migrations with policies of their own belong to both phases.
      const wanted = migrations.filter(({ name }) => phase === "enforced" || !/^\d+_enforce_/.test(name));
      await up({ kind: "environment", database: database.name, user: owner }, wanted, {
        environment: server.environment,
      });
      client = await server.connect(database.name);
      for (const rows of [oldRows, newRows, foreignRows]) await client.query(rows);
    });
    after(() => client?.end());

    it("is enabled and forced, with a policy, on every table there is, and each table's rules are declared in access-rules.ts", async () => {
      const { rows } = await client.query(
        `SELECT format('%s.%s', n.nspname, c.relname) AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
           EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) AS policed, pg_get_userbyid(c.relowner) AS owner
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
      );
      assert.deepEqual(
        rows.filter(({ forced, policed }) => !forced || !policed),
        [],
      );
      assert.deepEqual(rows.map(({ name }) => name).sort(), Object.keys(tables).sort());
      assert.deepEqual([...new Set(rows.map((row) => row.owner))], [owner]);
    });

    for (const [table, rules] of Object.entries(tables)) {
      for (const role of roles) {
        for (const operation of operations) {
          const wanted = wantedOutcome(phase, rules, role, operation);
          it(`${table}: ${role} ${operation}: ${wanted}`, async () => {
            assert.equal(await attempt(table, rules, role, operation), wanted);
          });
        }
      }
    }

    it("hides exactly the inactive flags from the application", async () => {
      const seen = await as(
        "slipway_application",
        "SELECT flag_key FROM public.feature_flag_environments UNION SELECT flag_key FROM public.feature_flags ORDER BY 1",
      );
      assert.deepEqual(seen.rows, [{ flag_key: "first" }, { flag_key: "shown" }]);
    });

    it("lets an operator change what is operated and not what is declared", async () => {
      for (const refused of [
        "UPDATE public.feature_flags SET name = 'Mine'",
        "UPDATE public.feature_flag_environments SET environment = 'x'",
        "UPDATE enterprise.organizations SET name = 'mine'",
      ]) {
        await assert.rejects(as("slipway_operator", refused), { code: "42501" });
      }
      await as("slipway_operator", "UPDATE public.feature_flags SET is_active = false");
      await as("slipway_operator", "UPDATE enterprise.organizations SET status = 'suspended'");
    });

    it("shows what proves a key to the application alone", async () => {
      const read = "SELECT key_hash, encrypted_key FROM enterprise.organization_api_keys";
      assert.ok((await as("slipway_application", read)).rows.length > 0);
      for (const role of ["slipway_organization_admin", "slipway_operator", "slipway_auditor"] as const)
        await assert.rejects(as(role, read), { code: "42501" });
    });

    it("gives PUBLIC no privilege on any table, schema or function of ours", async () => {
      const { rows } = await client.query(
        `SELECT c.oid::regclass::text AS name FROM pg_class c, aclexplode(relacl) a WHERE a.grantee = 0 AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
         UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a WHERE a.grantee = 0 AND pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
         UNION ALL SELECT nspname FROM pg_namespace n, aclexplode(nspacl) a WHERE a.grantee = 0 AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')`,
      );
      assert.deepEqual(rows, []);
    });

    if (phase === "enforced") {
      it("lets nobody who is not signed in see a row of anybody", async () => {
        for (const role of ["slipway_application", "slipway_organization_admin"] as const) {
          for (const table of Object.keys(tables).filter((name) =>
            /^(auth|enterprise|metadata|github_module)\.|profiles/.test(name),
          ))
            assert.equal((await as(role, `SELECT 1 FROM ${table}`, {})).rowCount, 0, table);
        }
        await assert.rejects(as("slipway_application", "SELECT enterprise.create_organization('x', 'X')", {}), {
          code: "42501",
        });
      });

      it("fails a session whose user is no id, rather than showing it something", async () => {
        await assert.rejects(
          as("slipway_application", "SELECT 1 FROM enterprise.organizations", { "slipway.user_id": "' OR true --" }),
          { code: "22P02" },
        );
      });

      for (const [what, role, statement] of [
        [
          "take a repository to",
          "slipway_application",
          `UPDATE metadata.repositories SET organization_id = '${founded}'`,
        ],
        [
          "write a repository into",
          "slipway_application",
          `INSERT INTO metadata.repositories (organization_id, path, name) VALUES ('${founded}', '/', 'x')`,
        ],
        ["move her profile to", "slipway_application", `UPDATE public.profiles SET organization_id = '${founded}'`],
        ["move a team to", "slipway_organization_admin", `UPDATE enterprise.teams SET organization_id = '${founded}'`],
        [
          "give herself a role in",
          "slipway_organization_admin",
          `INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id) VALUES ('${ada}', '${founded}', 'cccccccc-0000-0000-0000-000000000002')`,
        ],
        [
          "put a member into a team of",
          "slipway_organization_admin",
          `INSERT INTO enterprise.team_members (team_id, user_id) VALUES ('dddddddd-0000-0000-0000-000000000001', '${ada}')`,
        ],
      ] as const) {
        it(`does not let ada ${what} an organization that she is not in`, async () => {
          await assert.rejects(as(role, statement), { code: "42501" });
        });
      }

      it("lets a member who is no administrator change nothing by the administrators' role", async () => {
        const session = {
          "slipway.user_id": "22222222-2222-2222-2222-222222222222",
          "slipway.organization_id": await organizationOf(ada),
        };
        assert.equal((await as("slipway_application", "SELECT 1 FROM enterprise.teams", session)).rowCount, 2);
        assert.equal(
          (await as("slipway_organization_admin", "UPDATE enterprise.teams SET name = name", session)).rowCount,
          0,
        );
      });

      it("narrows a session to the organization that it chose", async () => {
        const count = async (session: Record<string, string>) =>
          (await as("slipway_application", "SELECT 1 FROM enterprise.organizations", session)).rowCount;
        assert.equal(await count({ "slipway.user_id": founder }), 2);
        assert.equal(await count({ "slipway.user_id": founder, "slipway.organization_id": founded }), 1);
        assert.equal(await count({ "slipway.user_id": ada, "slipway.organization_id": founded }), 0);
      });

      describe("the application's own login", () => {
        const login = `administering_${process.pid}`;
        before(() => ensureLoginRole(client, login, applicationGroups.inherits, applicationGroups.takes));
        after(() => client.query(`DROP ROLE ${login}`));

        /** How many of her organization's teams somebody could change, in a transaction of that login. */
        async function teamsChanged(user: string, takesRole: boolean): Promise<number | null> {
          const organization = await organizationOf(ada);
          await client.query(`BEGIN; SET LOCAL SESSION AUTHORIZATION ${login}; SET LOCAL slipway.user_id = '${user}'`);
          try {
            if (takesRole) await client.query("SET LOCAL ROLE slipway_organization_admin");
            const renamed = "UPDATE enterprise.teams SET display_name = 'Ours' WHERE organization_id = $1";
            return (await client.query(renamed, [organization])).rowCount;
          } finally {
            await client.query("ROLLBACK");
          }
        }

        it("administers an organization once it takes the administrators' role, for who administers it", async () => {
          assert.equal(await teamsChanged(ada, true), 2);
          assert.equal(await teamsChanged("22222222-2222-2222-2222-222222222222", true), 0);
          assert.equal(await teamsChanged(founder, true), 0);
        });

        it("changes no organization without that", async () => {
          await assert.rejects(teamsChanged(ada, false), { code: "42501" });
        });

        it("is the application again in the next transaction", async () => {
          await client.query(`SET SESSION AUTHORIZATION ${login}`);
          try {
            await client.query("BEGIN; SET LOCAL ROLE slipway_organization_admin; COMMIT");
            const { rows } = await client.query("SELECT current_user AS acting");
            assert.deepEqual(rows, [{ acting: login }]);
          } finally {
            await client.query("RESET SESSION AUTHORIZATION");
          }
        });
      });

      it("lets a user found an organization and administer it", async () => {
        await client.query("BEGIN");
        try {
          await client.query(`SET LOCAL slipway.user_id = '${ada}'; SET LOCAL ROLE slipway_application`);
          await client.query("SELECT enterprise.create_organization('new', 'New')");
          await client.query("SET LOCAL ROLE slipway_organization_admin");
          const { rowCount } = await client.query(
            "UPDATE enterprise.organizations SET domain = 'x' WHERE name = 'new'",
          );
          assert.equal(rowCount, 1);
        } finally {
          await client.query("ROLLBACK");
        }
      });
    }

    async function organizationOf(user: string): Promise<string> {
      const { rows } = await client.query("SELECT organization_id FROM public.profiles WHERE id = $1", [user]);
      return rows[0].organization_id;
    }

    /** Tries one operation as a role and takes it back. What matters is what happened to rows, not what was promised. */
    async function attempt(table: string, rules: TableRules, role: Role, operation: Operation): Promise<Outcome> {
      const only = operation === "delete" && rules.deletable ? ` WHERE ${rules.deletable}` : "";
      const total = (await client.query(`SELECT count(*)::int AS n FROM ${table}${only}`)).rows[0].n;
      assert.ok(total > 0, `the test has no row in ${table}`);
      const column = rules.columnOf?.[role] ?? rules.column;
      const statement = {
        select: `SELECT 1 FROM ${table}`,
        insert: `INSERT INTO ${table} ${rules.insert}`,
        update: `UPDATE ${table} SET ${column} = ${column}`,
        delete: `DELETE FROM ${table}${only}`,
      }[operation];
      try {
        const { rowCount } = await as(role, statement);
        if (rowCount === (operation === "insert" ? 1 : total)) return "all";
        return rowCount === 0 ? "none" : "some";
      } catch (error) {
        assert.equal((error as pg.DatabaseError).code, "42501", String(error));
        return "denied";
      }
    }

    async function as(role: Role, statement: string, session: Record<string, string> = { "slipway.user_id": ada }) {
      await client.query("BEGIN");
      try {
        for (const [name, value] of Object.entries(session))
          await client.query("SELECT set_config($1, $2, true)", [name, value]);
        await client.query(`SET LOCAL ROLE ${role === "owner" ? owner : role}`);
        return await client.query(statement);
      } finally {
        await client.query("ROLLBACK");
      }
    }
  });
}
