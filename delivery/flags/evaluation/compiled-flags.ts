import { CompiledFlag } from "./compiled-flag.ts";
import type { FeatureDefinition, FeatureState, FlagContext } from "./model.ts";
import type { Outcome } from "./outcome.ts";
import { dependencyProblems, linkPrerequisites } from "./prerequisites.ts";
import { compileRule } from "./rule.ts";
import { type Semantics, slipway } from "./semantics.ts";
import { VariantChooser } from "./variants.ts";

/** A set of flags, ready to be evaluated. It never changes: other flags are another set. */
export class CompiledFlags {
  private readonly flags: ReadonlyMap<string, CompiledFlag>;

  constructor(flags: ReadonlyMap<string, CompiledFlag>) {
    this.flags = flags;
  }

  get keys(): string[] {
    return [...this.flags.keys()];
  }

  get(key: string): CompiledFlag | undefined {
    return this.flags.get(key);
  }

  /** Whether the flag is on; a flag that does not exist is off. */
  isEnabled(key: string, context: FlagContext): boolean {
    return this.flags.get(key)?.isEnabled(context) ?? false;
  }

  /** @returns undefined for a flag that does not exist. */
  evaluate(key: string, context: FlagContext): Outcome | undefined {
    return this.flags.get(key)?.evaluate(context);
  }
}

/**
 * Makes a set of flags ready. It never fails: a flag that cannot be evaluated is off, with the reason ERROR and its problem, and
 * the others are not touched by it.
 * @param ready flags of an earlier set that are as they were and depend on no others: taken as they are.
 */
export function compileFlags(
  state: FeatureState,
  semantics: Semantics = slipway,
  ready: ReadonlyMap<string, CompiledFlag> = new Map(),
): CompiledFlags {
  const segments = new Map((state.segments ?? []).map(({ id, constraints }) => [id, constraints]));
  const definitions = new Map(state.features.map((feature) => [feature.name, feature]));
  const problems = semantics.nestedDependencies ? dependencyProblems(definitions) : new Map<string, string>();
  const flags = new Map<string, CompiledFlag>();
  for (const [key, definition] of definitions) {
    const problem = definition.problem ?? problems.get(key);
    flags.set(key, ready.get(key) ?? compileFlag({ ...definition, problem }, { feature: key, segments, semantics }));
  }
  for (const [key, flag] of flags) {
    if (ready.has(key)) continue;
    flag.require(linkPrerequisites(definitions.get(key)?.dependencies ?? [], flags, definitions, semantics));
  }
  return new CompiledFlags(flags);
}

function compileFlag(definition: FeatureDefinition, surroundings: Parameters<typeof compileRule>[1]): CompiledFlag {
  const { name, variants } = definition;
  // No strategy means everyone, as the strategy `default` says it.
  const strategies = definition.strategies?.length ? definition.strategies : [{ name: "default" }];
  return new CompiledFlag(
    definition,
    strategies.map((strategy) => compileRule(strategy, surroundings)),
    VariantChooser.of(variants, name, variants?.[0]?.stickiness ?? "default", surroundings.semantics),
  );
}
