import { nearestWord } from "../nearest-word.ts";

/** One thing that cannot work, where it stands, and what to do instead. */
export interface ProcessProblem {
  readonly keys: readonly PropertyKey[];
  /** What goes on after the key's name: "names the role ..., which is not declared. Use one of ...". */
  readonly what: string;
}

/** A name that its section does not declare, with what it may have been meant to be. */
export function undeclared(
  keys: readonly PropertyKey[],
  kind: string,
  name: string,
  section: string,
  known: readonly string[],
): ProcessProblem {
  const near = nearestWord(name, known);
  const few = known.length > 0 && known.length <= 15 ? `use one of ${known.join(", ")}` : "use one that is there";
  const remedy = near === undefined ? few[0]?.toUpperCase() + few.slice(1) : `Write "${near}"`;
  return { keys, what: `names the ${kind} "${name}", which is not declared. ${remedy}, or declare it in ${section}.` };
}

/** Words that stand in a list more than once, with the place of the second. */
export function repeated(list: readonly string[]): ReadonlyArray<{ readonly word: string; readonly index: number }> {
  return list.flatMap((word, index) => (list.indexOf(word) < index ? [{ word, index }] : []));
}
