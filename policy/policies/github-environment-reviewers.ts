import type { Rule } from "../rule.ts";

export const gitHubEnvironmentReviewers: Rule = {
  name: "github-environment-reviewers",
  title: "Reviewers for every role's environment",
  severity: "high",
  description: "An environment in which a role approves (its name is `<environment>.<role>`) has one to six reviewers.",
  rationale:
    "Its job does nothing but wait for them: without reviewers it waits for nobody. The environment that deploys has none; its job needs those of the roles.",
  remediation: "Name the role's team in delivery/process.yaml.",
  controls: [{ framework: "SOC 2", version: "2017", id: "CC8.1" }],
  appliesTo: ["github:index/repositoryEnvironment:RepositoryEnvironment"],
  judge: ({ props }) => {
    const reviewers = list(props.reviewers).flatMap((group) => [...list(group?.teams), ...list(group?.users)]);
    if (reviewers.length === 0) return /\../.test(String(props.environment)) ? ["has no reviewers."] : [];
    return reviewers.length > 6 ? [`has ${reviewers.length} reviewers, GitHub takes six.`] : [];
  },
};

function list(value: unknown): readonly { readonly teams?: unknown; readonly users?: unknown }[] {
  return Array.isArray(value) ? value : [];
}
