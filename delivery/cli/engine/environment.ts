import { mkdirSync } from "node:fs";
import { devNull } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { endpointEnvironment } from "../../../sandbox/index.ts";
import { cacheDirectory, stateDirectory } from "../../../sandbox/paths.ts";
import { binDirectory, pulumiHome } from "../../../sandbox/toolchain/links.ts";
import type { Toolchain } from "../../../sandbox/toolchain/provide.ts";

/**
 * The passphrase of stacks whose state lives in the sandbox's file backend. It is public on purpose: the salt that belongs to
 * it is committed in the stacks' files, so that the engine need not write one into a tracked file, and such a state holds no
 * secret (docs/sandbox.md).
 */
const sandboxPassphrase = "slipway-sandbox";

/** The salt of that passphrase, for settings that are derived and not committed (`encryptionsalt`). */
export const sandboxSalt = "v1:5lB8LdTuDXE=:v1:2fkGRSfziE57EESG:voN4O/fS2qGnreMu23gxxfd6Fq96Tg==";

/** Where the sandbox keeps Pulumi's state files. */
export function backendDirectory(root: string): string {
  return path.join(stateDirectory(root), "state");
}

/** Holds an `aws` that signs tokens for clusters of EKS, and passes on everything else. */
function shimDirectory(root: string): string {
  return path.join(root, "sandbox", "toolchain", "shims");
}

/**
 * Variables that every command of the engine gets: our programs first on PATH, no update checks.
 * @param sandbox tokens for clusters are signed by our own `aws` whatever the machine has; otherwise only where it has none
 */
export function engineEnvironment(
  root: string,
  toolchain: Toolchain,
  { sandbox, env = process.env }: { readonly sandbox: boolean; readonly env?: NodeJS.ProcessEnv },
): Record<string, string> {
  const allBuilt = toolchain.get("engine")?.origin === "built";
  const shims = shimDirectory(root);
  const first = [binDirectory(root), path.dirname(process.execPath), ...(sandbox ? [shims] : [])];
  return {
    PATH: [firstOnPath(first, env.PATH ?? "", [shims]), ...(sandbox ? [] : [shims])].join(path.delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What Node made of the program's and the policies' files is kept: loading them is most of a small preview.
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE || path.join(cacheDirectory(env), "node-compile-cache"),
    // The engine would fetch the plugin of every npm package that is installed, so that of AWS for a local stack too. What a
    // stack needs is here before it starts, and what is missing all the same is fetched when it is asked for.
    PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL: "true",
    // A built engine is there because the vendor is out of reach: asking it for plugins would only wait in vain.
    ...(allBuilt && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
  };
}

/** Folders put first on PATH, once: `eval "$(./slipway env)"` may be called again and again. Others are left out of the rest. */
function firstOnPath(folders: readonly string[], rest: string, others: readonly string[]): string {
  const kept = rest.split(path.delimiter).filter((folder) => !others.includes(folder));
  return [...new Set([...folders, ...kept])].filter(Boolean).join(path.delimiter);
}

/**
 * Variables that point the engine, its plugins and the program at the sandbox instead of at the cloud.
 * @param account the account that the stack is held to: the local AWS has every account, so that the settings of a real one do
 * @throws SandboxError when the sandbox was never started
 */
export function sandboxEnvironment(root: string, account?: string): Record<string, string> {
  const endpoints = endpointEnvironment(root);
  return {
    ...withoutAws,
    ...endpoints,
    // The local AWS takes an access key of twelve digits for the account that it belongs to.
    ...(account !== undefined && "AWS_ACCESS_KEY_ID" in endpoints && { AWS_ACCESS_KEY_ID: account }),
    ...backendEnvironment(root),
  };
}

/** Production's own account of the local AWS: an account has one provider of GitHub's identities, and staging makes it in the other. */
const productionAccount = "000000000001";

/**
 * The account of the local AWS that a stack lives in.
 * @param declared the account that the stack's settings hold it to
 * @returns undefined for the sandbox's usual one
 */
export function accountInSandbox(platform: "local" | "ecs" | "eks", declared: string | undefined): string | undefined {
  return declared ?? (platform === "eks" ? productionAccount : undefined);
}

/** Variables that point the engine at the sandbox's state files, and at nothing else of the sandbox. */
export function backendEnvironment(root: string): Record<string, string> {
  mkdirSync(backendDirectory(root), { recursive: true, mode: 0o700 });
  return {
    PULUMI_HOME: pulumiHome(root),
    PULUMI_BACKEND_URL: pathToFileURL(backendDirectory(root)).href,
    PULUMI_CONFIG_PASSPHRASE: sandboxPassphrase,
  };
}

/** No file of the user's lends credentials or an endpoint, and no machine's metadata service a role. */
const withoutAws: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Settings of the user's that would lead the sandbox's engine elsewhere, and so are taken away. */
const shadowedVariables: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CLOUD_SECRET_OVERRIDE",
  "PULUMI_STACK",
  // Another stack's settings, of an earlier `env`.
  "PULUMI_OPTION_CONFIG_FILE",
  "GITHUB_APP_ID",
  // Credentials and endpoints of a real AWS; with those below, all that the SDKs and the plugin read.
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_ENDPOINT_URL",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
];

/**
 * The names of what the sandbox takes away: the list above, and whatever begins with AWS_ in the user's environment (such as
 * AWS_ENDPOINT_URL_S3, one for each service), so that no run in the sandbox can reach the real cloud.
 * @param kept what the sandbox sets itself
 */
export function shadowedNames(kept: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = process.env): string[] {
  const all = [...shadowedVariables, ...Object.keys(env).filter((name) => name.startsWith("AWS_"))];
  return [...new Set(all)].filter((name) => !(name in kept));
}

/** The environment of a child process: the caller's, with ours laid over it. */
export function childEnvironment(
  overlay: Record<string, string>,
  sandbox: boolean,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...env, ...overlay };
  if (sandbox) for (const name of shadowedNames(overlay, env)) delete merged[name];
  return merged;
}
