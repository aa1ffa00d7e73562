import type { CompiledFlag } from "./compiled-flag.ts";
import type { FlagContext } from "./model.ts";
import type { Outcome } from "./outcome.ts";
import { meetsConditions, type Rollout, type Rule } from "./rule.ts";

interface CheckedCondition {
  readonly text: string;
  readonly holds: boolean;
}

interface CheckedRule {
  readonly name: string;
  readonly conditions: readonly CheckedCondition[];
  /** The share that it lets in, and where this context stands. Without a bucket nothing identifies the context. */
  readonly rollout?: { readonly percentage: number; readonly stickiness: string; readonly bucket?: number | undefined };
  readonly verdict: "lets in" | "keeps out" | "is not for them" | "is not looked at";
}

/** Why a flag is as it is for one context. */
export interface Explanation extends Outcome {
  readonly flag: string;
  /** Why it is DISABLED, when nobody switched it off. */
  readonly offBecause?: string | undefined;
  readonly prerequisites: readonly CheckedCondition[];
  readonly rules: readonly CheckedRule[];
  /** Where the context stands among the variants' weights, when these decided. */
  readonly variantBucket?: { readonly bucket: number; readonly of: number } | undefined;
}

/** What `evaluate` answers, and each step that led there. Where chance decides, the steps are those of another throw. */
export function explainFlag(flag: CompiledFlag, context: FlagContext): Explanation {
  const outcome = flag.evaluate(context);
  const prerequisites = flag.prerequisites.map(({ text, holds }) => ({ text, holds: holds(context) }));
  let open = flag.enabled && prerequisites.every(({ holds }) => holds);
  const rules = flag.rules.map((rule) => {
    const checked = checkRule(rule, context, open);
    if (checked.verdict === "lets in") open = false;
    return checked;
  });
  const decided = flag.rules[rules.findIndex(({ verdict }) => verdict === "lets in")];
  const chooser = decided?.variants ?? flag.variants;
  const bucket = outcome.variant && outcome.reason === "SPLIT" ? chooser?.bucketOf(context) : undefined;
  return {
    flag: flag.key,
    ...outcome,
    ...(flag.offBecause !== undefined && { offBecause: flag.offBecause }),
    prerequisites,
    rules,
    ...(bucket !== undefined && chooser && { variantBucket: { bucket, of: chooser.totalWeight } }),
  };
}

function checkRule(rule: Rule, context: FlagContext, open: boolean): CheckedRule {
  const conditions = rule.conditions.map(({ text, holds }) => ({ text, holds: holds(context) }));
  const position = rule.rollout && positionIn(rule.rollout, context);
  return {
    name: rule.name,
    conditions,
    ...(position && { rollout: position }),
    verdict: !open
      ? "is not looked at"
      : !meetsConditions(rule, context)
        ? "is not for them"
        : position === undefined || (position.bucket !== undefined && position.bucket <= position.percentage)
          ? "lets in"
          : "keeps out",
  };
}

function positionIn({ percentage, stickiness, read, buckets }: Rollout, context: FlagContext) {
  const id = read(context);
  return { percentage, stickiness, bucket: id ? buckets.of(id) : undefined };
}

/** An explanation as a person reads it: the answer first, then each step. */
export function formatExplanation(explanation: Explanation): string {
  const { flag, enabled, reason, rule, variant, problem, offBecause, prerequisites, rules, variantBucket } =
    explanation;
  const by = rule === undefined ? "" : ` by ${rule}`;
  const lines = [`${flag} is ${enabled ? "on" : "off"}${by} (${reason})${problem === undefined ? "" : `: ${problem}`}`];
  if (reason === "DISABLED") lines.push(`  ${offBecause ?? "It is switched off for everyone."}`);
  for (const { text, holds } of prerequisites) lines.push(`  prerequisite: ${text}: ${holds ? "yes" : "no"}`);
  for (const step of rules) lines.push(...formatRule(step));
  if (variant !== undefined) {
    lines.push(
      `  variant ${variant.name}${variantBucket ? `: place ${variantBucket.bucket} of ${variantBucket.of} among the weights` : ""}`,
    );
  }
  return lines.join("\n");
}

function formatRule({ name, conditions, rollout, verdict }: CheckedRule): string[] {
  const lines = [`  ${name} ${verdict}`];
  for (const { text, holds } of conditions) lines.push(`    ${text}: ${holds ? "yes" : "no"}`);
  if (rollout !== undefined) {
    const place =
      rollout.bucket === undefined
        ? `the context has no ${rollout.stickiness}`
        : `bucket ${rollout.bucket} of 100 by ${rollout.stickiness}`;
    lines.push(`    ${rollout.percentage} % are let in: ${place}`);
  }
  return lines;
}
