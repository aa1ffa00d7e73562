import assert from "node:assert/strict";
import type pg from "pg";
import { migratedDatabase } from "../support/migrated.ts";
import { type PgrlsFinding, pgrlsFindings } from "../support/pgrls.ts";
import { type TestPostgres, testPostgres } from "../support/postgres.ts";

/**
 * What pgrls finds and is meant: rule, which objects, and why. Whatever is not explained here fails the test, and so does an
 * explanation that explains nothing any more.
 */
const explained: readonly { readonly rules: RegExp; readonly objects: RegExp; readonly why: string }[] = [
  {
    rules: /^(SEC005|SEC008|SEC028|SEC038)$/,
    objects: /\.(schema_owner|auditor_reads|operator_(reads|operates|records))$/,
    why: "The owner runs migrations, auditors read all and operators operate for all: their roles are the boundary, and nobody logs in as PUBLIC or anonymously.",
  },
  {
    rules: /^(SEC005|SEC008|SEC028|SEC038)$/,
    objects: /^public\.feature_flag/,
    why: "Flags belong to an environment and to no organization: whoever may read them at all may read each.",
  },
  {
    rules: /^SEC005$/,
    objects: /^auth\.users\.application_inserts$/,
    why: "Who signs up is nobody yet: the session must say that it authenticates.",
  },
  {
    rules: /^SEC007$/,
    objects: /./,
    why: "One permissive policy for each role and operation (tested below): there is no OR that a restrictive floor would catch.",
  },
  {
    rules: /^SEC013$/,
    objects: /./,
    why: "Every trigger function has its own search_path (tested below), and the owner is subject to row-level security.",
  },
  {
    rules: /^SEC014$/,
    objects: /./,
    why: "Every function with the owner's rights has its own search_path and is closed to PUBLIC (tested below and in row-level-security.test.ts).",
  },
  {
    rules: /^SEC027$/,
    objects: /^(enterprise\.(team_members|user_organization_roles)|public\.feature_flag_events)$/,
    why: "Members of an organization see each other; events of flags are written and never read by users.",
  },
  {
    rules: /^PERF003$/,
    objects: /^public\.feature_flags\./,
    why: "Hundreds of flags at most, read whole into a snapshot.",
  },
  {
    rules: /^PERF004$/,
    objects: /\.application_inserts$/,
    why: "WITH CHECK looks at the one row that is written; no index could serve it.",
  },
];

/** The checks of splinter that matter to a plain PostgreSQL, in our own words (its SQL may not be copied). Each returns what is wrong. */
const checks: Readonly<Record<string, string>> = {
  "every foreign key has an index that begins with its columns": `
    SELECT k.conrelid::regclass || ' ' || k.conname AS wrong FROM pg_constraint k JOIN ours ON ours.oid = k.connamespace
    WHERE k.contype = 'f' AND NOT EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indisvalid
        AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`,
  "every function that a policy asks is asked once a statement, inside a sub-select": `
    SELECT format('%s.%s %s: %s', schemaname, tablename, policyname, call[1]) AS wrong FROM pg_policies JOIN ours ON ours.nspname = schemaname,
      regexp_matches(regexp_replace(coalesce(qual, '') || ' ' || CASE WHEN cmd = 'INSERT' THEN '' ELSE coalesce(with_check, '') END,
        'SELECT [a-z_.]+\\(\\)', '', 'g'), '([a-z_]+\\.[a-z_]+|current_setting|auth\\.uid)\\(', 'g') AS call`,
  "no role has two permissive policies for one operation": `
    SELECT format('%s %s %s: %s', tablename, role, operation, string_agg(policyname, ', ')) AS wrong
    FROM pg_policies JOIN ours ON ours.nspname = schemaname, unnest(roles) AS role,
      unnest(CASE WHEN cmd = 'ALL' THEN ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] ELSE ARRAY[cmd] END) AS operation
    WHERE permissive = 'PERMISSIVE' GROUP BY schemaname, tablename, role, operation HAVING count(*) > 1`,
  "no view shows rows with its owner's rights": `
    SELECT c.oid::regclass::text AS wrong FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
    WHERE c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions) OR 'security_invoker=on' = ANY (c.reloptions), false)`,
  "every function has its own search_path": `
    SELECT p.oid::regprocedure::text AS wrong FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')`,
  "no table has row-level security without a policy, or policies without row-level security": `
    SELECT c.oid::regclass::text AS wrong FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity <> EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) OR c.relrowsecurity <> c.relforcerowsecurity)`,
  "no table has two equal indexes": `
    SELECT min(indexrelid)::regclass || ' = ' || max(indexrelid)::regclass AS wrong FROM pg_index i JOIN pg_class c ON c.oid = indrelid JOIN ours ON ours.oid = c.relnamespace
    GROUP BY indrelid, indkey::text, coalesce(pg_get_expr(indpred, indrelid), ''), coalesce(indexprs::text, '') HAVING count(*) > 1`,
  "every table has a primary key": `
    SELECT c.oid::regclass::text AS wrong FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)`,
};

describe("the policies, as linters see them", () => {
  let server: TestPostgres;
  let client: pg.Client;
  let database: string;

  before(async () => {
    server = await testPostgres();
    const { name } = await migratedDatabase();
    database = name;
    client = await server.connect(name);
  });
  after(() => client?.end());

  for (const [what, check] of Object.entries(checks)) {
    it(what, async () => {
      const ours = "SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";
      const { rows } = await client.query(`WITH ours AS (${ours}) ${check}`);
      assert.deepEqual(
        rows.map(({ wrong }) => wrong),
        [],
      );
    });
  }

  it("pgrls finds nothing that is not explained here, and finds all that is", async function () {
    this.timeout(600_000);
    const findings = await pgrlsFindings(server.url(database), [
      ...["auth", "public", "github_module", "enterprise", "metadata", "slipway", "slipway_archive"],
    ]);
    const explains = ({ rules, objects }: (typeof explained)[number], { rule_id, location }: PgrlsFinding) =>
      rules.test(rule_id) && objects.test(location);
    assert.deepEqual(
      findings
        .filter((finding) => !explained.some((reason) => explains(reason, finding)))
        .map(({ rule_id, location, message }) => `${rule_id} ${location}: ${message}`),
      [],
    );
    assert.deepEqual(
      explained.filter((reason) => !findings.some((finding) => explains(reason, finding))),
      [],
    );
  });
});
