import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { oldestPulumi, parts } from "./parts.ts";

const run = promisify(execFile);

/** The first executable file of that name on PATH, leaving out folders below `except` (our own links). */
export function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env, except?: string): string | undefined {
  for (const folder of (env.PATH ?? "").split(path.delimiter)) {
    if (folder === "" || (except !== undefined && isWithin(folder, except))) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function isWithin(folder: string, other: string): boolean {
  return `${path.resolve(folder)}${path.sep}`.startsWith(`${path.resolve(other)}${path.sep}`);
}

/** What was found of a Pulumi that the user installed. */
export interface InstalledPulumi {
  readonly version: string;
  /** Why it cannot be used; undefined when it can. */
  readonly problem?: string;
  readonly pulumi: string;
  readonly languageHost?: string;
  readonly dynamicProvider?: string;
}

/** Looks for a `pulumi` on PATH, of a good version, with the Node language host beside it. */
export async function installedPulumi(
  env: NodeJS.ProcessEnv = process.env,
  except?: string,
): Promise<InstalledPulumi | undefined> {
  const pulumi = findOnPath(parts.engine.binary, env, except);
  if (!pulumi) return undefined;
  let version: string;
  try {
    const { stdout } = await run(pulumi, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 10_000,
    });
    version = stdout.trim().replace(/^v/, "");
  } catch {
    return { version: "unknown", pulumi, problem: `${pulumi} does not run` };
  }
  const languageHost = findOnPath(parts["language-host"].binary, env, except);
  const dynamicProvider = findOnPath(parts["dynamic-provider"].binary, env, except);
  const found = { version, pulumi, ...(languageHost && { languageHost }), ...(dynamicProvider && { dynamicProvider }) };
  if (!isGoodVersion(version))
    return { ...found, problem: `pulumi ${version} is not between ${oldestPulumi} and 4.0.0` };
  if (!languageHost || !dynamicProvider)
    return { ...found, problem: `pulumi ${version} is on PATH without its Node language host` };
  return found;
}

/** Whether a version of the CLI will do: the oldest that has what we use, and not a new major one. */
export function isGoodVersion(version: string): boolean {
  const [wanted, actual] = [oldestPulumi, version].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  if (!wanted || !actual || actual.some(Number.isNaN) || actual.length < 3) return false;
  const [major = 0, minor = 0, patch = 0] = actual;
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wanted;
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}
