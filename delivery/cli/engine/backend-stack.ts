import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BackendClients } from "../../backend/clients.ts";
import { type BackendPlace, secretsProvider, stateBucketName, stateObject } from "../../backend/names.ts";
import { namedSecretsProvider, takeEncryption } from "../../backend/secrets-provider.ts";
import { UserError } from "../../errors.ts";
import type { Report } from "../progress.ts";
import { readyToolchain } from "../ready.ts";
import { childEnvironment, engineEnvironment } from "./environment.ts";
import { runQuietly } from "./run.ts";

/** A stack that is to be made in a backend in AWS. */
export interface BackendStack {
  readonly clients: BackendClients;
  readonly place: BackendPlace;
  readonly root: string;
  readonly stack: string;
  /** The backend's URL. */
  readonly url: string;
  readonly report: Report;
}

/**
 * Makes a stack in the backend with the backend's key as its secrets provider, which the stack's file then names; a stack that
 * is there already stays as it is.
 * @throws UserError when the engine refuses, with the engine's words
 */
export async function initStack({ clients, place, report, root, stack, url }: BackendStack): Promise<string> {
  const wanted = secretsProvider(place, stack);
  const file = path.join(root, `Pulumi.${stack}.yaml`);
  const before = readFileSync(file, "utf8");
  if (await isThere(clients, place, stack)) {
    const named = namedSecretsProvider(before);
    if (named === wanted) return "there already";
    return `there already, with another secrets provider (${named ?? "a passphrase"}); change it with: pulumi stack change-secrets-provider '${wanted}' --stack ${stack}`;
  }
  const toolchain = await readyToolchain(root, report);
  report("creating it");
  const overlay = {
    ...engineEnvironment(root, toolchain, { sandbox: false }),
    PULUMI_BACKEND_URL: url,
    AWS_REGION: place.region,
  };
  const env = childEnvironment(overlay, false);
  const args = ["stack", "init", stack, "--no-select", "--non-interactive", "--secrets-provider", wanted];
  try {
    const { code, stderr, stdout } = await runQuietly("pulumi", args, { cwd: root, env });
    if (code !== 0)
      throw new UserError(
        `The stack ${stack} could not be created in ${stateBucketName(place)}:\n  ${stderr.trim() || stdout.trim()}`,
      );
  } finally {
    // The engine has dropped the file's comments; what it was to write is taken over.
    writeFileSync(file, takeEncryption(before, readFileSync(file, "utf8")));
  }
  return `created; Pulumi.${stack}.yaml names the key for its secrets (commit that)`;
}

async function isThere({ s3 }: BackendClients, place: BackendPlace, stack: string): Promise<boolean> {
  const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
  try {
    await s3.send(new HeadObjectCommand({ Bucket: stateBucketName(place), Key: stateObject(stack) }));
    return true;
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return false;
    throw error;
  }
}
