import type { ResourceRule } from "../../rule.ts";

export const gitHubEnvironmentAdminBypass: ResourceRule = {
  name: "github-environment-admin-bypass",
  title: "No admin bypass",
  severity: "critical",
  category: "release process",
  description: "An administrator of the repository cannot skip the reviewers of an environment.",
  rationale: "An approval that administrators may skip is none, and GitHub lets them unless told otherwise.",
  remediation: "Set canAdminsBypass to false.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-5"],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => (props.canAdminsBypass === false ? [] : ["lets administrators skip its reviewers."]),
};
