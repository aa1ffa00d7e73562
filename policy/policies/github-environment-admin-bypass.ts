import type { Rule } from "../rule.ts";

export const gitHubEnvironmentAdminBypass: Rule = {
  name: "github-environment-admin-bypass",
  title: "No admin bypass",
  severity: "critical",
  description: "An administrator of the repository cannot skip the reviewers of an environment.",
  rationale: "An approval that administrators may skip is none, and GitHub lets them unless told otherwise.",
  remediation: "Set canAdminsBypass to false.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "CC8.1" },
    { framework: "ISO 27001", version: "2022", id: "A.8.32" },
  ],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => (props.canAdminsBypass === false ? [] : ["lets administrators skip its reviewers."]),
};
