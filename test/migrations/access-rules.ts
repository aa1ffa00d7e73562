import type { groupRoles } from "../../delivery/database/bookkeeping.ts";

export type Role = (typeof groupRoles)[number] | "owner";
export const operations = ["select", "insert", "update", "delete"] as const;
export type Operation = (typeof operations)[number];

/** `all`: every row; `some`: those that the policy shows; `none`: allowed, but no row; `denied`: refused. */
export type Outcome = "all" | "some" | "none" | "denied";

/** select, insert, update, delete; written as one word each. */
export type Row = readonly [Outcome, Outcome, Outcome, Outcome];
export const nothing: Row = ["denied", "denied", "denied", "denied"];
const reads: Row = ["all", "denied", "denied", "denied"];
const everything: Row = ["all", "all", "all", "all"];
const own: Row = ["some", "all", "some", "some"];
const ownRead: Row = ["some", "denied", "denied", "denied"];

export interface TableRules {
  /** An INSERT that would succeed for whoever may. */
  readonly insert: string;
  /** A column that an update may set to itself; another one for a role that may not change that. */
  readonly column: string;
  readonly columnOf?: Partial<Record<Role, string>>;
  /** Which rows a delete tries, where others are held by references. @default all */
  readonly deletable?: string;
  /** Who may do what once policies are enforced, as ada, who administers one of two organizations. A role that is not named may do nothing. */
  readonly may: Partial<Record<Role, Row>>;
  /** Who may do what in the permissive phase. @default the same, with all rows where it was some */
  readonly permissive?: Partial<Record<Role, Row>>;
}

const asOwner = { slipway_auditor: reads, owner: everything } as const;
const overseen = { ...asOwner, slipway_operator: reads } as const;
const readByApplications = { slipway_application: reads, slipway_organization_admin: reads } as const;
/** What an application says of its users it need not read again. */
const writtenByApplication = { slipway_application: ["denied", "all", "denied", "denied"] } as const;
const oldTable = { slipway_application: everything, slipway_organization_admin: reads } as const;

