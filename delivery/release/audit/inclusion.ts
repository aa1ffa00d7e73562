import type pg from "pg";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { auditEntrySchema, entryHash, readEntries } from "./entry.ts";
import { InclusionPath, rootFromPath } from "./merkle.ts";
import type { VerifierKey } from "./note.ts";

/** Shows that one entry is in a log, to somebody who has the checkpoint's key and nothing of the log. */
const inclusionProofSchema = z.strictObject({
  entry: auditEntrySchema,
  /** Hashes from the entry's neighbour up to the root, base64. */
  path: z.array(z.string()),
  /** The signed note whose root the path leads to. */
  checkpoint: z.string(),
});

export type InclusionProof = z.infer<typeof inclusionProofSchema>;

/**
 * Reads the log once and proves entry `seq` under a checkpoint that covers it.
 * @param note as `CheckpointStore` keeps it
 * @throws UserError when the checkpoint is not signed by one of the keys, or does not cover the entry
 */
export async function inclusionProof(
  client: pg.ClientBase,
  seq: number,
  note: string,
  keys: readonly VerifierKey[],
): Promise<InclusionProof> {
  const checkpoint = openCheckpoint(note, keys);
  if (checkpoint === undefined || seq < 1 || seq > checkpoint.size)
    throw new UserError(
      `Entry ${seq} is not covered by the checkpoint${checkpoint === undefined ? ", which no trusted key has signed" : `, which is of ${checkpoint.size} entries`}.\n  Sign a newer one: ./slipway audit checkpoint.`,
    );
  const path = new InclusionPath(seq - 1, checkpoint.size);
  let read = 0;
  let found: InclusionProof["entry"] | undefined;
  for await (const entry of readEntries(client)) {
    if (++read === seq) found = entry;
    path.add(Buffer.from(entry.hash ?? "", "hex"));
    if (read === checkpoint.size) break;
  }
  if (found === undefined || read < checkpoint.size)
    throw new UserError(
      `The audit has ${read} entries, and the checkpoint is of ${checkpoint.size}.\n  Look what is missing: ./slipway audit verify.`,
    );
  return { entry: found, path: path.path().map((hash) => hash.toString("base64")), checkpoint: note };
}

/**
 * Whether the entry says what it said when the checkpoint was signed.
 * @param proof from `inclusionProof`, also read back from JSON
 * @returns why not, a sentence without its full stop; undefined when all is well
 */
export function verifyInclusion(proof: unknown, keys: readonly VerifierKey[]): string | undefined {
  const parsed = inclusionProofSchema.safeParse(proof);
  if (!parsed.success) return "this is no proof of an entry";
  const { entry, path, checkpoint: note } = parsed.data;
  const checkpoint = openCheckpoint(note, keys);
  if (checkpoint === undefined) return "its checkpoint is signed by no trusted key";
  if (entry.hash === null || entry.hash !== entryHash(entry))
    return `entry ${entry.seq} does not have the hash of what it says`;
  const siblings = path.map((hash) => Buffer.from(hash, "base64"));
  const root = rootFromPath(Buffer.from(entry.hash, "hex"), Number(entry.seq) - 1, checkpoint.size, siblings);
  if (root?.toString("base64") !== checkpoint.root) return `entry ${entry.seq} is not under the checkpoint's root`;
  return undefined;
}
