import type { Rule } from "../rule.ts";

export const gitHubEnvironmentReviewers: Rule = {
  name: "github-environment-reviewers",
  title: "Reviewers for every environment",
  severity: "high",
  description: "An environment has one to six reviewers.",
  rationale: "Without reviewers every push that matches deploys, and GitHub takes six at most.",
  remediation: "Name the reviewing teams in slipway:github.environments.<name>.reviewers.",
  controls: [{ framework: "SOC 2", version: "2017", id: "CC8.1" }],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => {
    const reviewers = list(props.reviewers).flatMap((group) => [...list(group?.teams), ...list(group?.users)]);
    if (reviewers.length === 0) return ["has no reviewers."];
    return reviewers.length > 6 ? [`has ${reviewers.length} reviewers, GitHub takes six.`] : [];
  },
};

function list(value: unknown): readonly { readonly teams?: unknown; readonly users?: unknown }[] {
  return Array.isArray(value) ? value : [];
}
