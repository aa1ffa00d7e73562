import {
  declaredFields,
  type Flag,
  type FlagField,
  type FlagSet,
  flagFields,
  operatedFields,
  ownValue,
  sameValue,
} from "./flag.ts";
import { formatFlagLine } from "./line.ts";

/** What the tables of one environment hold for one flag. */
export interface ActualFlag {
  /** The flag as it acts now; undefined when there is no row. */
  readonly current?: Flag | undefined;
  /** What the last declaration said; undefined for a flag that was never declared. */
  readonly lastDeclared?: Flag | undefined;
}

interface FlagChange {
  readonly action: "create" | "update" | "delete" | "unchanged";
  readonly key: string;
  /** What is to be in the table; undefined for `delete`, and for `unchanged` when there is no row and shall be none. */
  readonly flag: Flag | undefined;
  /** One readable line: `~ new_dashboard: on, rollout 50 % => on, rollout 60 %`. */
  readonly line: string;
}

export interface FlagPlan {
  /** One entry for every flag that is or was declared, sorted by key. */
  readonly changes: readonly FlagChange[];
  /** What operators changed and the declaration did not: left as it is, one line each. */
  readonly kept: readonly string[];
  /** What operators and the declaration both changed, one line each. A plan with conflicts must not be applied. */
  readonly conflicts: readonly string[];
  /** Flags in the table that nobody declared. They are never touched. */
  readonly foreign: readonly string[];
}

/**
 * Decides what to write, by a three-way comparison of every field of every flag. This is the one place where the rule stands.
 *
 * The *base* is what the person who asks for the change has seen: what the state of the stack (and so the preview's left side)
 * says, `seen`; without a state, what was last declared. Then
 *
 * - the table has what is declared: nothing to do;
 * - the table still has the base: the declaration is written;
 * - the declaration still has the base: an operator changed the table, and that is kept and reported;
 * - all three differ: a conflict, because the preview could not show that an operator's value would go.
 *
 * A refresh makes the table's values the base. The preview then shows the operator's value on its left side, and `up` may
 * replace it: whoever agreed has seen it. Only what was declared here is ever deleted. A missing row is compared like a value. Name and description are not for operators, so the
 * declaration always wins there.
 */
export function planFlags(declared: FlagSet, actual: Readonly<Record<string, ActualFlag>>, seen?: FlagSet): FlagPlan {
  const changes: FlagChange[] = [];
  const kept: string[] = [];
  const conflicts: string[] = [];
  const foreign: string[] = [];
  for (const key of [...new Set([...Object.keys(declared), ...Object.keys(actual)])].sort()) {
    const { current, lastDeclared } = ownValue(actual, key) ?? {};
    const wanted = ownValue(declared, key);
    const base = seen === undefined ? lastDeclared : ownValue(seen, key);
    if (wanted === undefined) {
      if (lastDeclared === undefined) foreign.push(key);
      else if (current !== undefined && !sameFlag(current, base ?? lastDeclared)) {
        conflicts.push(
          `${key}: someone changed it from ${show(base ?? lastDeclared)} to ${show(current)}, and it is no longer declared`,
        );
      } else changes.push({ action: "delete", key, flag: undefined, line: `- ${key}: ${show(current)}` });
      continue;
    }
    const merged = mergeFlag(base, current, wanted);
    if (merged.conflict)
      conflicts.push(
        `${key}: someone changed it from ${show(base)} to ${show(current)}, and it is now declared as ${show(wanted)}`,
      );
    if (merged.kept) kept.push(`${key}: ${show(current)}, as someone set it; declared is ${show(wanted)}`);
    changes.push(changeOf(key, current, merged.flag));
  }
  return { changes, kept, conflicts, foreign };
}

/** Flags that act otherwise than they were last declared, one line each: what operators made of them. */
export function operatedFlags(actual: Readonly<Record<string, ActualFlag>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(actual).flatMap(([key, { current, lastDeclared }]) => {
      if (lastDeclared === undefined || (current !== undefined && sameFlag(current, lastDeclared))) return [];
      return [[key, `${show(current)} (declared: ${show(lastDeclared)})`]];
    }),
  );
}

interface Merged {
  readonly flag: Flag | undefined;
  readonly kept: boolean;
  readonly conflict: boolean;
}

function mergeFlag(base: Flag | undefined, current: Flag | undefined, wanted: Flag): Merged {
  if (current === undefined) {
    if (base === undefined) return { flag: wanted, kept: false, conflict: false };
    const unchanged = sameFlag(base, wanted);
    return { flag: undefined, kept: unchanged, conflict: !unchanged };
  }
  const merges = operatedFields.map((field) => ({ field, ...mergeField(field, base, current, wanted) }));
  return {
    flag: {
      ...current,
      ...Object.fromEntries(merges.map(({ field, value }) => [field, value])),
      ...Object.fromEntries(declaredFields.map((field) => [field, wanted[field]])),
    },
    kept: merges.some(({ outcome }) => outcome === "kept"),
    conflict: merges.some(({ outcome }) => outcome === "conflict"),
  };
}

function mergeField(field: FlagField, base: Flag | undefined, current: Flag, wanted: Flag) {
  if (sameValue(current[field], wanted[field])) return { value: current[field], outcome: "same" };
  if (base !== undefined && sameValue(current[field], base[field])) return { value: wanted[field], outcome: "written" };
  if (base !== undefined && sameValue(wanted[field], base[field])) return { value: current[field], outcome: "kept" };
  return { value: current[field], outcome: "conflict" };
}

function changeOf(key: string, current: Flag | undefined, flag: Flag | undefined): FlagChange {
  if (current === undefined && flag !== undefined)
    return { action: "create", key, flag, line: `+ ${key}: ${show(flag)}` };
  if (current === undefined || flag === undefined || sameFlag(current, flag)) {
    return { action: "unchanged", key, flag, line: `  ${key}: ${show(current)}` };
  }
  const [before, after] = [show(current), show(flag)];
  const line =
    before === after ? `~ ${key}: ${after}, with another name or description` : `~ ${key}: ${before} => ${after}`;
  return { action: "update", key, flag, line };
}

/** Whether two flags agree in every field. */
export function sameFlag(left: Flag, right: Flag): boolean {
  return flagFields.every((field) => sameValue(left[field], right[field]));
}

function show(flag: Flag | undefined): string {
  return flag === undefined ? "(no row)" : formatFlagLine(flag);
}
