import type { Rule } from "../rule.ts";

export const gitHubEnvironmentSelfReview: Rule = {
  name: "github-environment-self-review",
  title: "No self review",
  severity: "critical",
  description: "Who starts a deployment cannot approve it.",
  rationale: "With self review one stolen account is enough to deploy.",
  remediation: "Set preventSelfReview to true.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "CC5.1" },
    { framework: "ISO 27001", version: "2022", id: "A.5.3" },
  ],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  // GitHub keeps the switch with the reviewers; where there are none, there is nothing to keep.
  judge: ({ props }) =>
    props.preventSelfReview === true || props.reviewers === undefined
      ? []
      : ["lets people approve their own deployments."],
};
