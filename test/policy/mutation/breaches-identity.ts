import { type Breach, inStatement, remove, replace, set } from "./breach.ts";

const wide = (property: string): readonly Breach[] => [
  inStatement(property, "every action on everything", ({ Condition: _, NotAction: __, ...statement }) => ({
    ...statement,
    Action: "*",
    Resource: "*",
  })),
  inStatement(property, "every action of IAM on everything", ({ Condition: _, ...statement }) => ({
    ...statement,
    Action: ["iam:*"],
    Resource: "*",
  })),
  inStatement(property, "all but one action", ({ Action: _, Condition: __, ...statement }) => ({
    ...statement,
    NotAction: ["organizations:*"],
    Resource: "*",
  })),
];

const withoutKey = (statement: Record<string, unknown>, pattern: RegExp): Record<string, unknown> | undefined => {
  const { Condition } = statement as { Condition?: Record<string, Record<string, unknown>> };
  if (!Condition || !JSON.stringify(Condition).match(pattern)) return undefined;
  const rest = Object.entries(Condition).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).filter(([key]) => !pattern.test(key))),
  ]);
  return { ...statement, Condition: Object.fromEntries(rest) };
};

/** Who may do what: roles, trusts, the cluster's access, GitHub's gates. */
export const identityBreaches: Readonly<Record<string, readonly Breach[]>> = {
  "aws:iam/policy:Policy": wide("policy"),
  "aws:iam/rolePolicy:RolePolicy": wide("policy"),
  "aws:iam/role:Role": [
    inStatement("assumeRolePolicy", "anybody", ({ Condition: _, ...statement }) => ({
      ...statement,
      Principal: { AWS: "*" },
      Action: "sts:AssumeRole",
    })),
    inStatement("assumeRolePolicy", "another account, unconditionally", ({ Condition: _, ...statement }) => ({
      ...statement,
      Principal: { AWS: "arn:aws:iam::999999999999:root" },
      Action: "sts:AssumeRole",
    })),
    inStatement("assumeRolePolicy", "a token of GitHub without its subject", (statement) =>
      withoutKey(statement, /:sub$|githubusercontent\.com:sub/),
    ),
    inStatement("assumeRolePolicy", "a token of GitHub for any audience", (statement) =>
      withoutKey(statement, /githubusercontent\.com:aud/),
    ),
    inStatement("assumeRolePolicy", "any repository of the owner", (statement) =>
      JSON.stringify(statement).includes(":sub")
        ? { ...statement, Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:teamflow/*" } } }
        : undefined,
    ),
    inStatement("assumeRolePolicy", "a service on anybody's behalf", (statement) =>
      withoutKey(statement, /aws:Source(Account|Arn)/),
    ),
    remove("permissionsBoundary"),
    set("managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    set("maxSessionDuration", 43_200),
  ],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [
    set("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
    set("policyArn", "arn:aws:iam::aws:policy/IAMFullAccess"),
  ],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": [replace("clientIdLists", ["*"])],
  "aws:eks/accessEntry:AccessEntry": [set("kubernetesGroups", ["system:masters"])],
  "github:index/repositoryEnvironment:RepositoryEnvironment": [
    replace("canAdminsBypass", true),
    remove("canAdminsBypass"),
    replace("preventSelfReview", false),
    remove("preventSelfReview"),
    remove("reviewers"),
    replace("reviewers", []),
    remove("deploymentBranchPolicy"),
    replace("deploymentBranchPolicy", { protectedBranches: true, customBranchPolicies: false }),
  ],
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": [
    replace("branchPattern", "*"),
    replace("tagPattern", "*"),
  ],
  "github:index/repositoryRuleset:RepositoryRuleset": [
    replace("enforcement", "disabled"),
    replace("enforcement", "evaluate"),
    set("bypassActors", [{ actorType: "OrganizationAdmin", actorId: 1, bypassMode: "always" }]),
    remove("rules.pullRequest"),
    replace("rules.pullRequest.requiredApprovingReviewCount", 0),
    replace("rules.nonFastForward", false),
    replace("rules.deletion", false),
    remove("rules.requiredStatusChecks"),
  ],
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": [
    { what: "a token as its value", break: (props) => ({ ...props, value: ["ghp", "a".repeat(36)].join("_") }) },
  ],
};
