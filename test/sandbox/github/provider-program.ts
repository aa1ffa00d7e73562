import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

/** What the program's second edition says otherwise. */
export interface Edition {
  readonly number: 1 | 2;
  /** The plain text that must be seen nowhere. */
  readonly secret: string;
}

/** An environment's name with a slash and a space: both must be encoded on the way. */
export const environmentName = "production/eu west";

/**
 * A connection that takes address and token from the plugin's own environment: github.Provider would copy the token into the
 * state.
 */
class Connection extends pulumi.ProviderResource {
  constructor() {
    super("github", "github", { owner: "teamflow", writeDelayMs: "0" }, { version: "6.15.0" });
  }
}

/** A program with one resource of each kind that Slipway uses, and the look-ups. */
export function program({ number, secret }: Edition): () => Promise<Record<string, unknown>> {
  return async () => {
    const options = { provider: new Connection() };
    const repository = new github.Repository(
      "repository",
      {
        name: "proof",
        description: `edition ${number}`,
        visibility: "private",
        topics: ["proof", `edition-${number}`],
        allowAutoMerge: true,
        deleteBranchOnMerge: true,
      },
      options,
    );
    const team = new github.Team(
      "team",
      { name: "Provers", description: `edition ${number}`, privacy: "closed" },
      options,
    );
    new github.Team("child", { name: "Young provers", privacy: "closed", parentTeamId: team.id }, options);
    new github.TeamMembership("membership", { teamId: team.id, username: "mei-tanaka", role: "member" }, options);
    const access = new github.TeamRepository(
      "access",
      { teamId: team.id, repository: repository.name, permission: number === 1 ? "push" : "maintain" },
      options,
    );
    const within = { repository: repository.name };
    const reviewer = github.getUserOutput({ username: "grace-kim" }, options);
    const environment = new github.RepositoryEnvironment(
      "environment",
      {
        ...within,
        environment: environmentName,
        waitTimer: 10 * number,
        preventSelfReview: true,
        canAdminsBypass: false,
        reviewers: [{ teams: [team.id.apply(Number)], users: [reviewer.id.apply(Number)] }],
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      { ...options, dependsOn: [access] },
    );
    const inside = { ...within, environment: environment.environment };
    const branch = { ...inside, branchPattern: number === 1 ? "release/*" : "release/v*" };
    new github.RepositoryEnvironmentDeploymentPolicy("branch-policy", branch, options);
    new github.RepositoryEnvironmentDeploymentPolicy("tag-policy", { ...inside, tagPattern: "v*" }, options);
    const value = pulumi.secret(`${secret}-${number}`);
    new github.ActionsEnvironmentVariable(
      "variable",
      { ...inside, variableName: "REGION", value: `eu-${number}` },
      options,
    );
    new github.ActionsEnvironmentSecret("secret", { ...inside, secretName: "TOKEN", value }, options);
    new github.ActionsVariable("repository-variable", { ...within, variableName: "KIND", value: `${number}` }, options);
    new github.ActionsSecret("repository-secret", { ...within, secretName: "TOKEN", value }, options);
    ruleset(within, number, { ...options, dependsOn: [environment] });
    branchProtection(repository, team, number, { ...options, dependsOn: [access] });
    const cto = github.getTeamOutput({ slug: "cto" }, options);
    const seeded = github.getRepositoryOutput({ fullName: "teamflow/teamflow" }, options);
    return { reviewer: reviewer.name, cto: cto.members, defaultBranch: seeded.defaultBranch };
  };
}

function ruleset(
  within: { repository: pulumi.Output<string> },
  number: 1 | 2,
  options: pulumi.CustomResourceOptions,
): void {
  new github.RepositoryRuleset(
    "ruleset",
    {
      ...within,
      name: "main",
      target: "branch",
      enforcement: "active",
      bypassActors: [{ actorId: 1, actorType: "OrganizationAdmin", bypassMode: "always" }],
      conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
      rules: {
        deletion: true,
        nonFastForward: true,
        requiredLinearHistory: true,
        pullRequest: {
          requiredApprovingReviewCount: number,
          requireCodeOwnerReview: true,
          requireLastPushApproval: true,
        },
        requiredStatusChecks: { requiredChecks: [{ context: "ci" }], strictRequiredStatusChecksPolicy: true },
        requiredDeployments: { requiredDeploymentEnvironments: [environmentName] },
      },
    },
    options,
  );
}

function branchProtection(
  repository: github.Repository,
  team: github.Team,
  number: 1 | 2,
  options: pulumi.CustomResourceOptions,
): void {
  new github.BranchProtection(
    "protection",
    {
      repositoryId: repository.nodeId,
      pattern: "main",
      enforceAdmins: true,
      requiredLinearHistory: number === 2,
      requiredPullRequestReviews: [
        {
          requiredApprovingReviewCount: 2,
          dismissStaleReviews: true,
          restrictDismissals: true,
          dismissalRestrictions: ["/grace-kim"],
          pullRequestBypassers: ["teamflow/cto"],
        },
      ],
      requiredStatusChecks: [{ strict: true, contexts: ["ci"] }],
      restrictPushes: [{ pushAllowances: ["teamflow/devops-lead", team.nodeId] }],
    },
    options,
  );
}
