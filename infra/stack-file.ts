import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { UserError } from "../delivery/errors.ts";
import { type EnvironmentRules, rulesOf } from "./environment.ts";
import { parseSettings, type Settings } from "./settings.ts";

/** What commands want to know of a stack before they touch anything. */
export interface StackFacts extends EnvironmentRules {
  readonly environment: Settings["environment"];
  readonly platform: Settings["platform"];
}

const fileSchema = z.object({ config: z.record(z.string(), z.unknown()).nullish() });
const namespace = "slipway:";

/**
 * Reads and checks `Pulumi.<stack>.yaml` without the engine.
 * @throws UserError when the file is no YAML, SettingsError with all the problems of its settings
 */
export function checkStackFile(root: string, stack: string): StackFacts {
  const name = `Pulumi.${stack}.yaml`;
  const document = parseDocument(readFileSync(path.join(root, name), "utf8"), { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    const at = error.linePos?.[0];
    throw new UserError(
      `${name}${at ? `, line ${at.line}, column ${at.col}` : ""}: ${error.message.split("\n")[0]?.replace(/ at line.*$/, "")}.\n  Mend the YAML there and try again.`,
    );
  }
  const file = fileSchema.safeParse(contentOf(document, name) ?? {});
  if (!file.success)
    throw new UserError(
      `${name}: "config" must be a mapping of settings, such as slipway:environment: development.\n  See Pulumi.dev.yaml for an example.`,
    );

  const raw: Record<string, unknown> = {};
  const encrypted: string[] = [];
  for (const [key, value] of Object.entries(file.data.config ?? {})) {
    if (!key.startsWith(namespace)) continue;
    const setting = key.slice(namespace.length);
    raw[setting] = value;
    if (typeof value === "object" && value !== null && "secure" in value) encrypted.push(setting);
  }
  const settings = parseSettings(stack, raw, encrypted);
  return { environment: settings.environment, platform: settings.platform, ...rulesOf(settings.environment) };
}

/** An alias (`*name`) to an anchor that is nowhere shows only here, and a mapping with too many of them too. */
function contentOf(document: Document, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message}.\n  Mend the YAML there and try again.`, {
      cause: error,
    });
  }
}
