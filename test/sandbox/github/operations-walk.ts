import type { OperationId } from "../../../sandbox/github/openapi/answered.ts";
import { sealed } from "./support.ts";

/** One call of an operation, in an order in which each finds what it needs. `%` stands for an id kept by an earlier call. */
export interface Step {
  readonly operation: OperationId;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /** Keeps a field of the answer under a name. */
  readonly keep?: readonly [field: string, name: string];
  readonly headers?: Readonly<Record<string, string>>;
}

const repo = "/repos/teamflow/walk";
const environment = `${repo}/environments/production`;

/** Calls every operation at least once. */
export const walk: readonly Step[] = [
  { operation: "meta/get", path: "/meta", status: 200 },
  { operation: "rate-limit/get", path: "/rate_limit", status: 200 },
  { operation: "users/get-authenticated", path: "/user", status: 200 },
  { operation: "users/get-by-username", path: "/users/mei-tanaka", status: 200, keep: ["id", "user"] },
  { operation: "users/list-gpg-keys-for-user", path: "/users/mei-tanaka/gpg_keys", status: 200 },
  { operation: "users/list-public-keys-for-user", path: "/users/mei-tanaka/keys", status: 200 },
  { operation: "teams/list-for-authenticated-user", path: "/user/teams", status: 200 },
  { operation: "orgs/get", path: "/orgs/teamflow", status: 200 },
  { operation: "orgs/list-members", path: "/orgs/teamflow/members?role=admin", status: 200 },
  { operation: "orgs/check-membership-for-user", path: "/orgs/teamflow/members/mei-tanaka", status: 204 },
  { operation: "orgs/get-membership-for-user", path: "/orgs/teamflow/memberships/mei-tanaka", status: 200 },

  {
    operation: "repos/create-in-org",
    path: "/orgs/teamflow/repos",
    body: { name: "walk", homepage: "walk.example" },
    status: 201,
  },
  { operation: "repos/list-for-org", path: "/orgs/teamflow/repos?sort=full_name", status: 200 },
  { operation: "repos/get", path: repo, status: 200 },
  { operation: "repos/update", path: repo, body: { visibility: "private", description: "a walk" }, status: 200 },
  { operation: "repos/replace-all-topics", path: `${repo}/topics`, body: { names: ["one", "two"] }, status: 200 },
  { operation: "repos/get-all-topics", path: `${repo}/topics`, status: 200 },
  { operation: "repos/check-vulnerability-alerts", path: `${repo}/vulnerability-alerts`, status: 404 },
  { operation: "repos/enable-vulnerability-alerts", path: `${repo}/vulnerability-alerts`, status: 204 },
  { operation: "repos/check-vulnerability-alerts", path: `${repo}/vulnerability-alerts`, status: 204 },
  { operation: "repos/disable-vulnerability-alerts", path: `${repo}/vulnerability-alerts`, status: 204 },

  {
    operation: "teams/create",
    path: "/orgs/teamflow/teams",
    body: { name: "Walkers" },
    status: 201,
    keep: ["id", "team"],
  },
  {
    operation: "teams/create",
    path: "/orgs/teamflow/teams",
    body: { name: "Young walkers", parent_team_id: "%team" },
    status: 201,
  },
  { operation: "teams/list", path: "/orgs/teamflow/teams?per_page=100", status: 200 },
  { operation: "teams/get-by-name", path: "/orgs/teamflow/teams/walkers", status: 200 },
  {
    operation: "teams/update-in-org",
    path: "/orgs/teamflow/teams/walkers",
    body: { description: "walk" },
    status: 200,
  },
  { operation: "teams/list-child-in-org", path: "/orgs/teamflow/teams/walkers/teams", status: 200 },
  {
    operation: "teams/add-or-update-membership-for-user-in-org",
    path: "/orgs/teamflow/teams/walkers/memberships/grace-kim",
    body: {},
    status: 200,
  },
  {
    operation: "teams/get-membership-for-user-in-org",
    path: "/orgs/teamflow/teams/walkers/memberships/grace-kim",
    status: 200,
  },
  { operation: "teams/list-members-in-org", path: "/orgs/teamflow/teams/walkers/members", status: 200 },
  {
    operation: "teams/add-or-update-repo-permissions-in-org",
    path: `/orgs/teamflow/teams/walkers${repo}`,
    body: { permission: "push" },
    status: 204,
  },
  { operation: "teams/check-permissions-for-repo-in-org", path: `/orgs/teamflow/teams/walkers${repo}`, status: 204 },
  {
    operation: "teams/check-permissions-for-repo-in-org",
    path: `/orgs/teamflow/teams/walkers${repo}`,
    headers: { accept: "application/vnd.github.v3.repository+json" },
    status: 200,
  },
  { operation: "teams/list-repos-in-org", path: "/orgs/teamflow/teams/walkers/repos", status: 200 },
  { operation: "repos/list-teams", path: `${repo}/teams`, status: 200 },

  {
    operation: "repos/create-or-update-environment",
    path: environment,
    body: {
      wait_timer: 30,
      prevent_self_review: true,
      can_admins_bypass: false,
      reviewers: [
        { type: "Team", id: "%team" },
        { type: "User", id: "%user" },
      ],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    },
    status: 200,
  },
  { operation: "actions/get-workflow-run", path: "/repos/teamflow/teamflow/actions/runs/%run", status: 200 },
  {
    operation: "actions/get-pending-deployments-for-run",
    path: "/repos/teamflow/teamflow/actions/runs/%run/pending_deployments",
    status: 200,
  },
  {
    operation: "actions/review-pending-deployments-for-run",
    path: "/repos/teamflow/teamflow/actions/runs/%run/pending_deployments",
    body: { environment_ids: ["%gate"], state: "approved", comment: "looks good" },
    status: 200,
  },
  {
    operation: "actions/get-reviews-for-run",
    path: "/repos/teamflow/teamflow/actions/runs/%run/approvals",
    status: 200,
  },
  {
    operation: "repos/create-deployment",
    path: `${repo}/deployments`,
    body: { ref: "v1.2.3", environment: "staging", description: "a walk", payload: { bundle: "sha256:0" } },
    status: 201,
    keep: ["id", "deployment"],
  },
  { operation: "repos/list-deployments", path: `${repo}/deployments?environment=staging`, status: 200 },
  { operation: "repos/get-deployment", path: `${repo}/deployments/%deployment`, status: 200 },
  {
    operation: "repos/create-deployment-status",
    path: `${repo}/deployments/%deployment/statuses`,
    body: { state: "success", log_url: "https://example.com/run" },
    status: 201,
  },
  { operation: "repos/list-deployment-statuses", path: `${repo}/deployments/%deployment/statuses`, status: 200 },

  { operation: "repos/get-all-environments", path: `${repo}/environments`, status: 200 },
  { operation: "repos/get-environment", path: environment, status: 200 },
  {
    operation: "repos/create-deployment-branch-policy",
    path: `${environment}/deployment-branch-policies`,
    body: { name: "release/*" },
    status: 200,
    keep: ["id", "policy"],
  },
  {
    operation: "repos/create-deployment-branch-policy",
    path: `${environment}/deployment-branch-policies`,
    body: { name: "release/*" },
    status: 303,
  },
  {
    operation: "repos/list-deployment-branch-policies",
    path: `${environment}/deployment-branch-policies`,
    status: 200,
  },
  {
    operation: "repos/get-deployment-branch-policy",
    path: `${environment}/deployment-branch-policies/%policy`,
    status: 200,
  },
  {
    operation: "repos/update-deployment-branch-policy",
    path: `${environment}/deployment-branch-policies/%policy`,
    body: { name: "main" },
    status: 200,
  },
  {
    operation: "repos/delete-deployment-branch-policy",
    path: `${environment}/deployment-branch-policies/%policy`,
    status: 204,
  },

  {
    operation: "actions/create-environment-variable",
    path: `${environment}/variables`,
    body: { name: "REGION", value: "eu" },
    status: 201,
  },
  { operation: "actions/list-environment-variables", path: `${environment}/variables`, status: 200 },
  { operation: "actions/get-environment-variable", path: `${environment}/variables/region`, status: 200 },
  {
    operation: "actions/update-environment-variable",
    path: `${environment}/variables/REGION`,
    body: { value: "us" },
    status: 204,
  },
  { operation: "actions/delete-environment-variable", path: `${environment}/variables/REGION`, status: 204 },
  {
    operation: "actions/create-repo-variable",
    path: `${repo}/actions/variables`,
    body: { name: "KIND", value: "a" },
    status: 201,
  },
  { operation: "actions/list-repo-variables", path: `${repo}/actions/variables`, status: 200 },
  { operation: "actions/get-repo-variable", path: `${repo}/actions/variables/KIND`, status: 200 },
  {
    operation: "actions/update-repo-variable",
    path: `${repo}/actions/variables/KIND`,
    body: { name: "SORT" },
    status: 204,
  },
  { operation: "actions/delete-repo-variable", path: `${repo}/actions/variables/SORT`, status: 204 },

  {
    operation: "actions/get-environment-public-key",
    path: `${environment}/secrets/public-key`,
    status: 200,
    keep: ["key_id", "key"],
  },
  {
    operation: "actions/create-or-update-environment-secret",
    path: `${environment}/secrets/TOKEN`,
    body: { key_id: "%key", encrypted_value: sealed },
    status: 201,
  },
  {
    operation: "actions/create-or-update-environment-secret",
    path: `${environment}/secrets/token`,
    body: { key_id: "%key", encrypted_value: sealed },
    status: 204,
  },
  { operation: "actions/list-environment-secrets", path: `${environment}/secrets`, status: 200 },
  { operation: "actions/get-environment-secret", path: `${environment}/secrets/TOKEN`, status: 200 },
  { operation: "actions/delete-environment-secret", path: `${environment}/secrets/TOKEN`, status: 204 },
  { operation: "actions/get-repo-public-key", path: `${repo}/actions/secrets/public-key`, status: 200 },
  {
    operation: "actions/create-or-update-repo-secret",
    path: `${repo}/actions/secrets/TOKEN`,
    body: { key_id: "%key", encrypted_value: sealed },
    status: 201,
  },
  {
    operation: "actions/create-or-update-repo-secret",
    path: `${repo}/actions/secrets/TOKEN`,
    body: { key_id: "%key", encrypted_value: sealed },
    status: 204,
  },
  { operation: "actions/list-repo-secrets", path: `${repo}/actions/secrets`, status: 200 },
  { operation: "actions/get-repo-secret", path: `${repo}/actions/secrets/TOKEN`, status: 200 },
  { operation: "actions/delete-repo-secret", path: `${repo}/actions/secrets/TOKEN`, status: 204 },

  {
    operation: "repos/create-repo-ruleset",
    path: `${repo}/rulesets`,
    body: {
      name: "main",
      target: "branch",
      enforcement: "active",
      bypass_actors: [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }],
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "deletion" },
        { type: "required_deployments", parameters: { required_deployment_environments: ["production"] } },
      ],
    },
    status: 201,
    keep: ["id", "ruleset"],
  },
  { operation: "repos/get-repo-rulesets", path: `${repo}/rulesets?targets=branch`, status: 200 },
  { operation: "repos/get-repo-ruleset", path: `${repo}/rulesets/%ruleset`, status: 200 },
  {
    operation: "repos/update-repo-ruleset",
    path: `${repo}/rulesets/%ruleset`,
    body: { enforcement: "disabled" },
    status: 200,
  },
  { operation: "repos/delete-repo-ruleset", path: `${repo}/rulesets/%ruleset`, status: 204 },

  { operation: "repos/delete-an-environment", path: environment, status: 204 },
  { operation: "teams/remove-repo-in-org", path: `/orgs/teamflow/teams/walkers${repo}`, status: 204 },
  {
    operation: "teams/remove-membership-for-user-in-org",
    path: "/orgs/teamflow/teams/walkers/memberships/grace-kim",
    status: 204,
  },
  { operation: "teams/delete-in-org", path: "/orgs/teamflow/teams/walkers", status: 204 },
  { operation: "repos/delete", path: repo, status: 204 },
];
