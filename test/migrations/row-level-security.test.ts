import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { groupRoles } from "../../delivery/database/bookkeeping.ts";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { up } from "../../delivery/database/migrator.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../support/postgres.ts";

type Role = (typeof groupRoles)[number] | "owner";
const roles: readonly Role[] = [...groupRoles, "owner"];
const operations = ["select", "insert", "update", "delete"] as const;
type Operation = (typeof operations)[number];

/** `all`: every row; `some`: those that the policy shows; `none`: allowed, but no row; `denied`: refused. */
type Outcome = "all" | "some" | "none" | "denied";

/** select, insert, update, delete; written as one word each. */
type Row = readonly [Outcome, Outcome, Outcome, Outcome];
const nothing: Row = ["denied", "denied", "denied", "denied"];
const reads: Row = ["all", "denied", "denied", "denied"];
const everything: Row = ["all", "all", "all", "all"];

interface TableRules {
  /** An INSERT that would succeed for whoever may. */
  readonly insert: string;
  /** A column that an update may set to itself. */
  readonly column: string;
  /** Who may do what. A role that is not named may do nothing. */
  readonly may: Partial<Record<Role, Row>>;
}

const ownTable = (insert: string, column: string): TableRules => ({
  insert,
  column,
  may: {
    slipway_application: everything,
    slipway_operator: reads,
    slipway_auditor: reads,
    owner: everything,
  },
});

/** A new table fails the test until it stands here. */
const tables: Record<string, TableRules> = {
  "auth.users": ownTable("(email) VALUES ('new@example.com')", "email"),
  "public.profiles": ownTable("(id) VALUES ('22222222-2222-2222-2222-222222222222')", "display_name"),
  "github_module.github_app_installations": ownTable(
    "(installation_id, account_login) VALUES (2, 'new')",
    "account_login",
  ),
  "public.feature_flags": {
    insert: "(flag_key, name) VALUES ('new', 'New')",
    column: "is_active",
    may: {
      slipway_application: ["some", "denied", "denied", "denied"],
      slipway_organization_admin: reads,
      slipway_operator: everything,
      slipway_auditor: reads,
      owner: everything,
    },
  },
  "public.feature_flag_environments": {
    insert: "(flag_key, environment, enabled, rollout_percentage) VALUES ('shown', 'staging', true, 1)",
    column: "rollout_percentage",
    may: {
      slipway_application: ["some", "denied", "denied", "denied"],
      slipway_organization_admin: reads,
      slipway_operator: everything,
      slipway_auditor: reads,
      owner: everything,
    },
  },
  "public.feature_flag_declarations": {
    insert: "(flag_key, environment, declaration) VALUES ('new', 'development', '{}')",
    column: "declaration",
    may: { slipway_operator: reads, slipway_auditor: reads, owner: everything },
  },
  "public.feature_flag_history": {
    insert: "(actor, database_user, table_name, operation) VALUES ('x', 'x', 'x', 'INSERT')",
    column: "reason",
    // Append-only, for the owner too.
    may: { slipway_operator: reads, slipway_auditor: reads, owner: ["all", "all", "denied", "denied"] },
  },
  "slipway.migrations": {
    insert: "(name, run_on, checksum) VALUES ('x', now(), 'x')",
    column: "checksum",
    may: { slipway_auditor: reads, owner: everything },
  },
  "slipway.progress": {
    insert: "(name, direction) VALUES ('x', 'up')",
    column: "position",
    may: { slipway_auditor: reads, owner: everything },
  },
  "slipway.baseline_objects": {
    insert: "(kind, name) VALUES ('table', 'x')",
    column: "name",
    may: { slipway_auditor: reads, owner: everything },
  },
};

const sample = `
  INSERT INTO slipway.progress (name, direction) VALUES ('sample', 'up');
  INSERT INTO auth.users (id, email) VALUES ('11111111-1111-1111-1111-111111111111', 'ada@example.com'), ('22222222-2222-2222-2222-222222222222', NULL);
  INSERT INTO public.profiles (id) VALUES ('11111111-1111-1111-1111-111111111111');
  INSERT INTO github_module.github_app_installations (installation_id, account_login) VALUES (1, 'ada');
  INSERT INTO public.feature_flags (flag_key, name, is_active) VALUES ('shown', 'Shown', true), ('hidden', 'Hidden', false);
  INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage)
    VALUES ('shown', 'development', true, 100), ('hidden', 'development', true, 100);
  INSERT INTO public.feature_flag_declarations VALUES ('shown', 'development', '{}');`;

describe("row-level security", () => {
  let client: pg.Client;
  let owner: string;

  before(async () => {
    const server = await testPostgres();
    const database = await migratableDatabase();
    owner = database.owner;
    const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
    await up({ kind: "environment", database: database.name, user: owner }, migrations, {
      environment: server.environment,
    });
    client = await server.connect(database.name);
    await client.query(sample);
  });
  after(() => client?.end());

  it("is enabled and forced, with a policy, on every table there is, and each table's rules are declared in this test", async () => {
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
      for (const [index, operation] of operations.entries()) {
        const wanted = (rules.may[role] ?? nothing)[index];
        it(`${table}: ${role} ${operation}: ${wanted}`, async () => {
          assert.equal(await attempt(table, rules, role, operation), wanted);
        });
      }
    }
  }

  it("hides exactly the inactive flags from the application", async () => {
    const seen = await as(
      "slipway_application",
      "SELECT flag_key FROM public.feature_flag_environments UNION SELECT flag_key FROM public.feature_flags",
    );
    assert.deepEqual(seen.rows, [{ flag_key: "shown" }]);
  });

  it("lets an operator change what is operated and not what is declared", async () => {
    await assert.rejects(as("slipway_operator", "UPDATE public.feature_flags SET name = 'Mine'"), { code: "42501" });
    await assert.rejects(as("slipway_operator", "UPDATE public.feature_flag_environments SET environment = 'x'"), {
      code: "42501",
    });
    await as("slipway_operator", "UPDATE public.feature_flags SET is_active = false");
  });

  it("gives PUBLIC no privilege on any table, schema or function of ours", async () => {
    const { rows } = await client.query(
      `SELECT c.oid::regclass::text AS name FROM pg_class c, aclexplode(relacl) a WHERE a.grantee = 0 AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
       UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a WHERE a.grantee = 0 AND pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
       UNION ALL SELECT nspname FROM pg_namespace n, aclexplode(nspacl) a WHERE a.grantee = 0 AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')`,
    );
    assert.deepEqual(rows, []);
  });

  /** Tries one operation as a role and takes it back. What matters is what happened to rows, not what was promised. */
  async function attempt(table: string, rules: TableRules, role: Role, operation: Operation): Promise<Outcome> {
    const total = (await client.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n;
    assert.ok(total > 0, `the test has no row in ${table}`);
    const statement = {
      select: `SELECT 1 FROM ${table}`,
      insert: `INSERT INTO ${table} ${rules.insert}`,
      update: `UPDATE ${table} SET ${rules.column} = ${rules.column}`,
      delete: `DELETE FROM ${table}`,
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

  async function as(role: Role, statement: string) {
    await client.query("BEGIN");
    try {
      await client.query(`SET LOCAL ROLE ${role === "owner" ? owner : role}`);
      return await client.query(statement);
    } finally {
      await client.query("ROLLBACK");
    }
  }
});
