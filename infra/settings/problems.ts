import { z } from "zod";
import { UserError } from "../../delivery/errors.ts";
import { nearestWord } from "../../delivery/nearest-word.ts";

/** Where a setting stands: `["database", "multiAz"]` is `slipway:database.multiAz`. */
export type SettingPath = readonly PropertyKey[];

/** One thing that is wrong with a stack's settings. */
export interface Problem {
  readonly path: SettingPath;
  /** What is wrong, as the rest of a sentence that begins with the setting's name: `is false, but ...`. */
  readonly what: string;
  /** How to mend it, one sentence. */
  readonly remedy: string;
  /** The setting that a misspelt name was meant to be. */
  readonly meant?: SettingPath;
}

/** A stack's settings cannot be used. The message holds all the problems, the first one in full view. */
export class SettingsError extends UserError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(formatProblems(file, problems));
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/** The name of a setting as it stands in the file: `slipway:services.backend.port`, `slipway:network.zones[1]`. */
function settingName(path: SettingPath): string {
  const [first, ...rest] = path;
  return rest.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : `${name}.${String(key)}`),
    `slipway:${String(first ?? "")}`,
  );
}

/** All problems as one message: the first with its remedy, then the others below a count. */
function formatProblems(file: string, problems: readonly Problem[]): string {
  const [first, ...others] = problems;
  if (!first) return `${file}: no problems`;
  const lines = [`${file}: ${settingName(first.path)} ${first.what}`, `  ${first.remedy}`];
  if (others.length > 0) lines.push(others.length === 1 ? "1 more problem:" : `${others.length} more problems:`);
  for (const problem of others) lines.push(`  ${settingName(problem.path)} ${problem.what}`, `    ${problem.remedy}`);
  return lines.join("\n");
}

/**
 * Turns what zod found into problems. Each schema's error text is a noun phrase for what is expected ("a CIDR block such as
 * 10.1.0.0/16") and its description says what the setting is; the sentences are made of those.
 *
 * @param schema the schema that found the issue.
 * @param prefix where that schema stands in the settings.
 * @param value what was checked.
 */
export function explainIssue(
  schema: z.ZodType,
  prefix: SettingPath,
  value: unknown,
  issue: z.core.$ZodIssue,
): Problem[] {
  const path = [...prefix, ...issue.path];
  const at = schemaAt(schema, issue.path);
  const found = valueAt(value, issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, keysOf(at)));
    case "invalid_key":
      return [
        {
          path,
          what: `is not a valid name: it must be ${issue.issues[0]?.message ?? "another one"}.`,
          remedy: "Rename the key.",
        },
      ];
    default:
      return [
        found === undefined
          ? { path, what: "is missing.", remedy: `Add it. ${described(at)}.` }
          : { path, what: `is ${show(found)}, not ${expectation(issue)}.`, remedy: `Correct it. ${described(at)}.` },
      ];
  }
}

/** A key that the settings do not have, with the nearest one that they have. */
export function unknownKey(path: SettingPath, key: string, known: readonly string[]): Problem {
  const near = nearestWord(key, known);
  return {
    path,
    what: near ? `is not a setting; did you mean "${near}"?` : "is not a setting.",
    remedy: near
      ? `Rename it to "${near}", or remove it.`
      : `Remove it, or use one of: ${[...known].sort().join(", ") || "(none)"}.`,
    ...(near && { meant: [...path.slice(0, -1), near] }),
  };
}

/** A value in a message: short, in JSON's notation, never longer than a line. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "a group of settings";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

/** The text of a value that is a whole sentence's end: zod's own message is used only where a schema gave none. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_big" && issue.origin === "array") return `a list of at most ${issue.maximum}`;
  if (issue.code === "too_small" && issue.origin === "array") return `a list of at least ${issue.minimum}`;
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  if (issue.code === "invalid_type" && issue.expected === "boolean") return "true or false";
  if (issue.code === "invalid_type" && issue.expected === "array") return "a list";
  if (issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record"))
    return "a group of settings";
  return issue.message;
}

/** What a setting is, as a sentence: "It is the ..., for example ...", "It says whether ...". */
function described(schema: z.ZodType | undefined): string {
  const meta = schema && metaOf(schema);
  const text = meta?.description ?? "part of the settings";
  const verb = /^(whether|where|when|what|who|which|how|for how|after how)\b/.test(text) ? "says" : "is";
  const example = meta?.examples?.[0];
  return `It ${verb} ${text}${example === undefined ? "" : `, for example ${JSON.stringify(example)}`}`;
}

interface SettingMeta {
  readonly description?: string | undefined;
  readonly examples?: readonly unknown[] | undefined;
}

function metaOf(schema: z.ZodType): SettingMeta {
  const own = z.globalRegistry.get(schema) as SettingMeta | undefined;
  if (own?.description !== undefined) return own;
  const inner = unwrapOnce(schema);
  return inner ? metaOf(inner) : {};
}

function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? (schema.unwrap() as z.ZodType)
    : undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const inner = unwrapOnce(schema);
  return inner ? unwrap(inner) : schema;
}

function schemaAt(schema: z.ZodType, path: SettingPath): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const outer = unwrap(schema);
  const inner =
    outer instanceof z.ZodObject
      ? (outer.shape[String(key)] as z.ZodType | undefined)
      : outer instanceof z.ZodArray
        ? (outer.element as z.ZodType)
        : outer instanceof z.ZodRecord
          ? (outer.valueType as z.ZodType)
          : undefined;
  return inner && schemaAt(inner, rest);
}

function keysOf(schema: z.ZodType | undefined): string[] {
  const outer = schema && unwrap(schema);
  return outer instanceof z.ZodObject ? Object.keys(outer.shape) : [];
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
