import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

export const gitHubBranchProtection: ResourceRule = {
  name: "github-branch-protection",
  title: "Branch protection without exceptions",
  severity: "high",
  category: "release process",
  description: "A classic branch protection demands a review and checks of everybody, administrators included.",
  rationale: "Classic protection spares administrators unless told otherwise, and may allow what rulesets forbid.",
  remediation: "Set enforceAdmins, requiredPullRequestReviews and requiredStatusChecks, or use a ruleset instead.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.4", "ISO27001 A.8.32", "NIST CM-5"],
  appliesTo: ["github:index/branchProtection:BranchProtection"],
  judge: ({ props }) => [
    ...(props.enforceAdmins === true ? [] : ["spares administrators."]),
    ...(recordsOf(props.requiredPullRequestReviews).length > 0 ? [] : ["demands no review."]),
    ...(recordsOf(props.requiredStatusChecks).length > 0 ? [] : ["demands no checks."]),
    ...(props.allowsForcePushes === true ? ["lets the branch be rewritten."] : []),
    ...(props.allowsDeletions === true ? ["lets the branch be deleted."] : []),
  ],
};
