import type { VariantDefinition } from "./model.ts";

/** Why a flag is as it is, in OpenFeature's words. STALE is not here: it says of the whole snapshot that it is old. */
export type Reason = "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "DEFAULT" | "ERROR";

/** How a flag stands for one context. Shared and frozen: every possible outcome of a flag is made once, when it is compiled. */
export interface Outcome {
  readonly enabled: boolean;
  readonly reason: Reason;
  /** The rule that decided; undefined when none did. */
  readonly rule?: string | undefined;
  readonly variant?: VariantDefinition | undefined;
  /** What is wrong with the flag, for reason ERROR. */
  readonly problem?: string | undefined;
}

export const disabled: Outcome = Object.freeze({ enabled: false, reason: "DISABLED" });
export const prerequisiteMissing: Outcome = Object.freeze({ enabled: false, reason: "DEFAULT", rule: "prerequisites" });
export const nobodysRule: Outcome = Object.freeze({ enabled: false, reason: "DEFAULT" });
