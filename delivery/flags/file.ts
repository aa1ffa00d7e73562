import { readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import {
  type Flag,
  type FlagEnvironment,
  type FlagFile,
  type FlagOverrides,
  type FlagSet,
  flagFileSchema,
  flagOverridesSchema,
  ownValue,
} from "./flag.ts";
import { prerequisiteProblems } from "./translate.ts";

/** Where the flags are declared, from the checkout's root. */
export const flagFilePath = path.join("delivery", "flags.yaml");

/**
 * Reads the declared flags.
 * @param file a path; shown in errors as it is given.
 * @throws UserError with every problem of the file at once, each with its line and key.
 */
export function readFlagFile(file: string): FlagFile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `${file} cannot be read (${(error as Error).message}).\n  Declare the flags there; "flags: {}" is the least.`,
      {
        cause: error,
      },
    );
  }
  return parseFlagFile(text, file);
}

/** As {@link readFlagFile}, from text. */
export function parseFlagFile(text: string, file: string): FlagFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw problemsError(
      document.errors.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${message}.`),
    );
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw problemsError([`${file}: ${(error as Error).message}.`]);
  }
  const parsed = flagFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw problemsError(
    parsed.error.issues.map((issue) => {
      const keys = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])].map(String);
      return `${file}:${lineOf(document, lines, keys)}: ${describe(issue, content)}`;
    }),
  );
}

/**
 * The flags of one environment: what the file declares, changed by what the stack overrides.
 * @param overridesFile the stack's settings file, for errors.
 * @throws UserError with every wrong override at once, or with every prerequisite that is unknown or leads in a circle.
 */
export function resolveFlags(
  declared: FlagFile,
  environment: FlagEnvironment,
  overrides: unknown = {},
  overridesFile = "Pulumi.<stack>.yaml",
): FlagSet {
  const checked = checkOverrides(declared, overrides, overridesFile);
  const flags = Object.fromEntries(
    Object.entries(declared.flags).map(([key, { name, description, active, environments }]): [string, Flag] => {
      const state = environments[environment] ?? environments[environment === "feature" ? "staging" : "production"];
      const override = Object.fromEntries(
        Object.entries(ownValue(checked, key) ?? {}).filter(([, value]) => value !== undefined),
      );
      return [key, { name, description, active, ...state, ...override }];
    }),
  );
  const problems = [...prerequisiteProblems(flags)].map(
    ([key, problem]) => `${flagFilePath}: flags.${key}, in ${environment}: ${problem}. Mend targeting.prerequisites.`,
  );
  if (problems.length > 0) throw problemsError(problems);
  return flags;
}

function checkOverrides(declared: FlagFile, overrides: unknown, file: string): FlagOverrides {
  const parsed = flagOverridesSchema.safeParse(overrides ?? {});
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${file}: slipway:flags: ${describe(issue, overrides)}`);
  const unknown = Object.keys(typeof overrides === "object" && overrides !== null ? overrides : {}).filter(
    (key) => !Object.hasOwn(declared.flags, key),
  );
  for (const key of unknown) {
    problems.push(
      `${file}: slipway:flags: ${key} is not a declared flag. Declare it in ${flagFilePath}, or use one of ${Object.keys(declared.flags).join(", ")}.`,
    );
  }
  if (!parsed.success || problems.length > 0) throw problemsError(problems);
  return parsed.data;
}

function problemsError(problems: readonly string[]): UserError {
  const rest = problems.length - 1;
  const [first, ...others] = problems;
  if (rest === 0) return new UserError(`${first}`);
  return new UserError(
    `${first}\n${rest} more problem${rest > 1 ? "s" : ""}:\n${others.map((problem) => `  ${problem}`).join("\n")}`,
  );
}

/** What is wrong at which key, and what to write instead. */
function describe(issue: z.core.$ZodIssue, content: unknown): string {
  const key = issue.path.map(String).join(".");
  const at = key === "" ? "the file" : key;
  if (issue.code === "unrecognized_keys") {
    return `${at} has the unknown key${issue.keys.length > 1 ? "s" : ""} ${issue.keys.join(", ")}. Remove or rename ${issue.keys.length > 1 ? "them" : "it"}.`;
  }
  if (issue.code === "invalid_key") {
    return `${at} is no flag key: it ${issue.issues.map(({ message }) => message).join("; ")}. Rename it.`;
  }
  if (issue.code === "invalid_type") {
    const remedy = issue.message.startsWith("must") ? issue.message : `must be ${article(issue.expected)}`;
    return `${at} ${valueAt(content, issue.path) === undefined ? "is missing: it " : ""}${remedy}.`;
  }
  return `${at} ${issue.message}.`;
}

function valueAt(content: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    content,
  );
}

function article(type: string): string {
  if (type === "record" || type === "object") return "a mapping of keys to values";
  if (type === "boolean") return "true or false";
  return `a ${type}`;
}

function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, keys: string[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = document.getIn(keys.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
