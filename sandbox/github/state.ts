import { z } from "zod";

/*
 * What the local GitHub remembers, in GitHub's own words (snake_case, and GraphQL's camelCase for branch protection), so
 * that a person who opens state.json recognises it. The file is read strictly: what is not described here is refused.
 */

const id = z.int().positive();
const time = z.iso.datetime();
const times = { created_at: time, updated_at: time };

/** Repository permissions from the least to the most; https://docs.github.com/organizations > repository roles. */
export const permissions = ["pull", "triage", "push", "maintain", "admin"] as const;
const permission = z.enum(permissions);

const user = z.strictObject({
  id,
  login: z.string(),
  name: z.string(),
  email: z.string(),
  /** In the organization: "admin" is an owner. */
  role: z.enum(["admin", "member"]),
  ...times,
});

const team = z.strictObject({
  id,
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  privacy: z.enum(["secret", "closed"]),
  notification_setting: z.enum(["notifications_enabled", "notifications_disabled"]),
  parent_id: id.nullable(),
  members: z.array(z.strictObject({ user_id: id, role: z.enum(["member", "maintainer"]) })),
  repositories: z.array(z.strictObject({ repository_id: id, permission })),
  ...times,
});

const variable = z.strictObject({ name: z.string(), value: z.string(), ...times });

/** A secret is what the sender sealed for the repository's public key; nobody here can open it. */
const secret = z.strictObject({ name: z.string(), key_id: z.string(), encrypted_value: z.string(), ...times });

