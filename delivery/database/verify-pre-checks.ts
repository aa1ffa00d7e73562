import { groupRoles } from "./bookkeeping.ts";
import { changedFileProblem } from "./migration-status.ts";
import { runnerAtWork } from "./runner-lock.ts";
import { functionBodies } from "./sql-text.ts";
import type { Check, Elsewhere, VerifyContext } from "./verify-context.ts";
import { wayBack } from "./way-back.ts";

/** What the database must be before it is migrated ("Pre-Migration Testing", phase 8.1, "1 Day Before"). */
export const preChecks: readonly Check[] = [
  {
    id: "server-version",
    list: "pre",
    what: "the server is PostgreSQL 15 or newer, whose SET NULL (column) the schema uses",
    source: "Set up staging environment mirroring production",
    find: `SELECT 'the server is ' || current_setting('server_version') AS problem WHERE current_setting('server_version_num')::int < 150000`,
  },
  {
    id: "group-roles",
    list: "pre",
    what: "the roles that the policies speak of are there",
    source: "Enable RLS policies (initially permissive for testing)",
    find: async ({ client }) => {
      const { rows } = await client.query("SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)", [groupRoles]);
      const there = rows.map(({ rolname }) => rolname);
      return groupRoles.filter((role) => !there.includes(role)).map((role) => `there is no role ${role}`);
    },
  },
  {
    id: "files-agree",
    list: "pre",
    what: "what was applied is what this checkout has, in its order",
    source: "Write migration scripts for all schema changes",
    find: async ({ status: { changed, late, unknown } }) => [
      ...changed.map(({ file, recorded, actual }) => changedFileProblem(file, recorded, actual)),
      ...unknown.map((name) => `${name} is applied, but this checkout does not have it`),
      ...late.map((name) => `${name} is not applied, though later ones are`),
    ],
  },
  {
    id: "way-back",
    list: "pre",
    what: "every migration's way back keeps all data",
    source: "Document rollback procedures",
    find: async ({ migrations }) => {
      const bodies = functionBodies(migrations);
      return migrations.flatMap((migration) =>
        wayBack(migration, bodies).loses.map((lost) => `${migration.name} would lose ${lost}`),
      );
    },
  },
  {
    id: "columns",
    list: "pre",
    what: "tables that the application brought have the columns by which organizations are found, of type uuid",
    source: "Identify existing users and their data",
    find: `SELECT format('%s has no column %s of type uuid', needed.name, needed.column_name) AS problem
      FROM (VALUES ('auth.users', 'id'), ('public.profiles', 'id'), ('github_module.github_app_installations', 'id'),
                   ('github_module.github_app_installations', 'user_id')) AS needed (name, column_name)
      WHERE to_regclass(needed.name) IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = to_regclass(needed.name) AND a.attname = needed.column_name AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped)`,
  },
  {
    id: "ownership",
    list: "pre",
    what: "the login of the migrations owns the tables that get a column",
    source: "Run migration scripts to add `organization_id` to existing tables",
    find: `SELECT format('%s belongs to %s, not to %s', c.oid::regclass, pg_get_userbyid(c.relowner), current_user) AS problem
      FROM pg_class c WHERE c.oid IN (to_regclass('public.profiles'), to_regclass('github_module.github_app_installations'))
        AND NOT pg_has_role(current_user, c.relowner, 'USAGE')`,
  },
  {
    id: "profiles-have-users",
    list: "pre",
    what: "every profile belongs to a user",
    source: "Identify existing users and their data",
    find: async ({ client }) => {
      if (!(await exist(client, "auth.users", "public.profiles"))) return [];
      const { rows } = await client.query(
        "SELECT p.id FROM public.profiles p WHERE NOT EXISTS (SELECT FROM auth.users u WHERE u.id = p.id) ORDER BY p.id LIMIT 6",
      );
      return rows.map(({ id }) => `the profile ${id} has no user`);
    },
  },
  {
    id: "no-long-transactions",
    list: "pre",
    what: "no transaction has been open for more than a minute, which changes of tables would wait for",
    source: "Performance within acceptable limits",
    find: `SELECT format('session %s (%s, "%s") has had a transaction open for %s', pid, usename, application_name, date_trunc('second', now() - xact_start)) AS problem
      FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 minute'
        AND backend_type = 'client backend' ORDER BY xact_start`,
  },
  {
    id: "free-connections",
    list: "pre",
    what: "a tenth of the server's connections is free",
    source: "Load tests with 1000 concurrent users",
    find: `SELECT format('%s of %s connections are taken', taken, allowed) AS problem
      FROM (SELECT count(*) AS taken, current_setting('max_connections')::int AS allowed FROM pg_stat_activity WHERE backend_type = 'client backend') s
      WHERE taken > allowed * 0.9`,
  },
  {
    id: "no-other-runner",
    list: "pre",
    what: "nobody else is migrating this database",
    source: "Test migration on staging with production data copy",
    find: async ({ client }) => {
      const holder = await runnerAtWork(client);
      return holder === undefined ? [] : [`${holder} is migrating it`];
    },
  },
  {
    id: "backup",
    list: "pre",
    what: "there is a fresh backup, where the environment requires one",
    source: "Database backup created",
    find: async ({ backup }) => (await backup?.()) ?? [],
  },
];

/** Whether relations are there. */
async function exist(client: VerifyContext["client"], ...names: string[]): Promise<boolean> {
  const { rows } = await client.query(
    "SELECT bool_and(to_regclass(name) IS NOT NULL) AS there FROM unnest($1::text[]) AS name",
    [names],
  );
  return rows[0]?.there === true;
}

/** What of the lists is no matter of a database. */
export const elsewhere: readonly Elsewhere[] = [
  { list: "pre", source: "Unit tests pass for all new features; integration tests pass", where: "./slipway test" },
  { list: "pre", source: "Load tests with 1000 concurrent users", where: "npm run bench:migrate" },
  {
    list: "pre",
    source: "Security penetration testing",
    where: "a person; each table, role and operation: test/migrations",
  },
  { list: "pre", source: "Migration scripts tested on staging", where: "./slipway task staging migration-rehearsal" },
  { list: "post", source: "Admin portal accessible; connectors working", where: "the services' own health checks" },
  {
    list: "go-live",
    source: "Monitoring dashboards configured; alert thresholds set",
    where: "CloudWatch; ./slipway drift <stack>",
  },
  { list: "go-live", source: "On-call team assigned; communication plan ready; announcements", where: "people" },
];
