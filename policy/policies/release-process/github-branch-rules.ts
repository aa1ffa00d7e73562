import type { StackRule } from "../../rule.ts";
import { includedRefs, rulesetType, rulesFor } from "../../rulesets.ts";
import { numberOf, recordOf, recordsOf, textsOf } from "../../values.ts";

type Rules = Readonly<Record<string, unknown>>;

const review = (rules: Rules) => recordOf(rules.pullRequest);

/** Whoever writes a workflow writes what guards every gate, so that any one approval does not do. */
function asksOwnersOfWorkflows(rules: Rules): boolean {
  const { requireCodeOwnerReview, requiredReviewers } = review(rules);
  return (
    requireCodeOwnerReview === true ||
    recordsOf(requiredReviewers).some(
      ({ filePatterns, minimumApprovals }) =>
        (numberOf(minimumApprovals) ?? 0) >= 1 &&
        textsOf(filePatterns).some((pattern) => /^(\*\*|\.github\/)/.test(pattern)),
    )
  );
}

/** What a branch that deploys needs, and what is true without it. */
const demands: ReadonlyArray<readonly [holds: (rules: Rules) => boolean, without: string]> = [
  [(rules) => rules.deletion === true, "can be deleted"],
  [(rules) => rules.nonFastForward === true, "can be rewritten"],
  [(rules) => (numberOf(review(rules).requiredApprovingReviewCount) ?? 0) >= 1, "takes what nobody has approved"],
  [(rules) => review(rules).dismissStaleReviewsOnPush === true, "keeps approvals of what has changed since"],
  [(rules) => review(rules).requireLastPushApproval === true, "lets the last to push approve"],
  [asksOwnersOfWorkflows, "takes changed workflows without their owners' approval"],
  [
    (rules) => recordsOf(recordOf(rules.requiredStatusChecks).requiredChecks).length > 0,
    "takes what no check has passed",
  ],
  [
    (rules) => recordOf(rules.requiredStatusChecks).strictRequiredStatusChecksPolicy === true,
    "takes what was checked against an older state",
  ],
];

export const gitHubBranchRules: StackRule = {
  name: "github-branch-rules",
  title: "Branches are reviewed and checked",
  severity: "critical",
  category: "release process",
  scope: "stack",
  description: "A protected branch takes reviewed pull requests that passed their checks, and nothing else.",
  rationale: "What is on it deploys: a push past the review puts one person's code into every environment.",
  remediation:
    "Demand a pull request with an approval, that of the owners for .github/**, the checks, and no deletion or force push, in an active ruleset.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.4", "ISO27001 A.8.28", "ISO27001 A.8.32", "NIST CM-3(2)", "NIST SA-10"],
  appliesTo: [rulesetType],
  judge: (resource, stack) => {
    const { repository, target } = resource.props;
    if (target !== "branch") return [];
    const refs = includedRefs(resource);
    if (refs.length === 0) return ["protects no branch."];
    return refs.flatMap((ref) => {
      const rules = rulesFor(ref, repository, "branch", stack);
      return demands.filter(([holds]) => !rules.some(holds)).map(([, without]) => `protects ${ref}, which ${without}.`);
    });
  },
};
