import type { Settings } from "../../settings.ts";
import type { Problem, SettingPath } from "../problems.ts";

/** What the rules look at. */
export interface RuleInput {
  readonly stack: string;
  /** The groups of settings that are well-formed, with their defaults. */
  readonly settings: Partial<Settings>;
  /** What the file really says. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * A rule that concerns several settings at once: a pure function that answers with problems. A rule that needs a group of
 * settings which is itself wrong says nothing, since that is reported already.
 */
export type Rule = (input: RuleInput) => Problem[];

export const problem = (path: SettingPath, what: string, remedy: string): Problem => ({ path, what, remedy });

/** A problem for each value that stands in the list before. */
export function duplicates(path: SettingPath, values: readonly string[], noun: string): Problem[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index
      ? [problem([...path, index], `is "${value}", which is listed twice.`, `Name each ${noun} once.`)]
      : [],
  );
}
