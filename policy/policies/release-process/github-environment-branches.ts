import type { ResourceRule } from "../../rule.ts";

export const gitHubEnvironmentBranches: ResourceRule = {
  name: "github-environment-branches",
  title: "Named branches and tags",
  severity: "high",
  category: "release process",
  description: "An environment names the branches and tags that may deploy to it.",
  rationale:
    'Without a policy every branch may deploy; "protected branches" means every branch while none is protected.',
  remediation:
    "Set customBranchPolicies to true, protectedBranches to false, and add a policy for each branch or tag pattern.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-5"],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => {
    const policy = props.deploymentBranchPolicy as Record<string, unknown> | null | undefined;
    if (policy === undefined || policy === null) return ["lets every branch deploy."];
    return policy.customBranchPolicies === true && policy.protectedBranches !== true
      ? []
      : ["does not name the branches that may deploy."];
  },
};
