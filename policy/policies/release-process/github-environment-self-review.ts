import type { ResourceRule } from "../../rule.ts";

export const gitHubEnvironmentSelfReview: ResourceRule = {
  name: "github-environment-self-review",
  title: "No self review",
  severity: "high",
  category: "release process",
  description: "Who starts a deployment cannot approve it.",
  rationale: "With self review one stolen account is enough to deploy.",
  remediation: "Set preventSelfReview to true.",
  controls: ["SOC2 CC5.1", "ISO27001 A.5.3", "NIST AC-5"],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  // GitHub keeps the switch with the reviewers; where there are none, there is nothing to keep.
  judge: ({ props }) =>
    props.preventSelfReview === true || props.reviewers === undefined
      ? []
      : ["lets people approve their own deployments."],
};
