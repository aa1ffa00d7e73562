import type { CompiledFlag, Prerequisite } from "./compiled-flag.ts";
import type { DependencyDefinition, FeatureDefinition } from "./model.ts";
import type { Semantics } from "./semantics.ts";

/** What one evaluation may cost: a few flags that each depend on two others make millions of paths. */
const mostChecks = 1_000;

type Definitions = ReadonlyMap<string, FeatureDefinition>;

/**
 * What is wrong with the flags' dependencies, by flag: cycles, and nesting that would take too long. Flags behind such a one are
 * named too, because nobody can say how they stand.
 */
export function dependencyProblems(definitions: Definitions): Map<string, string> {
  const checks = new Map<string, number>();
  const children = new Map<string, string[]>();
  const open = new Map<string, number>();
  const parentsOf = (key: string) =>
    (definitions.get(key)?.dependencies ?? []).map(({ feature }) => feature).filter((name) => definitions.has(name));
  for (const key of definitions.keys()) {
    const parents = parentsOf(key);
    open.set(key, parents.length);
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), key]);
  }
  // Kahn's order: without recursion, since a set may nest deeper than a stack.
  const ready = [...open].flatMap(([key, count]) => (count === 0 ? [key] : []));
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    checks.set(
      key,
      parentsOf(key).reduce((sum, parent) => sum + (checks.get(parent) ?? 0), 1),
    );
    for (const child of children.get(key) ?? []) {
      const left = (open.get(child) ?? 0) - 1;
      open.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  const problems = new Map<string, string>();
  for (const key of definitions.keys()) {
    const count = checks.get(key);
    if (count === undefined)
      problems.set(key, `its prerequisites form a circle: ${circleFrom(key, parentsOf, checks)}`);
    else if (count > mostChecks)
      problems.set(key, `its prerequisites are nested so that more than ${mostChecks} flags would be checked`);
  }
  return problems;
}

/** Follows dependencies that lie in circles until a flag comes again. */
function circleFrom(start: string, parentsOf: (key: string) => string[], solved: ReadonlyMap<string, unknown>): string {
  const path: string[] = [];
  for (let key: string | undefined = start; key !== undefined; ) {
    const seen = path.indexOf(key);
    path.push(key);
    if (seen >= 0) return path.slice(seen).join(" -> ");
    key = parentsOf(key).find((parent) => !solved.has(parent));
  }
  return path.join(" -> ");
}

/** Links a flag to those that it depends on. */
export function linkPrerequisites(
  dependencies: readonly DependencyDefinition[],
  flags: ReadonlyMap<string, CompiledFlag>,
  definitions: Definitions,
  { nestedDependencies }: Semantics,
): Prerequisite[] {
  return dependencies.map((dependency) => {
    const { feature, enabled = true, variants = [] } = dependency;
    const parent = flags.get(feature);
    const text = `${feature} is ${enabled ? "on" : "off"}${enabled && variants.length > 0 ? ` with the variant ${variants.join(" or ")}` : ""}`;
    if (parent === undefined) return { text: `${text}, but it does not exist`, holds: () => false };
    if (parent.problem !== undefined) return { text: `${text}, but it is malformed`, holds: () => false };
    if (!nestedDependencies && (definitions.get(feature)?.dependencies ?? []).length > 0) {
      return { text: `${text}, but it has prerequisites itself`, holds: () => false };
    }
    if (!enabled) return { text, holds: (context) => !parent.isEnabled(context) };
    if (variants.length === 0) return { text, holds: (context) => parent.isEnabled(context) };
    return {
      text,
      holds: (context) => {
        const outcome = parent.evaluate(context);
        return outcome.enabled && variants.includes(outcome.variant?.name ?? "disabled");
      },
    };
  });
}
