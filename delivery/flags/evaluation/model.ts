/**
 * Flags as Unleash describes them, which is the format of its published client specification. Slipway's own flags are translated into
 * it (`../translate.ts`), so that there is one evaluator.
 */

export interface FeatureDefinition {
  readonly name: string;
  /** Off means off for everyone. */
  readonly enabled: boolean;
  /** The first that applies decides; none at all means everyone. */
  readonly strategies?: readonly StrategyDefinition[] | undefined;
  readonly variants?: readonly VariantDefinition[] | undefined;
  /** Flags that must be as stated here before any strategy is looked at. */
  readonly dependencies?: readonly DependencyDefinition[] | undefined;
  /** Why it is off though nobody switched it off, for explanations (Slipway's own). */
  readonly offBecause?: string | undefined;
  /** Why it cannot be evaluated (Slipway's own); it is off then, with the reason ERROR. */
  readonly problem?: string | undefined;
}

export interface StrategyDefinition {
  /** `default`, `flexibleRollout`, `userWithId`, ... A name that nobody knows never applies. */
  readonly name: string;
  /** What a person calls it, for explanations. */
  readonly title?: string | undefined;
  readonly parameters?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** All must hold. */
  readonly constraints?: readonly ConstraintDefinition[] | undefined;
  /** Ids of segments, whose constraints must hold too. One that does not exist never holds. */
  readonly segments?: readonly (number | string)[] | undefined;
  /** Variants of those whom this strategy lets in, before the flag's own. */
  readonly variants?: readonly VariantDefinition[] | undefined;
}

export interface ConstraintDefinition {
  readonly contextName: string;
  /** `IN`, `STR_CONTAINS`, `NUM_GT`, ... An operator that nobody knows never holds, inverted or not. */
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
  readonly value?: string | number | undefined;
  readonly inverted?: boolean | undefined;
  readonly caseInsensitive?: boolean | undefined;
}

export interface SegmentDefinition {
  readonly id: number | string;
  readonly constraints: readonly ConstraintDefinition[];
}

export interface VariantDefinition {
  readonly name: string;
  /** Its share of the sum of all weights. */
  readonly weight: number;
  /** The context field that keeps somebody at a variant; the first variant's counts. @default "default" */
  readonly stickiness?: string | undefined;
  /** What the application gets; handed through as it is. */
  readonly payload?: unknown;
  /** Who gets this variant whatever the weights say. */
  readonly overrides?: readonly { readonly contextName: string; readonly values: readonly string[] }[] | undefined;
}

export interface DependencyDefinition {
  readonly feature: string;
  /** @default true */
  readonly enabled?: boolean | undefined;
  /** One of these variants of it must be chosen. @default any */
  readonly variants?: readonly string[] | undefined;
}

export interface FeatureState {
  readonly features: readonly FeatureDefinition[];
  readonly segments?: readonly SegmentDefinition[] | undefined;
}

/** For whom a flag is evaluated. Other fields than these may stand beside them or in `properties`. */
export interface FlagContext {
  readonly userId?: string | undefined;
  /** Slipway's own: whose member the user is. */
  readonly organizationId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly remoteAddress?: string | undefined;
  readonly appName?: string | undefined;
  readonly environment?: string | undefined;
  /** @default now */
  readonly currentTime?: Date | string | number | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly [field: string]: unknown;
}
