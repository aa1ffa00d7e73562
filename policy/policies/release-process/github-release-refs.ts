import { isWithin, releaseEnvironment } from "../../process-file.ts";
import type { ResourceRule } from "../../rule.ts";

export const gitHubReleaseRefs: ResourceRule = {
  name: "github-release-refs",
  title: "Branches and tags of the process",
  severity: "critical",
  category: "release process",
  description: "An environment of GitHub takes the branches and tags that delivery/process.yaml gives it, or fewer.",
  rationale:
    "Production that takes a branch runs what nobody has tagged as a release, and skips the environments before it.",
  remediation: "Name the pattern in delivery/process.yaml, where the change is reviewed, or remove it.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "ISO27001 A.8.31", "NIST CM-3", "NIST CM-5"],
  appliesTo: ["github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"],
  judge: ({ props }) => {
    const { branchPattern, environment, tagPattern } = props;
    const process = releaseEnvironment(environment);
    if (!process) return [];
    const { branches, tags } = process;
    // An environment without either takes pull requests, of any branch.
    const taken = branches.length + tags.length === 0 ? ["refs/pull/*/merge"] : branches;
    return [...problem("branch", branchPattern, taken, environment), ...problem("tag", tagPattern, tags, environment)];
  },
};

function problem(kind: string, pattern: unknown, allowed: readonly string[], environment: unknown): readonly string[] {
  if (typeof pattern !== "string" || pattern === "" || allowed.some((each) => isWithin(pattern, each))) return [];
  return [`lets the ${kind} ${pattern} deploy to ${environment}, which the process does not.`];
}
