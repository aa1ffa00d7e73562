import type { Rule } from "../rule.ts";

export const gitHubBranchPatternWidth: Rule = {
  name: "github-branch-pattern-width",
  title: "No pattern for everything",
  severity: "high",
  description: "A deployment policy's pattern names something: it is not made of wildcards alone.",
  rationale: "A pattern such as * or **/* lets any branch deploy, which looks like a policy and is none.",
  remediation: "Name the branch or its prefix, for example develop, release/* or v*.",
  controls: [{ framework: "SOC 2", version: "2017", id: "CC8.1" }],
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
