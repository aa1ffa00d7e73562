import type pg from "pg";
import { UserError } from "../../errors.ts";
import { type Checkpoint, type CheckpointStore, formatCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { formatVerifierKey, type Signer, signNote, type VerifierKey } from "./note.ts";
import { verifyAudit } from "./verify.ts";

/** What `writeCheckpoint` did. */
export interface WrittenCheckpoint extends Checkpoint {
  readonly note: string;
  /** False when the newest checkpoint covers all entries already. */
  readonly written: boolean;
}

/**
 * Signs what the log is now and keeps it outside. The log is verified first, against all that was signed before: what was tampered
 * with is never signed.
 * @param options.keys further keys that are trusted: those of before. @default none
 * @returns undefined for a log without entries
 * @throws UserError when the log does not verify
 */
export async function writeCheckpoint(
  client: pg.ClientBase,
  options: {
    readonly origin: string;
    readonly signer: Signer;
    readonly store: CheckpointStore;
    readonly keys?: readonly VerifierKey[];
  },
): Promise<WrittenCheckpoint | undefined> {
  const { origin, signer, store, keys = [] } = options;
  const kept = await store.list();
  const {
    entries: size,
    root,
    fault,
  } = await verifyAudit(client, { origin, checkpoints: kept, keys: [signer, ...keys] });
  if (fault !== undefined)
    throw new UserError(
      `The audit is not signed, because it does not verify: ${fault.what}.\n  Find out who did that; what was signed before is in ${store.where}.`,
    );
  if (size === 0) return undefined;
  const checkpoint = { origin, size, root };
  const present = kept.find(({ note }) => openCheckpoint(note, [signer])?.size === size);
  if (present !== undefined) return { ...checkpoint, note: present.note, written: false };
  const note = await signNote(formatCheckpoint(checkpoint), signer);
  await store.put(checkpointName(size, signer), note);
  return { ...checkpoint, note, written: true };
}

/** The size with leading zeros; the key's id keeps apart what two keys sign. */
function checkpointName(size: number, key: VerifierKey): string {
  const id = formatVerifierKey(key).split("+")[1];
  return `${String(size).padStart(12, "0")}-${id}.checkpoint`;
}
