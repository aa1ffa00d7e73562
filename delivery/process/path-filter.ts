/**
 * GitHub's path filters ("Workflow syntax", filter pattern cheat sheet): `*` is any characters but `/`, `**` any characters, and
 * with a `/` behind it any folders or none; `?` none or one of the character before it, `+` one or more; `[a-z]` one of those;
 * a backslash takes the next character as it is. A filter matches the whole path.
 */
export function matchesFilter(filter: string, path: string): boolean {
  const steps = compile(filter);
  let places = reach(steps, new Set([0]));
  for (const character of path) {
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (!step?.takes?.(character)) continue;
      next.add(place + 1);
      if (step.again) next.add(place);
    }
    places = reach(steps, next);
  }
  return places.has(steps.length);
}

/**
 * Whether a list of filters takes a path. The last one that matches decides: one that begins with `!` takes the path away again.
 */
export function filtersTake(filters: readonly string[], path: string): boolean {
  const deciding = filters.findLast((filter) => matchesFilter(filter.replace(/^!/, ""), path));
  return deciding !== undefined && !deciding.startsWith("!");
}

/** The same filter as a pathspec of git, for those that take whole folders and files: git has no `?` and `+` of GitHub's kind. */
export function pathspec(filter: string): string {
  return filter.startsWith("!") ? `:(exclude,glob)${filter.slice(1)}` : `:(glob)${filter}`;
}

/** One step of a filter. Steps are walked all at once (a set of places), so that no filter is slow on any path. */
interface Step {
  /** Whether it takes this character; a step without takes none and only leads on. */
  readonly takes?: (character: string) => boolean;
  /** Whether it may take the next one as well. */
  readonly again?: boolean;
  /** The place where one goes on without it. */
  readonly past?: number;
}

const anything = () => true;
const inFolder = (character: string) => character !== "/";

function compile(filter: string): Step[] {
  const steps: Step[] = [];
  const part = /\*\*\/|\*\*+|\*|\[[^\]]*\]|\\.|./gsu;
  const parts = filter.match(part) ?? [];
  parts.forEach((text, index) => {
    const past = steps.length + 1;
    if (text === "**/" && (index === 0 || parts[index - 1]?.endsWith("/"))) {
      steps.push({ past: past + 2 }, { takes: anything, again: true, past: past + 1 }, { takes: (it) => it === "/" });
    } else if (text === "**/") {
      steps.push({ takes: anything, again: true, past }, { takes: (it) => it === "/" });
    } else if (text.startsWith("**")) steps.push({ takes: anything, again: true, past });
    else if (text === "*") steps.push({ takes: inFolder, again: true, past });
    else if ((text === "?" || text === "+") && steps.length > 0) repeat(steps, text);
    else steps.push({ takes: one(text) });
  });
  return steps;
}

/** `?` and `+` change the step before them. */
function repeat(steps: Step[], sign: string): void {
  const last = steps.pop() ?? {};
  steps.push(sign === "+" ? { ...last, again: true } : { ...last, past: steps.length + 1 });
}

/** One character, or one of a list and its ranges. */
function one(text: string): (character: string) => boolean {
  if (text.length > 1 && text.startsWith("[")) {
    const ranges = [...text.slice(1, -1).matchAll(/(.)-(.)|(.)/gsu)];
    return (it) => ranges.some(([, from, to, single]) => it === single || (from && to && it >= from && it <= to));
  }
  const literal = text.length > 1 && text.startsWith("\\") ? text.slice(1) : text;
  return (it) => it === literal;
}

/** All places that can be reached without taking a character. */
function reach(steps: readonly Step[], places: ReadonlySet<number>): Set<number> {
  const all = new Set(places);
  for (const place of all) {
    const step = steps[place];
    if (step?.past !== undefined) all.add(step.past);
    if (step !== undefined && step.takes === undefined) all.add(place + 1);
  }
  return all;
}
