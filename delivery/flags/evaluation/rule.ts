import { hostname } from "node:os";
import { addressMatcher } from "./addresses.ts";
import { Buckets } from "./bucket.ts";
import { type Condition, compileConstraint, listed } from "./constraint.ts";
import { type FieldReader, fieldReader } from "./context.ts";
import type { ConstraintDefinition, FlagContext, StrategyDefinition } from "./model.ts";
import type { Semantics } from "./semantics.ts";
import { VariantChooser } from "./variants.ts";

/** The share of those who meet the conditions that a rule lets in. */
export interface Rollout {
  /** 0 to 100; NaN lets nobody in. */
  readonly percentage: number;
  /** The context field that keeps somebody in or out, for explanations. */
  readonly stickiness: string;
  readonly read: FieldReader;
  readonly buckets: Buckets;
}

/** A strategy made ready: who must be as the conditions say, and the share of them that gets in. */
export interface Rule {
  readonly name: string;
  readonly conditions: readonly Condition[];
  /** @default everyone who meets the conditions */
  readonly rollout?: Rollout | undefined;
  readonly variants?: VariantChooser | undefined;
}

/** What a rule is compiled in: its flag's name and what the whole state knows. */
export interface RuleSurroundings {
  readonly feature: string;
  readonly segments: ReadonlyMap<number | string, readonly ConstraintDefinition[]>;
  readonly semantics: Semantics;
}

export function compileRule(strategy: StrategyDefinition, surroundings: RuleSurroundings): Rule {
  const { feature, semantics } = surroundings;
  const parameters = strategy.parameters ?? {};
  const { conditions = [], rollout } = strategyParts(strategy.name, parameters, feature);
  const variants = strategy.variants ?? [];
  const stickiness = variants[0]?.stickiness || parameters.stickiness || "default";
  return {
    name: strategy.title ?? strategy.name,
    conditions: [
      ...(strategy.constraints ?? []).map((constraint) => compileConstraint(constraint, semantics)),
      ...segmentConditions(strategy, surroundings),
      ...conditions,
    ],
    rollout,
    variants: VariantChooser.of(variants, String(parameters.groupId ?? feature), String(stickiness), semantics),
  };
}

export function meetsConditions(rule: Rule, context: FlagContext): boolean {
  for (const { holds } of rule.conditions) if (!holds(context)) return false;
  return true;
}

export function applies(rule: Rule, context: FlagContext): boolean {
  return meetsConditions(rule, context) && (rule.rollout === undefined || isLetIn(rule.rollout, context));
}

export function isLetIn(rollout: Rollout, context: FlagContext): boolean {
  const id = rollout.read(context);
  return !!id && rollout.percentage > 0 && rollout.buckets.of(id) <= rollout.percentage;
}

function segmentConditions(
  { segments = [] }: StrategyDefinition,
  { segments: known, semantics }: RuleSurroundings,
): Condition[] {
  return segments.flatMap((id) => {
    const constraints = known.get(id);
    return constraints === undefined
      ? [{ text: `segment ${id}, which does not exist`, holds: () => false }]
      : constraints.map((constraint) => compileConstraint(constraint, semantics));
  });
}

type Parameters = NonNullable<StrategyDefinition["parameters"]>;

function strategyParts(name: string, parameters: Parameters, feature: string): Partial<Rule> {
  switch (name) {
    case "default":
      return {};
    case "userWithId": {
      const users = new Set(split(parameters.userIds));
      const read = fieldReader("userId");
      return condition(`userId IN ${listed([...users])}`, (context) => {
        const id = read(context);
        return id !== undefined && users.has(id);
      });
    }
    case "remoteAddress": {
      const ranges = split(parameters.IPs);
      const matches = addressMatcher(ranges);
      const read = fieldReader("remoteAddress");
      return condition(`remoteAddress IN ${listed(ranges)}`, (context) => {
        const address = read(context);
        return address !== undefined && (ranges.includes(address) || matches(address));
      });
    }
    case "applicationHostname": {
      const names = split(parameters.hostNames).map((host) => host.toLowerCase());
      const here = (process.env.HOSTNAME || hostname()).toLowerCase();
      const isHere = names.includes(here);
      return condition(`the host ${here} IN ${listed(names)}`, () => isHere);
    }
    case "flexibleRollout":
      return rolloutOf(parameters.rollout, parameters.groupId || feature, String(parameters.stickiness || "default"));
    case "gradualRolloutUserId":
      return rolloutOf(parameters.percentage, parameters.groupId || "", "userId");
    case "gradualRolloutSessionId":
      return rolloutOf(parameters.percentage, parameters.groupId || "", "sessionId");
    case "gradualRolloutRandom":
      return rolloutOf(parameters.percentage, "", "random");
    default:
      return condition(`the strategy ${name}, which does not exist`, () => false);
  }
}

function condition(text: string, holds: Condition["holds"]): Partial<Rule> {
  return { conditions: [{ text, holds }] };
}

function rolloutOf(percentage: unknown, group: string | number, stickiness: string): Partial<Rule> {
  return {
    rollout: {
      percentage: Number(percentage),
      stickiness,
      read: rolloutReader(stickiness),
      buckets: Buckets.forRollout(String(group)),
    },
  };
}

function rolloutReader(stickiness: string): FieldReader {
  if (stickiness === "random") return randomId;
  if (stickiness !== "default") return fieldReader(stickiness);
  const [user, session] = [fieldReader("userId"), fieldReader("sessionId")];
  return (context) => user(context) || session(context) || randomId();
}

function randomId(): string {
  return String(Math.random());
}

function split(list: unknown): string[] {
  return list === undefined || list === null || list === "" ? [] : String(list).split(/\s*,\s*/);
}
