import type { ResourceRule } from "../../rule.ts";

export const gitHubEnvironmentReviewers: ResourceRule = {
  name: "github-environment-reviewers",
  title: "Reviewers for every role's environment",
  severity: "high",
  category: "release process",
  description: "An environment in which a role approves (its name is `<environment>.<role>`) has one to six reviewers.",
  rationale:
    "Its job does nothing but wait for them: without reviewers it waits for nobody. The environment that deploys has none; its job needs those of the roles.",
  remediation: "Name the role's team in delivery/process.yaml.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-5"],
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
