import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Settings } from "../../../infra/settings.ts";
import { UserError } from "../../errors.ts";

/**
 * Checks that a run without the sandbox knows where state is kept and, for a stack in AWS, who is calling, before the engine
 * asks in its own way, one thing at a time. Whether they are good is AWS's and the backend's to say.
 * @throws UserError that names all that is missing
 */
export function requireCloudAccess(
  platform: Settings["platform"],
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): void {
  const missing = [
    ...(knowsBackend(env, home)
      ? []
      : [
          "where state is kept: set PULUMI_BACKEND_URL (./slipway backend create makes a bucket), or sign in to Pulumi Cloud with `pulumi login`",
        ]),
    ...(platform === "local" || knowsAws(env, home)
      ? []
      : [
          "who is calling AWS: sign in (aws sso login and AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ]),
  ];
  if (missing.length === 0) return;
  throw new UserError(
    `With --no-sandbox the environment decides, and it does not say\n${missing.map((line) => `  - ${line}`).join("\n")}\n  Without --no-sandbox the stack is built in the sandbox on this machine.`,
  );
}

function knowsBackend(env: NodeJS.ProcessEnv, home: string): boolean {
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN) return true;
  try {
    const file = path.join(env.PULUMI_HOME ?? path.join(home, ".pulumi"), "credentials.json");
    return Boolean((JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current);
  } catch {
    return false;
  }
}

/** Variables of which one is enough for the SDKs' chain of credentials to have a beginning. */
const awsIdentities = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
] as const;

function knowsAws(env: NodeJS.ProcessEnv, home: string): boolean {
  const files = [
    env.AWS_CONFIG_FILE ?? path.join(home, ".aws", "config"),
    env.AWS_SHARED_CREDENTIALS_FILE ?? path.join(home, ".aws", "credentials"),
  ];
  return awsIdentities.some((name) => env[name]) || files.some((file) => existsSync(file));
}
