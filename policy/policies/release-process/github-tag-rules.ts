import type { StackRule } from "../../rule.ts";
import { rulesFor } from "../../rulesets.ts";

/** What must not be done to a release's tag, and what that would be. */
const demands: ReadonlyArray<readonly [rule: string, act: string]> = [
  ["creation", "be made by everybody"],
  ["deletion", "be deleted"],
  ["update", "be moved"],
];

export const gitHubTagRules: StackRule = {
  name: "github-tag-rules",
  title: "Release tags stay where they are",
  severity: "critical",
  category: "release process",
  scope: "stack",
  description: "A tag that deploys is made by those who may release, and never moved or deleted.",
  rationale: "What was approved is the tag: moved afterwards, it carries another commit through the same gates.",
  remediation: "Give the tags an active ruleset that restricts creation, update and deletion.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "ISO27001 A.8.4", "NIST CM-5(1)", "NIST SI-7"],
  appliesTo: ["github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"],
  judge: ({ props }, stack) => {
    const { repository, tagPattern } = props;
    if (typeof tagPattern !== "string" || tagPattern === "") return [];
    const rules = rulesFor(`refs/tags/${tagPattern}`, repository, "tag", stack);
    return demands
      .filter(([rule]) => !rules.some((each) => each[rule] === true))
      .map(([, act]) => `deploys by the tags ${tagPattern}, which can ${act}.`);
  },
};
