import type pg from "pg";
import { UserError } from "../../errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { openCheckpoint, type StoredCheckpoint } from "./checkpoint.ts";
import { type AuditEntry, readEntries } from "./entry.ts";
import type { InclusionProof } from "./inclusion.ts";
import { MerklePaths } from "./merkle-paths.ts";
import type { VerifierKey } from "./note.ts";

/** A checkpoint with the note that was opened. */
interface OpenedCheckpoint extends Checkpoint {
  readonly note: string;
}

/** The checkpoint of this log that covers most entries, of those that a trusted key has signed; undefined when there is none. */
export function newestCheckpoint(
  kept: readonly StoredCheckpoint[],
  origin: string,
  keys: readonly VerifierKey[],
): OpenedCheckpoint | undefined {
  return kept
    .flatMap(({ note }) => {
      const checkpoint = openCheckpoint(note, keys);
      return checkpoint?.origin === origin && checkpoint.size > 0 ? [{ ...checkpoint, note }] : [];
    })
    .reduce<OpenedCheckpoint | undefined>((best, one) => (best && best.size >= one.size ? best : one), undefined);
}

/**
 * Proves many entries under one checkpoint, by reading the log once. Those that come after the checkpoint get no proof.
 * @returns by the entries' numbers
 * @throws UserError when the log is not the one that the checkpoint was signed for
 */
export async function inclusionProofs(
  client: pg.ClientBase,
  seqs: ReadonlySet<number>,
  { note, root, size }: OpenedCheckpoint,
): Promise<ReadonlyMap<number, InclusionProof>> {
  const hashes: Buffer[] = [];
  const wanted: { readonly index: number; readonly entry: AuditEntry }[] = [];
  for await (const entry of readEntries(client)) {
    if (seqs.has(hashes.length + 1)) wanted.push({ index: hashes.length, entry });
    hashes.push(Buffer.from(entry.hash ?? "", "hex"));
    if (hashes.length === size) break;
  }
  const tree = new MerklePaths(hashes);
  if (hashes.length !== size || tree.root()?.toString("base64") !== root)
    throw new UserError(
      `The audit's first ${size} entries are not those that the checkpoint was signed for.\n  Look what happened: ./slipway audit verify.`,
    );
  return new Map(
    wanted.map(({ entry, index }) => {
      const path = tree.path(index).map((hash) => hash.toString("base64"));
      return [index + 1, { entry, path, checkpoint: note }];
    }),
  );
}
