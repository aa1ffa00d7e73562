import { globSync } from "node:fs";
import path from "node:path";
import { endpointEnvironment, startSandbox } from "../../../sandbox/index.ts";
import { cacheDirectory } from "../../../sandbox/paths.ts";
import { temporaryRoot } from "../support.ts";

/** A sandbox of which only the AWS part runs, in a checkout of its own. */
export interface LocalAws {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** What every SDK client is made with. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
}

/** The cache server that the toolchain built on this machine, if it did. */
export const cacheBinary = globSync(path.join(cacheDirectory(), "toolchain", "cache-server-*", "slipway-cache"))[0];

/** Starts the AWS part. */
export async function startAws(root = temporaryRoot(0o755)): Promise<LocalAws> {
  await startSandbox({ root, parts: ["aws"], ...(cacheBinary && { cacheBinary }) });
  return localAws(root);
}

/** The AWS part that runs at `root`, as `account`. */
export function localAws(root: string, account?: string): LocalAws {
  const env = endpointEnvironment(root);
  const credentials = { accessKeyId: account ?? env.AWS_ACCESS_KEY_ID ?? "", secretAccessKey: "sandbox" };
  const config = { endpoint: env.AWS_ENDPOINT_URL ?? "", region: "us-west-2", credentials, maxAttempts: 2 };
  return { root, env, config };
}
