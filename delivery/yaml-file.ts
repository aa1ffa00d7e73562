import { readFileSync, statSync } from "node:fs";
import { type Document, isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { UserError } from "./errors.ts";
import { mostProblems, problemsError } from "./schema-problems.ts";

/** What a YAML file that people write holds, and where. */
export interface YamlFile {
  readonly content: unknown;
  /** Where a key, or the nearest one above it that is there, stands: `delivery/flags.yaml:12`. */
  at(keys: readonly PropertyKey[]): string;
}

/**
 * Reads a file that people write.
 * @param file a path; shown in errors as it is given.
 * @param remedy what belongs there, a sentence.
 * @param mostBytes a file that is larger is not read. @default no limit
 * @throws UserError when it cannot be read or is too large.
 */
export function readTextFile(file: string, remedy: string, mostBytes = Number.POSITIVE_INFINITY): string {
  try {
    const { size } = statSync(file);
    if (size <= mostBytes) return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read (${(error as Error).message}).\n  ${remedy}`, { cause: error });
  }
  throw tooLarge(file, mostBytes);
}

/**
 * Parses YAML 1.2. Aliases are followed, but not so often that a small file becomes a large one.
 * @param file for errors and {@link YamlFile.at}.
 * @param mostBytes a longer text is not parsed. @default no limit
 * @throws UserError with every mistake of syntax at once, each with its line.
 */
export function parseYaml(text: string, file: string, mostBytes = Number.POSITIVE_INFINITY): YamlFile {
  if (text.length > mostBytes) throw tooLarge(file, mostBytes);
  const lines = new LineCounter();
  const document = attempt(file, () => parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) throw tooDeep(file);
  if (document.errors.length > 0) {
    throw problemsError(
      document.errors
        .slice(0, mostProblems)
        .map(({ code, message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${message}. ${remedyOf(code)}`),
      Math.max(0, document.errors.length - mostProblems),
    );
  }
  return {
    content: attempt(file, () => document.toJS({ maxAliasCount: 100 })),
    at: (keys) => `${file}:${lines.linePos(offsetOf(document, keys)).line || 1}`,
  };
}

/** Runs a part of the parser, which gives up by throwing: on too many aliases, and on nesting deeper than its stack. */
function attempt<T>(file: string, part: () => T): T {
  try {
    return part();
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file);
    throw problemsError([`${file}: ${(error as Error).message}. Write out what it means, without tricks.`]);
  }
}

function tooDeep(file: string): UserError {
  return problemsError([`${file}: it is nested deeper than the parser goes. Write out what it means, without tricks.`]);
}

function tooLarge(file: string, mostBytes: number): UserError {
  return new UserError(
    `${file} is larger than ${mostBytes / 1024} KiB and was not read.\n  Remove what does not belong there.`,
  );
}

function remedyOf(code: string): string {
  if (code === "DUPLICATE_KEY") return "Write it once.";
  if (code === "TAB_AS_INDENT") return "Indent with spaces.";
  if (code === "MULTIPLE_DOCS") return 'Remove the line "---" and what does not belong there.';
  return "Mend the YAML there.";
}

/** Where the key begins, or the item of a list; of the nearest one above when it is not there. */
function offsetOf(document: Document, keys: readonly PropertyKey[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const path = keys.slice(0, depth).map(String);
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) && parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
    const node = (pair ? pair.key : document.getIn(path, true)) as { range?: readonly number[] | null } | undefined;
    if (node?.range) return node.range[0] ?? 0;
  }
  return 0;
}
