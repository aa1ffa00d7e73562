import type { Cases, Given } from "../support/cases.ts";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const patternType = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const rulesetType = "github:index/repositoryRuleset:RepositoryRuleset";
const protectionType = "github:index/branchProtection:BranchProtection";
const tokenType = "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions";
const repositoryType = "github:index/repository:Repository";

const gates = (...environments: readonly string[]): readonly Given[] =>
  environments.map((environment) => ({
    type: environmentType,
    name: environment,
    props: { repository: "teamflow", environment },
  }));
const production = { type: environmentType, props: { repository: "teamflow", environment: "production" } };

const pattern = (props: Readonly<Record<string, unknown>>) => ({
  type: patternType,
  props: { repository: "teamflow", environment: "production", ...props },
});

const ruleset = (target: string, ref: string, rules: object, more: Readonly<Record<string, unknown>> = {}) => ({
  type: rulesetType,
  name: `${target} rules`,
  props: {
    repository: "teamflow",
    target,
    enforcement: "active",
    conditions: { refName: { includes: [ref], excludes: [] } },
    rules,
    ...more,
  },
});
const tags = (rules: object, more?: Readonly<Record<string, unknown>>) =>
  ruleset("tag", "refs/tags/v*.*.*", rules, more);
const reviewed = {
  deletion: true,
  nonFastForward: true,
  pullRequest: {
    requiredApprovingReviewCount: 1,
    dismissStaleReviewsOnPush: true,
    requireLastPushApproval: true,
    requireCodeOwnerReview: true,
  },
  requiredStatusChecks: { requiredChecks: [{ context: "Test" }], strictRequiredStatusChecksPolicy: true },
};
const ownersApprove = (minimumApprovals: number) => ({
  requireCodeOwnerReview: false,
  requiredReviewers: [{ filePatterns: ["delivery/**", ".github/**"], minimumApprovals }],
});
const main = (rules: object, more?: Readonly<Record<string, unknown>>) =>
  ruleset("branch", "refs/heads/main", rules, more);
const stays = { creation: true, deletion: true, update: true };

