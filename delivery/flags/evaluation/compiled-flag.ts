import type { FeatureDefinition, FlagContext } from "./model.ts";
import { disabled, nobodysRule, type Outcome, prerequisiteMissing, type Reason } from "./outcome.ts";
import { applies, isLetIn, meetsConditions, type Rollout, type Rule } from "./rule.ts";
import type { Choice, VariantChooser } from "./variants.ts";

/** A flag that must be in a certain state for another one to be looked at. */
export interface Prerequisite {
  readonly text: string;
  readonly holds: (context: FlagContext) => boolean;
}

interface ReadyRule extends Rule {
  /** The outcome for everyone who is let in. */
  readonly plain: Outcome;
  /** The same for each variant, where there are any. */
  readonly outcomes?: ReadonlyMap<Choice, Outcome> | undefined;
  /** What those get whom the rollout keeps out. */
  readonly keptOut: Outcome;
}

/** What an evaluation comes to where the flag is that simple: it is off, or has one rule and no prerequisites. */
type Shortcut =
  | { readonly kind: "off" | "on" }
  | { readonly kind: "percentage"; readonly rollout: Rollout }
  | { readonly kind: "rule"; readonly rule: Rule };

/**
 * A flag of which everything is computed that does not depend on the context: values are in sets, hashes are begun, expressions
 * are compiled, outcomes exist. Evaluating it allocates nothing.
 */
export class CompiledFlag {
  readonly key: string;
  readonly problem: string | undefined;
  readonly offBecause: string | undefined;
  readonly enabled: boolean;
  readonly rules: readonly ReadyRule[];
  readonly variants: VariantChooser | undefined;
  private prerequisiteList: readonly Prerequisite[] = [];
  private shortcut: Shortcut | undefined;

  constructor(
    definition: Pick<FeatureDefinition, "name" | "enabled" | "offBecause" | "problem">,
    rules: readonly Rule[],
    variants: VariantChooser | undefined,
  ) {
    this.key = definition.name;
    this.problem = definition.problem;
    this.offBecause = definition.offBecause;
    this.enabled = definition.enabled && definition.problem === undefined;
    this.variants = variants;
    this.rules = rules.map((rule) => readyRule(rule, rules.length === 1, variants));
    this.shortcut = shortcutOf(this.enabled, this.rules);
  }

  get prerequisites(): readonly Prerequisite[] {
    return this.prerequisiteList;
  }

  /** To be called once, when all flags of a set are compiled. */
  require(prerequisites: readonly Prerequisite[]): void {
    this.prerequisiteList = prerequisites;
    if (prerequisites.length > 0 && this.shortcut?.kind !== "off") this.shortcut = undefined;
  }

  /** The fast answer, for callers who want to know nothing else. */
  isEnabled(context: FlagContext): boolean {
    const { shortcut } = this;
    if (shortcut === undefined) return this.evaluate(context).enabled;
    switch (shortcut.kind) {
      case "off":
        return false;
      case "on":
        return true;
      case "percentage":
        return isLetIn(shortcut.rollout, context);
      case "rule":
        return applies(shortcut.rule, context);
    }
  }

  evaluate(context: FlagContext): Outcome {
    if (!this.enabled) return this.whyNotEnabled();
    for (const { holds } of this.prerequisiteList) if (!holds(context)) return prerequisiteMissing;
    let otherwise = nobodysRule;
    for (const rule of this.rules) {
      if (!meetsConditions(rule, context)) continue;
      if (rule.rollout === undefined || isLetIn(rule.rollout, context)) return this.outcomeOf(rule, context);
      otherwise = rule.keptOut;
    }
    return otherwise;
  }

  /** Who takes part in the comparison of the flag's variants, and with which one: those for whom chance chose it. */
  participant(context: FlagContext): { readonly unit: string; readonly variant: string } | undefined {
    const { enabled, rule: name, variant } = this.evaluate(context);
    if (!enabled || variant === undefined) return undefined;
    const chooser = this.rules.find((rule) => rule.name === name)?.variants ?? this.variants;
    const unit = chooser?.unitOf(context);
    return unit === undefined ? undefined : { unit, variant: variant.name };
  }

  private outcomeOf(rule: ReadyRule, context: FlagContext): Outcome {
    const chooser = rule.variants ?? this.variants;
    return chooser === undefined ? rule.plain : (rule.outcomes?.get(chooser.choose(context)) ?? rule.plain);
  }

  private whyNotEnabled(): Outcome {
    return this.problem === undefined ? disabled : { enabled: false, reason: "ERROR", problem: this.problem };
  }
}

function shortcutOf(enabled: boolean, rules: readonly Rule[]): Shortcut | undefined {
  if (!enabled) return { kind: "off" };
  const [rule, ...others] = rules;
  if (rule === undefined || others.length > 0) return undefined;
  if (rule.conditions.length > 0) return { kind: "rule", rule };
  return rule.rollout === undefined ? { kind: "on" } : { kind: "percentage", rollout: rule.rollout };
}

function readyRule(rule: Rule, alone: boolean, flagVariants: VariantChooser | undefined): ReadyRule {
  const reason = reasonOf(rule, alone);
  const plain: Outcome = Object.freeze({ enabled: true, reason, rule: rule.name });
  const choices = (rule.variants ?? flagVariants)?.choices;
  const outcomes = choices?.map((choice): [Choice, Outcome] => [
    choice,
    Object.freeze({ ...plain, reason: reasonWith(choice, reason), variant: choice.variant }),
  ]);
  return {
    ...rule,
    plain,
    outcomes: outcomes && new Map(outcomes),
    keptOut: Object.freeze({ enabled: false, reason: isShare(rule) ? "SPLIT" : "DEFAULT", rule: rule.name }),
  };
}

function reasonOf(rule: Rule, alone: boolean): Reason {
  if (isShare(rule)) return "SPLIT";
  if (rule.conditions.length > 0) return "TARGETING_MATCH";
  return alone ? "STATIC" : "DEFAULT";
}

function reasonWith({ by }: Choice, reason: Reason): Reason {
  if (by === "weight") return "SPLIT";
  return by === "override" ? "TARGETING_MATCH" : reason;
}

/** Whether the rollout lets in some and keeps out others. */
function isShare({ rollout }: Rule): boolean {
  return rollout !== undefined && rollout.percentage > 0 && rollout.percentage < 100;
}
