/** Where Slipway's own flags go further than Unleash; everywhere else the two mean the same. */
export interface Semantics {
  /** Whether the flag that a flag depends on may depend on others itself. In Unleash it may not, and the flag is off then. */
  readonly nestedDependencies: boolean;
  /**
   * The variant of somebody whom no context field identifies: one at random for each evaluation, or always the first that has weight.
   * Steady answers are what an SQL function can give too, and keep strangers from jumping between variants.
   */
  readonly strangersVariant: "random" | "first";
  /** What is a time: whatever JavaScript's `Date` takes, or a date or time with its zone, which a database reads in the same way. */
  readonly times: "javascript" | "strict";
}

export const unleash: Semantics = { nestedDependencies: false, strangersVariant: "random", times: "javascript" };
export const slipway: Semantics = { nestedDependencies: true, strangersVariant: "first", times: "strict" };
