import path from "node:path";
import { type Command, Option } from "commander";
import { layoutOf } from "../../../../sandbox/layout.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { localEndpoint } from "../../../backend/clients.ts";
import { UsageError, UserError } from "../../../errors.ts";
import type { GitHubPlace } from "../../../identity/github.ts";
import type { CheckpointStore } from "../../../release/audit/checkpoint.ts";
import { checkpointFolder } from "../../../release/audit/checkpoint-folder.ts";
import { parseVerifierKey, type Signer, type VerifierKey } from "../../../release/audit/note.ts";
import { fileSigner, secretSigner } from "../../../release/audit/signer.ts";
import type { ReleaseOptions } from "../release/session.ts";

/** The options that say where checkpoints are kept. */
export interface KeepingOptions extends ReleaseOptions {
  readonly bucket?: string;
  readonly key?: readonly string[];
}

/** Where checkpoints are kept and how they are signed, as options and environment say; nothing was asked yet. */
interface Keeping {
  readonly bucket?: string;
  /** The secret of the key that signs. */
  readonly secret?: string;
  /** Keys that the caller trusts; none when the signing key's own half is to do. */
  readonly trusted: readonly VerifierKey[];
}

/** Adds `--bucket` and `--key`. */
export function addKeepingOptions(command: Command): Command {
  return command
    .option("--bucket <name>", "with --no-sandbox: the bucket of the checkpoints (else SLIPWAY_AUDIT_BUCKET)")
    .addOption(
      new Option(
        "--key <line>",
        "a public key that checkpoints may be signed with, as `audit checkpoint` prints it; may be repeated",
      ).argParser((line: string, before: readonly string[] = []) => [...before, line]),
    );
}

/**
 * @param needs what the command cannot do without. @default what there is will do
 * @throws UserError when that is not said
 */
export function keepingOf(
  options: KeepingOptions,
  needs: { readonly bucket?: boolean; readonly secret?: boolean } = {},
  env: NodeJS.ProcessEnv = process.env,
): Keeping {
  const trusted = (options.key ?? []).map(parseVerifierKey);
  if (options.sandbox) {
    if (options.bucket !== undefined)
      throw new UsageError(
        "The sandbox keeps checkpoints in .slipway/audit, not in a bucket.\n  Leave --bucket out, or add --no-sandbox.",
      );
    return { trusted };
  }
  const bucket = options.bucket ?? (env.SLIPWAY_AUDIT_BUCKET || undefined);
  const secret = env.SLIPWAY_AUDIT_KEY || undefined;
  if (needs.bucket && bucket === undefined)
    throw new UserError(
      "Nobody says in which bucket the checkpoints are kept.\n  Add --bucket <name>, or set SLIPWAY_AUDIT_BUCKET: a bucket with versions and object lock.",
    );
  if (needs.secret && secret === undefined)
    throw new UserError(
      "Nobody says with which key checkpoints are signed.\n  Set SLIPWAY_AUDIT_KEY to the ARN of the secret in Secrets Manager that holds an Ed25519 key in PEM.",
    );
  if (bucket !== undefined && secret === undefined && trusted.length === 0)
    throw new UserError(
      "Nobody says by whose key the checkpoints have to be signed.\n  Add --key <line> with the public key, as ./slipway audit checkpoint prints it, or set SLIPWAY_AUDIT_KEY.",
    );
  return { trusted, ...(bucket !== undefined && { bucket }), ...(secret !== undefined && { secret }) };
}

/** What the log of a repository's releases is called in checkpoints, and its key. */
export function originOf({ owner, repository }: Pick<GitHubPlace, "owner" | "repository">): string {
  return `slipway/${owner}/${repository}/releases`;
}

/** Undefined where no bucket was named. */
export async function storeOf({ bucket }: Keeping, sandbox: boolean): Promise<CheckpointStore | undefined> {
  if (sandbox) return checkpointFolder(path.join(layoutOf(checkoutRoot).stateDirectory, "audit", "checkpoints"));
  if (bucket === undefined) return undefined;
  // The SDK takes a second to load, and most commands do without.
  const { S3Client } = await import("@aws-sdk/client-s3");
  const { checkpointBucket } = await import("../../../release/audit/checkpoint-bucket.ts");
  const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  const client = new S3Client({
    ...(region && { region }),
    followRegionRedirects: true,
    forcePathStyle: localEndpoint(process.env) !== undefined,
  });
  const store = checkpointBucket({ client, bucket });
  const asked = async <T>(answer: Promise<T>): Promise<T> => answer.catch((error: Error) => refuse(error, store.where));
  return {
    where: store.where,
    put: (name, note) => asked(store.put(name, note)),
    list: () => asked(store.list()),
  };
}

function refuse(error: Error, where: string): never {
  throw new UserError(
    `${where} cannot be used: ${error.message || error.name}.\n  Look at the bucket's name, its region (AWS_REGION), who is signed in, and their rights.`,
    { cause: error },
  );
}

/** The key that signs: in the sandbox a file that is made at the first use. */
export async function signerOf({ secret }: Keeping, sandbox: boolean, origin: string): Promise<Signer> {
  if (sandbox) return fileSigner(path.join(layoutOf(checkoutRoot).secrets, "audit-key"), origin);
  if (secret === undefined) throw new Error("A checkpoint is to be signed, and no key was asked for.");
  return secretSigner(secret, origin);
}

/** What was signed of a log, with the keys that count. */
export async function signedOf(keeping: Keeping, sandbox: boolean, origin: string) {
  const checkpoints = (await (await storeOf(keeping, sandbox))?.list()) ?? [];
  const keys =
    keeping.trusted.length > 0 || checkpoints.length === 0
      ? keeping.trusted
      : [await signerOf(keeping, sandbox, origin)];
  return { origin, checkpoints, keys };
}
