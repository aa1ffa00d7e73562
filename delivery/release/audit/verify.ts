import type pg from "pg";
import { type Checkpoint, openCheckpoint, type StoredCheckpoint } from "./checkpoint.ts";
import { type AuditEntry, entryHash, readEntries, schemaVersion } from "./entry.ts";
import { MerkleTree } from "./merkle.ts";
import type { VerifierKey } from "./note.ts";

/** The first thing that is wrong with a log. */
interface AuditFault {
  /**
   * - `changed`: an entry does not have the hash of what it says; `missing`: a number is left out; `repeated`: a number comes twice;
   * - `unlinked`: an entry follows another predecessor than the one that is there;
   * - `rewritten`: a checkpoint was signed for other entries; `cut`: for more entries than there are;
   * - `signature`: a checkpoint is signed by no trusted key, or is of another log.
   */
  readonly kind: "changed" | "missing" | "repeated" | "unlinked" | "rewritten" | "cut" | "signature";
  /** The first bad entry; for `rewritten` the first one that no good checkpoint covers. Absent for `signature`. */
  readonly seq?: number;
  /** A sentence without its full stop. */
  readonly what: string;
}

/** What came of looking at a log. */
export interface AuditVerification {
  /** How many entries are good, from the first. */
  readonly entries: number;
  /** The Merkle root over them, base64. */
  readonly root: string;
  /** How many checkpoints they agree with. */
  readonly checkpoints: number;
  /** How many entries the newest of these covers: what comes after it is held by the chain alone. */
  readonly anchored: number;
  readonly fault?: AuditFault;
}

export interface VerifyOptions {
  /** The log's name; checkpoints of another are refused. */
  readonly origin: string;
  /** As kept outside of the database. @default none, which a rewrite of the whole chain passes */
  readonly checkpoints?: readonly StoredCheckpoint[];
  /** Who is trusted to sign them. */
  readonly keys?: readonly VerifierKey[];
}

/**
 * Reads the whole log once, in constant memory, up to the first thing that is wrong. Everything is computed here: of the database
 * only the rows are believed. Changes nothing; the client must be in no transaction.
 */
export async function verifyAudit(client: pg.ClientBase, options: VerifyOptions): Promise<AuditVerification> {
  const opened = openAll(options);
  const pending = opened.checkpoints;
  const tree = new MerkleTree();
  let head = "00".repeat(32);
  let verified = 0;
  let anchored = 0;
  const result = (fault: AuditFault | undefined): AuditVerification => ({
    entries: tree.size,
    root: tree.root().toString("base64"),
    checkpoints: verified,
    anchored,
    ...(fault && { fault }),
  });
  if (opened.fault !== undefined) return result(opened.fault);

  for await (const entry of readEntries(client)) {
    const fault = entryFault(entry, tree.size + 1, head);
    if (fault !== undefined) return result(fault);
    head = entry.hash ?? "";
    tree.add(Buffer.from(head, "hex"));
    for (let next = pending[0]; next?.size === tree.size; next = pending[0]) {
      if (next.root !== tree.root().toString("base64")) return result(rewritten(anchored, next));
      anchored = next.size;
      verified++;
      pending.shift();
    }
  }
  const [next] = pending;
  return result(next && cut(tree.size, next));
}

/** The checkpoints in the order of their sizes; an empty log's says nothing. */
function openAll({ origin, checkpoints = [], keys = [] }: VerifyOptions): {
  readonly checkpoints: Checkpoint[];
  readonly fault?: AuditFault;
} {
  const opened: Checkpoint[] = [];
  for (const { name, note } of checkpoints) {
    const checkpoint = openCheckpoint(note, keys);
    const problem = checkpoint === undefined ? "is signed by no trusted key" : "is of another log";
    if (checkpoint?.origin !== origin)
      return { checkpoints: [], fault: { kind: "signature", what: `the checkpoint ${name} ${problem}` } };
    if (checkpoint.size > 0) opened.push(checkpoint);
  }
  return { checkpoints: opened.sort((a, b) => a.size - b.size) };
}

function entryFault(entry: AuditEntry, expected: number, head: string): AuditFault | undefined {
  const fault = (kind: AuditFault["kind"], what: string): AuditFault => ({ kind, seq: expected, what });
  const { seq, schema_version, previous, hash } = entry;
  if (seq === null) return fault("changed", `entry ${expected} has no number`);
  if (BigInt(seq) > expected) return fault("missing", `entry ${expected} is missing: ${seq} follows ${expected - 1}`);
  if (BigInt(seq) < expected)
    return { kind: "repeated", seq: Number(seq), what: `the number ${seq} comes again after ${expected - 1}` };
  if (schema_version !== String(schemaVersion))
    return fault("changed", `entry ${seq} says that its form is ${schema_version}, which is not known`);
  if (hash !== entryHash(entry)) return fault("changed", `entry ${seq} does not have the hash of what it says`);
  if (previous !== head)
    return fault(
      "unlinked",
      `entry ${seq} does not follow entry ${expected - 1} as it is: one of the two was replaced`,
    );
  return undefined;
}

function rewritten(anchored: number, { size }: Checkpoint): AuditFault {
  return {
    kind: "rewritten",
    seq: anchored + 1,
    what: `entries ${anchored + 1} to ${size} are not those that the checkpoint of size ${size} was signed for: the chain was written anew`,
  };
}

function cut(entries: number, { size }: Checkpoint): AuditFault {
  return {
    kind: "cut",
    seq: entries + 1,
    what: `entry ${entries + 1} is missing: a checkpoint was signed for ${size} entries, and there are ${entries}`,
  };
}
