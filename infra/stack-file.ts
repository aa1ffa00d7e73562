import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Document, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { UserError } from "../delivery/errors.ts";
import { type EnvironmentRules, pullRequestOf, rulesOf } from "./environment.ts";
import { overlapping, planFeatureStack } from "./feature-stack-plan.ts";
import { parseSettings, type RawSettings, type Settings } from "./settings.ts";

/** What commands want to know of a stack before they touch anything. */
export interface StackFacts extends EnvironmentRules {
  readonly environment: Settings["environment"];
  readonly platform: Settings["platform"];
  /** The AWS account that the stack is held to, if it is. */
  readonly account: string | undefined;
}

const fileSchema = z.object({ config: z.record(z.string(), z.unknown()).nullish() });
const namespace = "slipway:";

/** The stack from whose settings those of a pull request's environment are derived. */
export const featureBase = "staging";

/** The file that describes a stack, whether or not it is there. */
export function stackFile(root: string, stack: string): string {
  return path.join(root, `Pulumi.${stack}.yaml`);
}

/** Whether a stack's settings are derived: that of a pull request without a file of its own. */
export function isDerived(root: string, stack: string): boolean {
  return pullRequestOf(stack) !== undefined && !existsSync(stackFile(root, stack));
}

/**
 * Reads and checks a stack's settings without the engine.
 * @throws UserError when the file is no YAML, SettingsError with all the problems of its settings
 */
export function checkStackFile(root: string, stack: string): StackFacts {
  const { aws, environment, platform } = readSettings(root, stack);
  return { environment, platform, account: aws?.accountId, ...rulesOf(environment) };
}

/**
 * A stack's settings, checked and complete: from `Pulumi.<stack>.yaml`, or derived from those of staging for a pull request.
 * @throws UserError as {@link checkStackFile}
 */
export function readSettings(root: string, stack: string): Settings {
  if (isDerived(root, stack)) return parseSettings(stack, derivedSettings(root, stack));
  const { raw, encrypted } = readRawSettings(root, stack);
  return parseSettings(stack, raw, encrypted);
}

/**
 * What would stand in the file of a pull request's stack, with a heading that says where it comes from.
 * @throws UserError when staging's settings are missing or wrong, or its network is where this one would be
 */
export function derivedStackFile(root: string, stack: string): string {
  const settings = Object.entries(derivedSettings(root, stack));
  const config = Object.fromEntries(settings.map(([name, value]) => [`${namespace}${name}`, value]));
  return (
    `# Derived by ./slipway from Pulumi.${featureBase}.yaml for ${stack}, and written anew by each command.\n` +
    `# To say otherwise, copy it to Pulumi.${stack}.yaml beside that file and change the copy, which then wins.\n` +
    stringify({ config }, { aliasDuplicateObjects: false })
  );
}

function derivedSettings(root: string, stack: string): RawSettings {
  const number = pullRequestOf(stack) ?? 0;
  if (!existsSync(stackFile(root, featureBase)))
    throw new UserError(
      `The settings of ${stack} are derived from Pulumi.${featureBase}.yaml, which is not there.\n  Write it, or write Pulumi.${stack}.yaml.`,
    );
  const base = readSettings(root, featureBase);
  if (base.platform !== "ecs")
    throw new UserError(
      `The settings of ${stack} are derived from Pulumi.${featureBase}.yaml, whose platform "${base.platform}" feature environments do not run on.\n  Set slipway:platform to ecs there, or write Pulumi.${stack}.yaml.`,
    );
  const planned = planFeatureStack(number, base);
  const [rival] = overlapping(number, base.network ? [base.network] : []);
  if (rival)
    throw new UserError(
      `The network of ${stack} would overlap that of ${featureBase} (${rival.cidr}): feature environments take theirs out of 10.128.0.0/9.\n  Move slipway:network.cidr of ${featureBase} below 10.128, or write Pulumi.${stack}.yaml with another network.`,
    );
  return planned;
}

function readRawSettings(root: string, stack: string): { readonly raw: RawSettings; readonly encrypted: string[] } {
  const name = `Pulumi.${stack}.yaml`;
  const document = parseDocument(readFileSync(stackFile(root, stack), "utf8"), { prettyErrors: true });
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
  return { raw, encrypted };
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
