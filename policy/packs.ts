import { databaseByReference } from "./policies/database-by-reference.ts";
import { databaseExposure } from "./policies/database-exposure.ts";
import { generatedSecrets } from "./policies/generated-secrets.ts";
import { gitHubBranchPatternWidth } from "./policies/github-branch-pattern-width.ts";
import { gitHubEnvironmentAdminBypass } from "./policies/github-environment-admin-bypass.ts";
import { gitHubEnvironmentBranches } from "./policies/github-environment-branches.ts";
import { gitHubEnvironmentReviewers } from "./policies/github-environment-reviewers.ts";
import { gitHubEnvironmentSelfReview } from "./policies/github-environment-self-review.ts";
import { plainSecrets } from "./policies/plain-secrets.ts";
import { statefulProtection } from "./policies/stateful-protection.ts";
import type { Enforcement, Rule } from "./rule.ts";

/** Every policy there is. */
export const rules: readonly Rule[] = [
  gitHubEnvironmentAdminBypass,
  gitHubEnvironmentSelfReview,
  gitHubEnvironmentReviewers,
  gitHubEnvironmentBranches,
  gitHubBranchPatternWidth,
  plainSecrets,
  generatedSecrets,
  databaseByReference,
  databaseExposure,
  statefulProtection,
];

/** A selection of policies with how strictly each is enforced. */
export type Pack = ReadonlyArray<{ readonly rule: Rule; readonly enforcement: Enforcement }>;

/**
 * The policies of a stack. Whatever leads to production is judged strictly; the stacks of single people and branches are warned
 * of how deployments are gated, and stopped only for secrets and exposed data.
 *
 * @param stack the stack's name; an unknown one is judged strictly.
 */
export function packFor(stack: string | undefined): Pack {
  const relaxed = stack !== undefined && /^(dev|pr-[0-9]+)$/.test(stack);
  return rules.map((rule) => ({ rule, enforcement: relaxed && warnsOnly.has(rule.name) ? "advisory" : "mandatory" }));
}

/** What is a warning in the stacks of single people and branches. */
const warnsOnly: ReadonlySet<string> = new Set([gitHubEnvironmentReviewers.name, gitHubEnvironmentSelfReview.name]);
