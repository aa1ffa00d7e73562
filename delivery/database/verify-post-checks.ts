import type { Check } from "./verify-context.ts";
import { isolationProblems } from "./verify-isolation.ts";

/** The schemas whose tables are ours to protect. */
const schemas = "('auth', 'public', 'github_module', 'enterprise', 'metadata', 'slipway', 'slipway_archive')";

/** What must hold once it is migrated ("Migration Testing Checklist", "Post-Migration Validation"). */
export const postChecks: readonly Check[] = [
  {
    id: "all-applied",
    list: "post",
    what: "every migration is applied, and none is half done",
    source: "Schema migrations applied successfully",
    find: async ({ status: { pending, unfinished } }) => [
      ...unfinished.map(({ name, direction }) => `${name} was begun (${direction}) and is not finished`),
      ...pending.filter((name) => !unfinished.some((left) => left.name === name)).map((name) => `${name} is pending`),
    ],
  },
  {
    id: "valid",
    list: "post",
    what: "every constraint is validated and every index valid",
    source: "Verify schema integrity",
    find: `SELECT format('the constraint %s of %s is not validated', conname, conrelid::regclass) AS problem
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE NOT convalidated AND n.nspname IN ${schemas}
      UNION ALL SELECT format('the index %s is not valid', indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT indisvalid AND n.nspname IN ${schemas}`,
  },
  {
    id: "no-row-left",
    list: "post",
    what: "no rows wait in the archive: all that an earlier rollback put aside is back",
    source: "No data loss or corruption",
    find: async ({ client }) => {
      const { rows } = await client.query(
        "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'slipway_archive' AND c.relkind = 'r' ORDER BY 1",
      );
      const problems: string[] = [];
      for (const { name } of rows) {
        const { rowCount } = await client.query(`SELECT FROM ${name} LIMIT 1`);
        if (rowCount) problems.push(`${name} has rows`);
      }
      return problems;
    },
  },
  {
    id: "users-have-organizations",
    list: "post",
    what: "every user is a member of an organization",
    source: "Organizations created correctly",
    find: `SELECT 'the user ' || u.id || ' is in no organization' AS problem FROM auth.users u
      WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)`,
  },
  {
    id: "profiles-agree",
    list: "post",
    what: "every profile is in an organization that its user is a member of",
    source: "Existing data intact and queryable",
    find: `SELECT format('the profile %s is %s', p.id, CASE WHEN p.organization_id IS NULL THEN 'in no organization' ELSE 'in an organization without being a member' END) AS problem
      FROM public.profiles p WHERE p.organization_id IS NULL
        OR NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = p.id AND r.organization_id = p.organization_id)`,
  },
  {
    id: "organizations-have-admins",
    list: "post",
    what: "every organization that a user got has an administrator",
    source: "Organizations created correctly",
    find: `SELECT 'the organization ' || o.name || ' has no administrator' AS problem FROM enterprise.organizations o
      WHERE o.created_for IS NOT NULL AND NOT EXISTS (SELECT FROM enterprise.user_organization_roles r
        JOIN enterprise.organization_roles held ON held.id = r.role_id
        WHERE r.organization_id = o.id AND held.permissions ?| ARRAY['*', 'organization:admin'])`,
  },
  {
    id: "connections-have-organizations",
    list: "post",
    what: "every GitHub connection of a user is an organization's",
    source: "Migrate GitHub connections to organization ownership",
    find: `SELECT 'the connection ' || i.id || ' has no organization' AS problem FROM github_module.github_app_installations i
      WHERE i.user_id IS NOT NULL AND i.organization_id IS NULL`,
  },
  {
    id: "team-members-belong",
    list: "post",
    what: "every member of a team is a member of the team's organization",
    source: "Teams and members assigned",
    find: `SELECT format('%s is in the team %s, but not in its organization', m.user_id, m.team_id) AS problem
      FROM enterprise.team_members m JOIN enterprise.teams t ON t.id = m.team_id
      WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = m.user_id AND r.organization_id = t.organization_id)`,
  },
  {
    id: "new-users-get-organizations",
    list: "post",
    what: "whoever signs up through the old application gets an organization",
    source: "Old features still working",
    find: `SELECT 'public.profiles and github_module.github_app_installations lack the trigger that gives organizations' AS problem
      WHERE (SELECT count(*) FROM pg_trigger WHERE tgname = 'slipway_organization' AND tgenabled = 'O'
        AND tgrelid IN (to_regclass('public.profiles'), to_regclass('github_module.github_app_installations'))) < 2`,
  },
  {
    id: "row-security",
    list: "post",
    what: "row-level security is forced on every table, and none is without policy",
    source: "RLS policies enforcing isolation",
    find: `SELECT format('%s %s', c.oid::regclass, CASE WHEN NOT c.relrowsecurity THEN 'has no row-level security'
          WHEN NOT c.relforcerowsecurity THEN 'does not force row-level security on its owner' ELSE 'has no policy' END) AS problem
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname IN ${schemas} AND pg_has_role(current_user, c.relowner, 'USAGE')
        AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity OR NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))
        AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND obj_description(oid, 'pg_policy') = 'slipway: row security was on')`,
  },
  {
    id: "isolation",
    list: "post",
    what: "a user of the application sees organizations of his own and no other's; who is not signed in sees none",
    source: "RLS policies enforcing isolation",
    find: isolationProblems,
  },
  {
    id: "audit",
    list: "post",
    what: "changes of feature flags are recorded",
    source: "Audit logs capturing events",
    find: `SELECT format('%s does not record its changes', name) AS problem FROM unnest(ARRAY['public.feature_flags', 'public.feature_flag_environments']) AS name
      WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(name) AND tgname = 'record' AND tgenabled = 'O')`,
  },
];

/** What must hold before everybody uses it ("Go-Live Checklist", phase 8.6, "Success Metrics"). */
export const goLiveChecks: readonly Check[] = [
  {
    id: "permissive-phase-ended",
    list: "go-live",
    what: "no permissive policy is left",
    source: "Switch from old to new system fully",
    find: `SELECT format('%s on %s is still there', polname, polrelid::regclass) AS problem FROM pg_policy
      WHERE polname IN ('application_permissive', 'organization_admin_permissive', 'everyone_permissive')`,
  },
  {
    id: "organizations-forced",
    list: "go-live",
    what: "no profile can be without organization",
    source: "Force organization selection on login",
    find: `SELECT 'public.profiles may be without organization' AS problem WHERE NOT EXISTS (SELECT FROM pg_constraint
      WHERE conrelid = to_regclass('public.profiles') AND conname = 'profiles_organization_needed' AND convalidated)`,
  },
  {
    id: "flags-seeded",
    list: "go-live",
    what: "the environment has feature flags",
    source: "Enable feature flags for gradual rollout",
    find: async ({ client, environment }) => {
      const { rowCount } = await client.query(
        "SELECT FROM public.feature_flag_environments WHERE environment = $1 LIMIT 1",
        [environment],
      );
      return rowCount ? [] : [`no flag is declared for ${environment}: ./slipway task <stack> flags-seed`];
    },
  },
  {
    id: "go-live-recorded",
    list: "go-live",
    what: "the moment of the go-live is recorded, from which scheduled flags are counted",
    source: "Enable after 1 week / 2 weeks / 1 month",
    find: async ({ client, environment }) => {
      const { rowCount } = await client.query("SELECT FROM public.feature_flag_go_lives WHERE environment = $1", [
        environment,
      ]);
      return rowCount ? [] : [`${environment} has not gone live: ./slipway flags go-live <stack> --record`];
    },
  },
];
