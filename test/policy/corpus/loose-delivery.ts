import * as github from "@pulumi/github";
import { flawsOf, kept, type Program, region } from "./program.ts";

function program(): void {
  repositories();
  environments();
  rules();
  settings();
}

function repositories(): void {
  new github.Repository("shop", { name: "shop", visibility: "public" });
  new github.Repository(
    "billing",
    {
      name: "billing",
      visibility: "private",
      vulnerabilityAlerts: true,
      securityAndAnalysis: {
        secretScanning: { status: "enabled" },
        secretScanningPushProtection: { status: "enabled" },
      },
    },
    kept,
  );
  new github.RepositoryWebhook("shop-chat", {
    repository: "shop",
    events: ["push"],
    configuration: { url: "http://chat.shop.example/hook", contentType: "json", insecureSsl: true },
  });
}

function environments(): void {
  new github.RepositoryEnvironment("shop-live", {
    repository: "shop",
    environment: "live",
    reviewers: [{ teams: [101] }],
  });
  new github.RepositoryEnvironmentDeploymentPolicy("shop-live-branches", {
    repository: "shop",
    environment: "live",
    branchPattern: "*",
  });
  new github.RepositoryEnvironment("shop-night", {
    repository: "shop",
    environment: "night",
    canAdminsBypass: false,
    deploymentBranchPolicy: { customBranchPolicies: false, protectedBranches: true },
  });
  new github.RepositoryEnvironment("billing-live", {
    repository: "billing",
    environment: "live",
    canAdminsBypass: false,
    preventSelfReview: true,
    reviewers: [{ teams: [101] }],
    deploymentBranchPolicy: { customBranchPolicies: true, protectedBranches: false },
  });
  new github.RepositoryEnvironmentDeploymentPolicy("billing-live-tags", {
    repository: "billing",
    environment: "live",
    tagPattern: "v*",
  });
}

function rules(): void {
  new github.RepositoryRuleset("shop-main", {
    repository: "shop",
    name: "main",
    target: "branch",
    enforcement: "evaluate",
    bypassActors: [{ actorId: 5, actorType: "RepositoryRole", bypassMode: "always" }],
    conditions: { refName: { includes: ["refs/heads/main"], excludes: [] } },
    rules: { deletion: true },
  });
  new github.BranchProtection("shop-release", {
    repositoryId: "shop",
    pattern: "release/*",
    enforceAdmins: false,
    allowsForcePushes: true,
  });
  new github.RepositoryRuleset("billing-main", {
    repository: "billing",
    name: "main",
    target: "branch",
    enforcement: "active",
    conditions: { refName: { includes: ["refs/heads/main"], excludes: [] } },
    rules: {
      deletion: true,
      nonFastForward: true,
      requiredSignatures: true,
      pullRequest: {
        requiredApprovingReviewCount: 2,
        dismissStaleReviewsOnPush: true,
        requireCodeOwnerReview: true,
        requireLastPushApproval: true,
      },
      requiredStatusChecks: {
        requiredChecks: [{ context: "checks", integrationId: 15_368 }],
        strictRequiredStatusChecksPolicy: true,
      },
    },
  });
  new github.RepositoryRuleset("billing-tags", {
    repository: "billing",
    name: "tags",
    target: "tag",
    enforcement: "active",
    conditions: { refName: { includes: ["refs/tags/v*"], excludes: [] } },
    rules: { creation: true, deletion: true, update: true },
  });
}

function settings(): void {
  new github.ActionsRepositoryPermissions("shop-actions", { repository: "shop", allowedActions: "all" });
  new github.ActionsRepositoryPermissions("billing-actions", {
    repository: "billing",
    allowedActions: "selected",
    allowedActionsConfig: { githubOwnedAllowed: true, patternsAlloweds: ["aws-actions/*"], verifiedAllowed: false },
    shaPinningRequired: true,
  });
  new github.WorkflowRepositoryPermissions("shop-token", {
    repository: "shop",
    defaultWorkflowPermissions: "write",
    canApprovePullRequestReviews: true,
  });
  new github.WorkflowRepositoryPermissions("billing-token", {
    repository: "billing",
    defaultWorkflowPermissions: "read",
    canApprovePullRequestReviews: false,
  });
  new github.ActionsSecret("shop-aws", {
    repository: "shop",
    secretName: "AWS_SECRET_ACCESS_KEY",
    plaintextValue: "not-so-secret-any-more",
  });
  new github.ActionsVariable("shop-variable", {
    repository: "shop",
    variableName: "NPM_TOKEN",
    value: "npm-example-of-a-token",
  });
  new github.ActionsVariable("billing-region", { repository: "billing", variableName: "AWS_REGION", value: region });
}

