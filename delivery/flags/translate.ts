import { z } from "zod";
import type {
  ConstraintDefinition,
  DependencyDefinition,
  FeatureDefinition,
  StrategyDefinition,
  VariantDefinition,
} from "./evaluation/model.ts";
import { dependencyProblems } from "./evaluation/prerequisites.ts";
import { type Flag, ownValue } from "./flag.ts";
import { parseTargeting, type Targeting } from "./targeting.ts";

/** How a flag stands in one environment, as far as evaluation goes. */
export type StoredFlag = Pick<Flag, "enabled" | "rollout"> & {
  readonly targeting: unknown;
  /** It is enabled and off all the same until then, as its database reckons: a time in UTC, or "go-live" while that is not known. */
  readonly waitsFor?: string | undefined;
};

/** A flag for the evaluator, and what the application is told beside its value. */
export interface Feature extends FeatureDefinition {
  readonly metadata?: Targeting["metadata"] | undefined;
}

const stickinessFields = { user: "userId", organization: "organizationId" } as const;

/**
 * One of Slipway's flags in the evaluator's words. A rollout is salted with the flag's key, so that flags do not depend on each other, and
 * everybody has one bucket in a flag, so that raising a rollout never takes the flag from anyone. At 100 % it is on for those too
 * whom nothing identifies; below that it is off for them.
 *
 * Malformed targeting makes a flag with a `problem`, which is off: an operator's slip must not open a flag to everyone.
 */
export function toFeature(key: string, { enabled: switchedOn, rollout, targeting, waitsFor }: StoredFlag): Feature {
  const enabled = switchedOn && waitsFor === undefined;
  const parsed = parseTargeting(targeting);
  if (parsed.targeting === undefined) {
    return {
      name: key,
      enabled,
      problem: `its targeting is malformed: ${describeProblems(parsed.problems)}`,
    };
  }
  const { segments = [], constraints = [], exclude, variants = [], prerequisites = [], ...rest } = parsed.targeting;
  const field = stickinessFields[rest.stickiness ?? "user"];
  const definitions = variants.map(
    ({ name, weight, value }): VariantDefinition => ({ name, weight, payload: value, stickiness: field }),
  );
  const share = (percentage: number, title: string, more: Partial<StrategyDefinition>): StrategyDefinition => ({
    ...(percentage === 100
      ? { name: "default", parameters: { groupId: key } }
      : { name: "flexibleRollout", parameters: { groupId: key, rollout: percentage, stickiness: field } }),
    title,
    ...more,
    constraints: [...excluding(exclude), ...(more.constraints ?? [])],
  });
  return {
    name: key,
    enabled,
    ...(switchedOn && waitsFor !== undefined && { offBecause: `It waits for ${waitsFor}.` }),
    variants: definitions,
    metadata: rest.metadata,
    dependencies: prerequisites.map(({ flag, ...wanted }): DependencyDefinition => ({ feature: flag, ...wanted })),
    strategies: [
      ...segments.flatMap((segment) =>
        membership(segment).map((member) =>
          share(segment.rollout ?? 100, `segment ${segment.name}`, {
            // One that is still only named here does not exist (see `withSharedSegments`).
            ...(segment.shared !== undefined && { segments: [segment.shared] }),
            constraints: [...member, ...(segment.constraints ?? [])],
            variants: definitions
              .filter(({ name }) => name === segment.variant)
              .map((variant) => ({ ...variant, weight: 1 })),
          }),
        ),
      ),
      share(rollout, `rollout ${rollout} %`, { constraints }),
    ],
  };
}

/**
 * What is wrong with the prerequisites of a set of flags, by flag: such as do not exist, and circles. A flag with one would be off
 * for everyone, which nobody means who declares it.
 */
export function prerequisiteProblems(flags: Readonly<Record<string, StoredFlag>>): Map<string, string> {
  const features = new Map(Object.entries(flags).map(([key, flag]) => [key, toFeature(key, flag)]));
  const problems = dependencyProblems(features);
  for (const [key, { dependencies = [] }] of features) {
    const unknown = dependencies.map(({ feature }) => feature).filter((feature) => !features.has(feature));
    if (unknown.length > 0) problems.set(key, `its prerequisite ${unknown.join(", ")} is not a declared flag`);
  }
  return problems;
}

/**
 * Flags with the shared segments that their targeting names put in, as `public.feature_flag_resolved` does it. What does not exist stays as it is
 * and lets in nobody.
 */
export function withSharedSegments<T extends StoredFlag>(
  flags: Readonly<Record<string, T>>,
  shared: Readonly<Record<string, unknown>>,
): Record<string, T> {
  if (Object.keys(shared).length === 0) return { ...flags };
  return Object.fromEntries(
    Object.entries(flags).map(([key, flag]) => {
      const targeting = flag.targeting as { readonly segments?: unknown } | null;
      if (!Array.isArray(targeting?.segments)) return [key, flag];
      const segments = targeting.segments.map((segment) => putIn(segment, shared));
      return [key, { ...flag, targeting: { ...targeting, segments } }];
    }),
  );
}

function putIn(segment: unknown, known: Readonly<Record<string, unknown>>): unknown {
  if (typeof segment !== "object" || segment === null) return segment;
  const { shared, ...own } = segment as Readonly<Record<string, unknown>>;
  const definition = typeof shared === "string" ? ownValue(known, shared) : undefined;
  if (typeof definition !== "object" || definition === null || "users" in own || "organizations" in own) return segment;
  const [theirs, ours] = [(definition as typeof own).constraints, own.constraints];
  if (theirs === undefined || ours === undefined) return { ...own, ...definition };
  const constraints = Array.isArray(theirs) && Array.isArray(ours) ? [...theirs, ...ours] : null;
  return { ...own, ...definition, constraints };
}

/** Constraints are ANDed, so that "one of these users or of these organizations" is two strategies. */
function membership({ users, organizations }: NonNullable<Targeting["exclude"]>): ConstraintDefinition[][] {
  const either = [
    ...(users ? [[{ contextName: "userId", operator: "IN", values: users }]] : []),
    ...(organizations ? [[{ contextName: "organizationId", operator: "IN", values: organizations }]] : []),
  ];
  return either.length > 0 ? either : [[]];
}

function excluding({ users, organizations }: NonNullable<Targeting["exclude"]> = {}): ConstraintDefinition[] {
  return [
    ...(users ? [{ contextName: "userId", operator: "NOT_IN", values: users }] : []),
    ...(organizations ? [{ contextName: "organizationId", operator: "NOT_IN", values: organizations }] : []),
  ];
}

function describeProblems(problems: ReturnType<typeof parseTargeting>["problems"]): string {
  const shown = problems.slice(0, 3).map(({ path, message }) => `${z.core.toDotPath(path) || "it"} ${message}`);
  const rest = problems.length - shown.length;
  return `${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}
