import { mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { endpointEnvironment } from "../../../sandbox/index.ts";
import { stateDirectory } from "../../../sandbox/paths.ts";
import { binDirectory, pulumiHome } from "../../../sandbox/toolchain/links.ts";
import type { Toolchain } from "../../../sandbox/toolchain/provide.ts";

/**
 * The passphrase of stacks whose state lives in the sandbox's file backend. It is public on purpose: the salt that belongs to
 * it is committed in Pulumi.dev.yaml, so that the engine need not write one into a tracked file, and such a state holds no
 * secret (docs/sandbox.md).
 */
const sandboxPassphrase = "slipway-sandbox";

/** Where the sandbox keeps Pulumi's state files. */
export function backendDirectory(root: string): string {
  return path.join(stateDirectory(root), "state");
}

/** Variables that every command of the engine gets: our programs first on PATH, no update checks. */
export function engineEnvironment(
  root: string,
  toolchain: Toolchain,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const allBuilt = toolchain.get("engine")?.origin === "built";
  return {
    PATH: firstOnPath([binDirectory(root), path.dirname(process.execPath)], env.PATH ?? ""),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A built engine is there because the vendor is out of reach: asking it for plugins would only wait in vain.
    ...(allBuilt && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
  };
}

/** Folders put first on PATH, once: `eval "$(./slipway env)"` may be called again and again. */
function firstOnPath(folders: readonly string[], rest: string): string {
  return [...new Set([...folders, ...rest.split(path.delimiter)])].filter(Boolean).join(path.delimiter);
}

/**
 * Variables that point the engine, its plugins and the program at the sandbox instead of at the cloud.
 * @throws SandboxError when the sandbox was never started
 */
export function sandboxEnvironment(root: string): Record<string, string> {
  mkdirSync(backendDirectory(root), { recursive: true, mode: 0o700 });
  return {
    ...endpointEnvironment(root),
    PULUMI_HOME: pulumiHome(root),
    PULUMI_BACKEND_URL: pathToFileURL(backendDirectory(root)).href,
    PULUMI_CONFIG_PASSPHRASE: sandboxPassphrase,
  };
}

/** Settings of the user's that would lead the sandbox's engine elsewhere, and so are taken away. */
export const shadowedVariables: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_STACK",
  "GITHUB_APP_ID",
];

/** The environment of a child process: the caller's, with ours laid over it. */
export function childEnvironment(
  overlay: Record<string, string>,
  sandbox: boolean,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...env, ...overlay };
  if (sandbox) for (const name of shadowedVariables) delete merged[name];
  return merged;
}