export const looseDelivery: Program = {
  name: "loose delivery",
  program,
  flaws: [
    ...flawsOf(
      "shop",
      ["stateful-protection"],
      [
        ["CKV_GIT_1", "is public", ["github-repository"], "read by everybody"],
        ["CKV_GIT_3", "does not warn of vulnerable dependencies", ["github-repository"], "vulnerable"],
        ["Legitify secret_scanning_not_enabled", "takes pushes of secrets", ["github-repository"], "secrets"],
      ],
    ),
    ...flawsOf(
      "shop-chat",
      [],
      [
        ["CKV_GIT_2", "checks no certificate", ["github-webhooks"], "certificate"],
        [
          "Legitify repository_webhook_no_secret",
          "has no secret by which it is known",
          ["github-webhooks"],
          "signs nothing",
        ],
      ],
    ),
    ...flawsOf(
      "shop-live",
      [],
      [
        ["CIS Software Supply Chain 5.2.3", "lets administrators skip reviews", ["github-environment-admin-bypass"]],
        ["CIS Software Supply Chain 5.2.3", "deploys every branch", ["github-environment-branches"]],
        ["CIS Software Supply Chain 5.2.3", "lets people approve themselves", ["github-environment-self-review"]],
      ],
    ),
    ...flawsOf(
      "shop-live-branches",
      [],
      [["CIS Software Supply Chain 5.2.3", "takes every branch", ["github-branch-pattern-width"]]],
    ),
    ...flawsOf(
      "shop-night",
      [],
      [["CIS Software Supply Chain 5.2.3", "takes every protected branch", ["github-environment-branches"]]],
    ),
    ...flawsOf(
      "shop-main",
      [],
      [
        ["Legitify missing_default_branch_protection", "is only evaluated", ["github-ruleset-bypass"], "not enforced"],
        [
          "Legitify users_allowed_to_bypass_ruleset",
          "is bypassed by administrators",
          ["github-ruleset-bypass"],
          "bypassed",
        ],
        ["CKV_GIT_5", "takes what nobody approved", ["github-branch-rules"], "approved"],
        ["CKV_GITHUB_14", "takes what no check passed", ["github-branch-rules"], "no check"],
        ["CKV_GIT_6", "takes commits without signature", []],
      ],
    ),
    ...flawsOf(
      "shop-release",
      [],
      [
        ["CKV_GITHUB_10", "spares administrators", ["github-branch-protection"], "administrators"],
        ["CKV_GITHUB_5", "can be rewritten", ["github-branch-protection"], "rewritten"],
        ["CKV_GIT_5", "demands no review", ["github-branch-protection"], "no review"],
      ],
    ),
    ...flawsOf(
      "shop-actions",
      [],
      [["Legitify all_github_actions_are_allowed", "runs any action", ["github-actions-permissions"]]],
    ),
    ...flawsOf(
      "shop-token",
      [],
      [
        [
          "Legitify token_default_permissions_is_read_write",
          "gives workflows a token that writes",
          ["github-workflow-token"],
          "writes",
        ],
        [
          "Legitify actions_can_approve_pull_requests",
          "approves its own pull requests",
          ["github-workflow-token"],
          "approve",
        ],
      ],
    ),
    ...flawsOf("shop-aws", [], [["CKV_GIT_4", "is a key in plain text", ["github-secrets"]]]),
    ...flawsOf(
      "shop-variable",
      [],
      [["KICS Passwords And Secrets", "is a token in a variable", ["environment-secrets"]]],
    ),
  ],
};
