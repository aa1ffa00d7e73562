import { openNote, type VerifierKey } from "./note.ts";

/** What a log was at one moment (https://c2sp.org/tlog-checkpoint): its first `size` entries have this Merkle root. */
export interface Checkpoint {
  /** Which log: a name such as "slipway.example/release". */
  readonly origin: string;
  readonly size: number;
  /** RFC 6962's, 32 bytes in base64. */
  readonly root: string;
}

/** Where checkpoints are kept, out of the reach of those who administer the database. Nothing in it is changed or removed. */
export interface CheckpointStore {
  /** Where it is, for people. */
  readonly where: string;
  /**
   * Keeps a checkpoint. One that is there already under this name stays, and counts.
   * @param name of letters, digits, dashes and dots; names sort as sizes do
   */
  put(name: string, note: string): Promise<void>;
  /** All that are kept, the smallest first. */
  list(): Promise<StoredCheckpoint[]>;
}

export interface StoredCheckpoint {
  readonly name: string;
  readonly note: string;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root}\n`;
}

/** @returns undefined when the note is signed by none of the keys, or says something else than a checkpoint */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): Checkpoint | undefined {
  const text = openNote(note, keys);
  const [, origin, size, root] =
    /^([^\n]+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*$/.exec(text ?? "") ?? [];
  if (origin === undefined || size === undefined || root === undefined) return undefined;
  return { origin, size: Number(size), root };
}