/** A new table fails the test until it stands here. */
export const tables: Readonly<Record<string, TableRules>> = {
  "auth.users": {
    insert: "(email) VALUES ('new@example.com')",
    column: "email",
    may: {
      ...overseen,
      slipway_application: ["some", "denied", "some", "some"],
      slipway_organization_admin: ownRead,
    },
    permissive: oldTable,
  },
  "public.profiles": {
    insert: "(id) VALUES ('33333333-3333-3333-3333-333333333333')",
    column: "display_name",
    may: {
      ...overseen,
      slipway_application: ["some", "denied", "some", "some"],
      slipway_organization_admin: ownRead,
    },
    permissive: oldTable,
  },
  "github_module.github_app_installations": {
    insert: "(installation_id, user_id, account_login) VALUES (3, '11111111-1111-1111-1111-111111111111', 'new')",
    column: "account_login",
    may: { ...overseen, slipway_application: own, slipway_organization_admin: own },
  },
  "enterprise.organizations": {
    insert: "(name, display_name) VALUES ('new', 'New')",
    column: "domain",
    deletable: "name = 'spare'",
    may: {
      ...asOwner,
      slipway_application: ownRead,
      slipway_organization_admin: ["some", "denied", "some", "denied"],
      slipway_operator: ["all", "denied", "all", "denied"],
    },
  },
  "enterprise.organization_roles": {
    insert:
      "(organization_id, name, display_name) SELECT organization_id, 'new', 'New' FROM enterprise.teams WHERE name = 'all'",
    column: "display_name",
    may: { ...overseen, slipway_application: ownRead, slipway_organization_admin: own },
  },
  "enterprise.user_organization_roles": {
    insert:
      "(user_id, organization_id, role_id) SELECT '33333333-3333-3333-3333-333333333333', organization_id, id FROM enterprise.organization_roles WHERE name = 'Member'",
    column: "assigned_by",
    may: { ...overseen, slipway_application: ownRead, slipway_organization_admin: own },
  },
  "enterprise.teams": {
    insert:
      "(organization_id, name, display_name, team_type) SELECT organization_id, 'new', 'New', 'team' FROM enterprise.teams WHERE name = 'all'",
    column: "display_name",
    may: { ...overseen, slipway_application: ownRead, slipway_organization_admin: own },
  },
  "enterprise.team_members": {
    insert:
      "(team_id, user_id) VALUES ('bbbbbbbb-0000-0000-0000-000000000001', '33333333-3333-3333-3333-333333333333')",
    column: "role",
    may: { ...overseen, slipway_application: ownRead, slipway_organization_admin: own },
  },
  "enterprise.organization_api_keys": {
    insert:
      "(organization_id, provider, key_hash, key_name) SELECT organization_id, 'new', sha256('new'), 'New' FROM enterprise.teams WHERE name = 'all'",
    column: "last_used_at",
    columnOf: { slipway_organization_admin: "status" },
    may: {
      ...overseen,
      slipway_application: ["some", "denied", "some", "denied"],
      slipway_organization_admin: own,
    },
  },
  "metadata.repositories": {
    insert:
      "(organization_id, path, name) SELECT organization_id, '/new', 'new' FROM enterprise.teams WHERE name = 'all'",
    column: "name",
    may: { ...overseen, slipway_application: own, slipway_organization_admin: own },
  },
  "public.feature_flags": {
    insert: "(flag_key, name) VALUES ('new', 'New')",
    column: "is_active",
    may: {
      slipway_application: ownRead,
      slipway_organization_admin: reads,
      slipway_operator: everything,
      ...asOwner,
    },
    permissive: { slipway_application: ownRead },
  },
  "public.feature_flag_environments": {
    insert: "(flag_key, environment, enabled, rollout_percentage) VALUES ('shown', 'staging', true, 1)",
    column: "rollout_percentage",
    may: {
      slipway_application: ownRead,
      slipway_organization_admin: reads,
      slipway_operator: everything,
      ...asOwner,
    },
    permissive: { slipway_application: ownRead },
  },
  "public.feature_flag_declarations": {
    insert: "(flag_key, environment, declaration) VALUES ('new', 'development', '{}')",
    column: "declaration",
    may: overseen,
  },
  "public.feature_flag_history": {
    insert: "(actor, database_user, table_name, operation) VALUES ('x', 'x', 'x', 'INSERT')",
    column: "reason",
    // Append-only, for the owner too.
    may: { ...overseen, owner: ["all", "all", "denied", "denied"] },
  },
  "public.feature_flag_segments": {
    insert: `(environment, segment_key, definition) VALUES ('staging', 'new', '{"users": []}')`,
    column: "definition",
    may: { ...asOwner, ...readByApplications, slipway_operator: everything },
  },
  "public.feature_flag_go_lives": {
    insert: "(environment, went_live_at) VALUES ('staging', now())",
    column: "went_live_at",
    // Recorded once: operators neither move it nor take it back.
    may: { ...asOwner, ...readByApplications, slipway_operator: ["all", "all", "denied", "denied"] },
  },
  "public.feature_flag_exposures": {
    insert: "(environment, flag_key, unit_kind, unit_id, variant) VALUES ('staging', 'first', 'user', 'ada', 'red')",
    column: "variant",
    may: { ...overseen, ...writtenByApplication },
  },
  "public.feature_flag_events": {
    insert: "(id, environment, metric, user_id) VALUES (gen_random_uuid(), 'staging', 'revenue', 'ada')",
    column: "value",
    may: { ...overseen, ...writtenByApplication },
  },
  "slipway.migrations": {
    insert: "(name, run_on, checksum) VALUES ('x', now(), 'x')",
    column: "checksum",
    may: asOwner,
  },
  "slipway.progress": {
    insert: "(name, direction) VALUES ('x', 'up')",
    column: "position",
    may: asOwner,
  },
  "slipway.baseline_objects": {
    insert: "(kind, name) VALUES ('table', 'x')",
    column: "name",
    may: asOwner,
  },
};

/** Rows beside those of `sample.ts`: what is somebody else's, in every table where that makes a difference. */
export const foreignRows = `
  INSERT INTO public.feature_flags (flag_key, name, is_active) VALUES ('shown', 'Shown', true), ('hidden', 'Hidden', false);
  INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage)
    VALUES ('shown', 'development', true, 100), ('hidden', 'development', true, 100);
  INSERT INTO enterprise.organizations (name, display_name) VALUES ('spare', 'Spare');
  INSERT INTO enterprise.teams (id, organization_id, name, display_name, team_type)
    VALUES ('dddddddd-0000-0000-0000-000000000001', 'cccccccc-0000-0000-0000-000000000001', 'other', 'Other', 'team');
  INSERT INTO enterprise.team_members (team_id, user_id) VALUES ('dddddddd-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000');
  INSERT INTO enterprise.organization_api_keys (organization_id, provider, key_hash, key_name) VALUES ('cccccccc-0000-0000-0000-000000000001', 'other', sha256('other'), 'Other');
  INSERT INTO metadata.repositories (organization_id, path, name) VALUES ('cccccccc-0000-0000-0000-000000000001', '/other', 'other');`;