export const gitHubRuleCases: Cases = {
  "github-gate-roles": [
    {
      title: "accepts a gate for each role of the process",
      resource: production,
      others: gates("production.cto", "production.release-manager", "production.security-lead"),
      findings: [],
    },
    { title: "accepts the gate of a role", resource: gates("production.cto")[0] ?? production, findings: [] },
    {
      title: "accepts an environment that the process does not have",
      resource: { type: environmentType, props: { repository: "teamflow", environment: "github-pages" } },
      findings: [],
    },
    {
      title: "refuses a missing role, and another repository's gate",
      resource: production,
      others: [
        ...gates("production.cto", "production.release-manager"),
        { type: environmentType, name: "other", props: { repository: "x", environment: "production.security-lead" } },
      ],
      findings: ["has no environment production.security-lead, in which security-lead approves."],
    },
    {
      title: "refuses an environment without any gate",
      resource: { type: environmentType, stack: "staging", props: { repository: "teamflow", environment: "feature" } },
      findings: ["has no environment feature.team-lead, in which team-lead approves."],
    },
  ],
  "github-release-refs": [
    { title: "accepts the process's tags", resource: pattern({ tagPattern: "v*.*.*" }), findings: [] },
    { title: "accepts fewer tags", resource: pattern({ tagPattern: "v2.*.*" }), findings: [] },
    {
      title: "accepts pull requests where the process names nothing",
      resource: pattern({ environment: "feature", branchPattern: "refs/pull/*/merge" }),
      findings: [],
    },
    {
      title: "refuses a branch for production",
      resource: pattern({ branchPattern: "main" }),
      findings: ["lets the branch main deploy to production, which the process does not."],
    },
    {
      title: "refuses any tag for a role's gate",
      resource: pattern({ environment: "production.cto", tagPattern: "v*" }),
      findings: ["lets the tag v* deploy to production.cto, which the process does not."],
    },
    {
      title: "refuses any branch for staging",
      resource: pattern({ environment: "staging", branchPattern: "feature/*" }),
      findings: ["lets the branch feature/* deploy to staging, which the process does not."],
    },
  ],
  "github-tag-rules": [
    {
      title: "accepts tags that stay",
      resource: pattern({ tagPattern: "v*.*.*" }),
      others: [tags(stays)],
      findings: [],
    },
    {
      title: "accepts rules in several rulesets",
      resource: pattern({ tagPattern: "v*.*.*" }),
      others: [
        tags({ deletion: true, update: true }),
        { ...ruleset("tag", "~ALL", { creation: true }), name: "who releases" },
      ],
      findings: [],
    },
    { title: "accepts a branch", resource: pattern({ branchPattern: "main" }), findings: [] },
    {
      title: "refuses tags without rules",
      resource: pattern({ tagPattern: "v*.*.*" }),
      findings: [
        "deploys by the tags v*.*.*, which can be made by everybody.",
        "deploys by the tags v*.*.*, which can be deleted.",
        "deploys by the tags v*.*.*, which can be moved.",
      ],
    },
    {
      title: "refuses rules that are not enforced",
      resource: pattern({ tagPattern: "v*.*.*" }),
      others: [tags(stays, { enforcement: "evaluate" }), { ...tags({ creation: true, deletion: true }), name: "half" }],
      findings: ["deploys by the tags v*.*.*, which can be moved."],
    },
  ],
  "github-branch-rules": [
    { title: "accepts review and checks", resource: main(reviewed), findings: [] },
    { title: "accepts a ruleset of tags, which another policy judges", resource: tags({}), findings: [] },
    {
      title: "accepts the approval of a team for workflows",
      resource: main({ ...reviewed, pullRequest: { ...reviewed.pullRequest, ...ownersApprove(1) } }),
      findings: [],
    },
    {
      title: "refuses a team of which no approval is needed",
      resource: main({ ...reviewed, pullRequest: { ...reviewed.pullRequest, ...ownersApprove(0) } }),
      findings: ["protects refs/heads/main, which takes changed workflows without their owners' approval."],
    },
    {
      title: "refuses a ruleset of no branch",
      resource: { ...main(reviewed), props: { ...main(reviewed).props, conditions: { refName: { includes: [] } } } },
      findings: ["protects no branch."],
    },
    {
      title: "accepts what another ruleset demands",
      resource: main({ deletion: true }),
      others: [{ ...ruleset("branch", "~ALL", reviewed), name: "all" }],
      findings: [],
    },
    {
      title: "refuses a branch that takes anything",
      resource: main({}),
      findings: [
        "protects refs/heads/main, which can be deleted.",
        "protects refs/heads/main, which can be rewritten.",
        "protects refs/heads/main, which takes what nobody has approved.",
        "protects refs/heads/main, which keeps approvals of what has changed since.",
        "protects refs/heads/main, which lets the last to push approve.",
        "protects refs/heads/main, which takes changed workflows without their owners' approval.",
        "protects refs/heads/main, which takes what no check has passed.",
        "protects refs/heads/main, which takes what was checked against an older state.",
      ],
    },
    {
      title: "refuses no approval and no checks",
      resource: main({
        ...reviewed,
        pullRequest: { ...reviewed.pullRequest, requiredApprovingReviewCount: 0 },
        requiredStatusChecks: { requiredChecks: [], strictRequiredStatusChecksPolicy: true },
      }),
      findings: [
        "protects refs/heads/main, which takes what nobody has approved.",
        "protects refs/heads/main, which takes what no check has passed.",
      ],
    },
  ],
  "github-ruleset-bypass": [
    { title: "accepts nobody", resource: main(reviewed, { bypassActors: [] }), findings: [] },
    {
      title: "accepts those who may make tags",
      resource: tags(
        { creation: true, update: false, __defaults: ["update"] },
        { bypassActors: [{ actorType: "Team", bypassMode: "always" }] },
      ),
      findings: [],
    },
    {
      title: "refuses administrators",
      resource: main(reviewed, { bypassActors: [{ actorType: "OrganizationAdmin", bypassMode: "always" }] }),
      findings: ["can be bypassed by OrganizationAdmin (always)."],
    },
    {
      title: "refuses those who may make tags to move them too",
      resource: tags(stays, { bypassActors: [{ actorType: "Team" }] }),
      findings: ["can be bypassed by Team (always)."],
    },
    { title: "refuses a trial", resource: main(reviewed, { enforcement: "evaluate" }), findings: ["is not enforced."] },
  ],
  "github-branch-protection": [
    {
      title: "accepts protection of everybody",
      resource: {
        type: protectionType,
        props: { enforceAdmins: true, requiredPullRequestReviews: [{}], requiredStatusChecks: [{}] },
      },
      findings: [],
    },
    {
      title: "refuses GitHub's defaults",
      resource: { type: protectionType, props: { pattern: "main" } },
      findings: ["spares administrators.", "demands no review.", "demands no checks."],
    },
    {
      title: "refuses deletion and force pushes",
      resource: {
        type: protectionType,
        props: {
          enforceAdmins: true,
          requiredPullRequestReviews: [{}],
          requiredStatusChecks: [{}],
          allowsForcePushes: true,
          allowsDeletions: true,
        },
      },
      findings: ["lets the branch be rewritten.", "lets the branch be deleted."],
    },
  ],
  "github-workflow-token": [
    {
      title: "accepts reading",
      resource: { type: tokenType, props: { defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false } },
      findings: [],
    },
    {
      title: "accepts the provider's defaults",
      resource: { type: tokenType, props: { repository: "x" } },
      findings: [],
    },
    {
      title: "refuses writing and approving",
      resource: { type: tokenType, props: { defaultWorkflowPermissions: "write", canApprovePullRequestReviews: true } },
      findings: ["gives workflows a token that writes.", "lets workflows approve pull requests."],
    },
  ],
  "github-repository": [
    {
      title: "accepts what is closed and watched",
      resource: {
        type: repositoryType,
        props: {
          visibility: "internal",
          vulnerabilityAlerts: true,
          securityAndAnalysis: { secretScanningPushProtection: { status: "enabled" } },
        },
      },
      findings: [],
    },
    {
      title: "refuses GitHub's defaults",
      resource: { type: repositoryType, props: { name: "teamflow" } },
      findings: [
        "can be read by everybody.",
        "does not warn of vulnerable dependencies.",
        "takes pushes that hold secrets.",
      ],
    },
    {
      title: "refuses a public one",
      resource: {
        type: repositoryType,
        props: {
          visibility: "public",
          vulnerabilityAlerts: true,
          securityAndAnalysis: { secretScanningPushProtection: { status: "enabled" } },
        },
      },
      findings: ["can be read by everybody."],
    },
  ],
};
