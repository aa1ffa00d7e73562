import type { z } from "zod";
import { UserError } from "./errors.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A message lists no more problems than this: nobody reads the hundredth. */
export const mostProblems = 50;

/**
 * All problems as one error, the first in full view.
 * @param problems sentences that say where, what is wrong, and what to write instead; one at least.
 * @param unlisted how many more there are.
 */
export function problemsError(problems: readonly string[], unlisted = 0): UserError {
  const [first, ...others] = problems;
  const rest = others.length + unlisted;
  if (rest === 0) return new UserError(`${first}`);
  const lines = others.map((problem) => `  ${problem}`);
  if (unlisted > 0) lines.push(`  ... and ${unlisted} more. Mend these first.`);
  return new UserError(`${first}\n${rest} more problem${rest > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}

/**
 * What a schema found in a file, as one error.
 * @param keyWord what the keys of the file's records are called: "flag key".
 */
export function schemaError(yaml: YamlFile, { issues }: z.core.$ZodError, keyWord: string): UserError {
  return problemsError(
    issues.slice(0, mostProblems).map((issue) => {
      const keys = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
      return `${yaml.at(keys)}: ${describeIssue(issue, yaml.content, keyWord)}`;
    }),
    Math.max(0, issues.length - mostProblems),
  );
}

/** What is wrong at which key, and what to write instead: two sentences. A schema's own message begins with "must". */
export function describeIssue(issue: z.core.$ZodIssue, content: unknown, keyWord: string): string {
  const key = issue.path.map(String).join(".");
  const at = key === "" ? "the file" : key;
  if (issue.code === "unrecognized_keys") {
    return `${at} has the unknown key${issue.keys.length > 1 ? "s" : ""} ${issue.keys.join(", ")}. Remove or rename ${issue.keys.length > 1 ? "them" : "it"}.`;
  }
  if (issue.code === "invalid_key") {
    return `${at} is no ${keyWord}: it ${issue.issues.map(({ message }) => message).join("; ")}. Rename it.`;
  }
  if (issue.code === "invalid_union") return describeUnion(issue, at, content, keyWord);
  const missing = valueAt(content, issue.path) === undefined ? "is missing: it " : "";
  return `${at} ${missing}${expectation(issue)}.`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith("must")) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}`;
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      if (issue.origin === "array") return `must name ${issue.minimum} at least`;
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `must ${issue.origin === "array" ? "name" : "be"} at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The form that fits best speaks; where only keys are missing, all forms that would do are told. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, at: string, content: unknown, keyWord: string): string {
  const forms = [...issue.errors].sort((a, b) => a.length - b.length);
  const missing = forms.map((form) =>
    form.every(({ path }) => valueAt(content, [...issue.path, ...path]) === undefined)
      ? form.map(({ path }) => path.join(".")).join(" and ")
      : undefined,
  );
  if (missing[0] !== undefined && missing[0] !== "") {
    return `${at} is not complete. Add ${missing.filter((keys) => keys !== undefined).join(", or ")}.`;
  }
  const best = forms[0] ?? [];
  return best
    .map((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, content, keyWord))
    .join(" ");
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
  if (type === "array") return "a list";
  if (type === "int") return "a whole number";
  return `a ${type}`;
}
