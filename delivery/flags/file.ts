import path from "node:path";
import { describeIssue, problemsError, schemaError } from "../schema-problems.ts";
import { parseYaml, readTextFile } from "../yaml-file.ts";
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

const keyWord = "flag key";

/**
 * Reads the declared flags.
 * @param file a path; shown in errors as it is given.
 * @throws UserError with every problem of the file at once, each with its line and key.
 */
export function readFlagFile(file: string): FlagFile {
  return parseFlagFile(readTextFile(file, 'Declare the flags there; "flags: {}" is the least.'), file);
}

/** As {@link readFlagFile}, from text. */
export function parseFlagFile(text: string, file: string): FlagFile {
  const yaml = parseYaml(text, file);
  const parsed = flagFileSchema.safeParse(yaml.content);
  if (parsed.success) return parsed.data;
  throw schemaError(yaml, parsed.error, keyWord);
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
    : parsed.error.issues.map((issue) => `${file}: slipway:flags: ${describeIssue(issue, overrides, keyWord)}`);
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
