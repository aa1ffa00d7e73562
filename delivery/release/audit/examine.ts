import type pg from "pg";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { newestCheckpoint } from "./inclusions.ts";
import { listEntries } from "./list.ts";
import type { VerifierKey } from "./note.ts";
import { reconcile, type StateFault } from "./reconcile.ts";
import { type AuditVerification, verifyAudit } from "./verify.ts";

/** All that can be said of a log, of what was signed of it, and of the tables that it tells of. */
export interface AuditExamination extends AuditVerification {
  readonly origin: string;
  /** The last entry; absent for a log without any. */
  readonly head?: { readonly seq: number; readonly at: string; readonly hash: string };
  /** The newest checkpoint of a trusted key. Absent where there is none, or none was looked at. */
  readonly lastCheckpoint?: {
    /** How many entries it covers. */
    readonly size: number;
    /** When the last of these was written; absent when it is not there. */
    readonly until?: string;
    /** Since then. */
    readonly ageHours?: number;
  };
  /** Rows that are not what the audit says. */
  readonly differences: readonly StateFault[];
  readonly good: boolean;
}

/**
 * Verifies the log against itself and against its checkpoints, and the tables against the log. Changes nothing; the client must be in no
 * transaction.
 * @param now ISO 8601, for the checkpoint's age
 */
export async function examineAudit(
  client: pg.ClientBase,
  log: {
    readonly origin: string;
    readonly checkpoints: readonly StoredCheckpoint[];
    readonly keys: readonly VerifierKey[];
  },
  now: string,
): Promise<AuditExamination> {
  const verification = await verifyAudit(client, log);
  const [head] = await listEntries(client, { limit: 1 });
  const newest = newestCheckpoint(log.checkpoints, log.origin, log.keys);
  const [covered] = newest === undefined ? [] : await listEntries(client, { seq: newest.size, limit: 1 });
  const differences = await reconcile(client);
  return {
    origin: log.origin,
    ...verification,
    ...(head && { head: { seq: head.seq, at: head.at, hash: head.hash } }),
    ...(newest && { lastCheckpoint: { size: newest.size, ...(covered && age(covered.at, now)) } }),
    differences,
    good: verification.fault === undefined && differences.length === 0,
  };
}

function age(until: string, now: string): { readonly until: string; readonly ageHours: number } {
  return { until, ageHours: Math.max(0, Date.parse(now) - Date.parse(until)) / 3_600_000 };
}
