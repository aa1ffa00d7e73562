import type { ResourceRule } from "../../rule.ts";

export const gitHubBranchPatternWidth: ResourceRule = {
  name: "github-branch-pattern-width",
  title: "No pattern for everything",
  severity: "high",
  category: "release process",
  description: "A deployment policy's pattern names something: it is not made of wildcards alone.",
  rationale: "A pattern such as * or **/* lets any branch deploy, which looks like a policy and is none.",
  remediation: "Name the branch or its prefix, for example develop, release/* or v*.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-5"],
  appliesTo: ["github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"],
  judge: ({ props }) => {
    const patterns = [props.branchPattern, props.tagPattern].filter(
      (pattern) => typeof pattern === "string" && pattern !== "",
    );
    if (patterns.length === 0) return ["has no pattern."];
    return patterns
      .filter((pattern) => /^[*?/[\]!^-]+$/.test(String(pattern)))
      .map((pattern) => `lets every branch or tag deploy by the pattern "${pattern}".`);
  },
};