const environment = z.strictObject({
  id,
  name: z.string(),
  wait_timer: z.int(),
  prevent_self_review: z.boolean(),
  can_admins_bypass: z.boolean(),
  reviewers: z.array(z.strictObject({ type: z.enum(["User", "Team"]), id })),
  deployment_branch_policy: z
    .strictObject({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullable(),
  branch_policies: z.array(z.strictObject({ id, name: z.string(), type: z.enum(["branch", "tag"]) })),
  /** GitHub gives each protection rule an id of its own; they are kept for when the rule is switched on again. */
  rule_ids: z.strictObject({ wait_timer: id, required_reviewers: id, branch_policy: id }),
  variables: z.array(variable),
  secrets: z.array(secret),
  ...times,
});

const ruleset = z.strictObject({
  id,
  name: z.string(),
  target: z.enum(["branch", "tag", "push"]),
  enforcement: z.enum(["disabled", "active", "evaluate"]),
  bypass_actors: z.array(z.record(z.string(), z.unknown())),
  conditions: z.record(z.string(), z.unknown()),
  rules: z.array(z.record(z.string(), z.unknown())),
  ...times,
});

/** Branch protection is GraphQL's: the names are those of `BranchProtectionRule`, actors are node ids. */
const branchProtectionRule = z.strictObject({
  id,
  pattern: z.string(),
  allowsDeletions: z.boolean(),
  allowsForcePushes: z.boolean(),
  blocksCreations: z.boolean(),
  dismissesStaleReviews: z.boolean(),
  isAdminEnforced: z.boolean(),
  lockAllowsFetchAndMerge: z.boolean(),
  lockBranch: z.boolean(),
  requireLastPushApproval: z.boolean(),
  requiredApprovingReviewCount: z.int().nullable(),
  requiredStatusCheckContexts: z.array(z.string()),
  requiresApprovingReviews: z.boolean(),
  requiresCodeOwnerReviews: z.boolean(),
  requiresCommitSignatures: z.boolean(),
  requiresConversationResolution: z.boolean(),
  requiresLinearHistory: z.boolean(),
  requiresStatusChecks: z.boolean(),
  requiresStrictStatusChecks: z.boolean(),
  restrictsPushes: z.boolean(),
  restrictsReviewDismissals: z.boolean(),
  pushActorIds: z.array(z.string()),
  reviewDismissalActorIds: z.array(z.string()),
  bypassForcePushActorIds: z.array(z.string()),
  bypassPullRequestActorIds: z.array(z.string()),
});

const onOff = z.strictObject({ status: z.enum(["enabled", "disabled"]) });

/** What PATCH /repos/{owner}/{repo} may change, apart from the name. */
const repositorySettings = z.strictObject({
  description: z.string().nullable(),
  homepage: z.string().nullable(),
  visibility: z.enum(["public", "private", "internal"]),
  default_branch: z.string(),
  archived: z.boolean(),
  is_template: z.boolean(),
  has_issues: z.boolean(),
  has_projects: z.boolean(),
  has_wiki: z.boolean(),
  has_downloads: z.boolean(),
  has_discussions: z.boolean(),
  allow_squash_merge: z.boolean(),
  allow_merge_commit: z.boolean(),
  allow_rebase_merge: z.boolean(),
  allow_auto_merge: z.boolean(),
  allow_update_branch: z.boolean(),
  allow_forking: z.boolean(),
  delete_branch_on_merge: z.boolean(),
  web_commit_signoff_required: z.boolean(),
  squash_merge_commit_title: z.enum(["PR_TITLE", "COMMIT_OR_PR_TITLE"]),
  squash_merge_commit_message: z.enum(["PR_BODY", "COMMIT_MESSAGES", "BLANK"]),
  merge_commit_title: z.enum(["PR_TITLE", "MERGE_MESSAGE"]),
  merge_commit_message: z.enum(["PR_BODY", "PR_TITLE", "BLANK"]),
  security_and_analysis: z.record(z.string(), onOff),
});

/** A run of a workflow. There is no runner: a job is done as soon as its gate is open (domain/run.ts). */
const run = z.strictObject({
  id,
  workflow_id: id,
  /** The workflow's file below .github/workflows. */
  workflow: z.string(),
  event: z.string(),
  /** `refs/heads/main`, `refs/tags/v1.2.3` */
  ref: z.string(),
  head_sha: z.string(),
  actor_id: id,
  jobs: z.array(
    z.strictObject({ id, name: z.string(), environment: z.string().nullable(), needs: z.array(z.string()) }),
  ),
  /** What reviewers said, in the order in which they did. */
  reviews: z.array(
    z.strictObject({
      user_id: id,
      environment_ids: z.array(id),
      state: z.enum(["approved", "rejected"]),
      comment: z.string(),
      created_at: time,
    }),
  ),
  ...times,
});

const deploymentState = z.enum(["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]);

const deployment = z.strictObject({
  id,
  sha: z.string(),
  ref: z.string(),
  task: z.string(),
  environment: z.string(),
  description: z.string().nullable(),
  payload: z.union([z.string(), z.record(z.string(), z.unknown())]),
  transient_environment: z.boolean(),
  production_environment: z.boolean(),
  creator_id: id,
  statuses: z.array(
    z.strictObject({
      id,
      state: deploymentState,
      creator_id: id,
      description: z.string(),
      target_url: z.string(),
      log_url: z.string(),
      environment_url: z.string(),
      ...times,
    }),
  ),
  ...times,
});

const repository = z.strictObject({
  id,
  name: z.string(),
  settings: repositorySettings,
  topics: z.array(z.string()),
  vulnerability_alerts: z.boolean(),
  public_key: z.strictObject({ key_id: z.string(), key: z.string() }),
  environments: z.array(environment),
  variables: z.array(variable),
  secrets: z.array(secret),
  rulesets: z.array(ruleset),
  branch_protection_rules: z.array(branchProtectionRule),
  /** Absent in files of older versions. */
  runs: z.array(run).default([]),
  deployments: z.array(deployment).default([]),
  ...times,
});

/** The shape of state.json. */
export const stateSchema = z.strictObject({
  /** Raised when an old file can no longer be read as it is. */
  version: z.literal(1),
  /** The id that the next new thing gets; ids are never used twice. */
  next_id: id,
  organization: z.strictObject({ id, login: z.string(), name: z.string(), description: z.string(), ...times }),
  users: z.array(user),
  teams: z.array(team),
  repositories: z.array(repository),
});

export type State = z.infer<typeof stateSchema>;
export type User = State["users"][number];
export type Team = State["teams"][number];
export type Repository = State["repositories"][number];
export type RepositorySettings = Repository["settings"];
export type Environment = Repository["environments"][number];
export type Variable = Repository["variables"][number];
export type Secret = Repository["secrets"][number];
export type Ruleset = Repository["rulesets"][number];
export type Run = Repository["runs"][number];
export type RunJob = Run["jobs"][number];
export type Deployment = Repository["deployments"][number];
export type DeploymentStatus = Deployment["statuses"][number];
export type BranchProtectionRule = Repository["branch_protection_rules"][number];
export type Permission = z.infer<typeof permission>;

/** Takes the next id. */
export function newId(state: State): number {
  const next = state.next_id;
  state.next_id += 1;
  return next;
}
