import type pg from "pg";
import { z } from "zod";

/** An entry of the audit as people read it. */
interface ListedEntry {
  readonly seq: number;
  /** ISO 8601 in UTC, with microseconds. */
  readonly at: string;
  readonly actor: string;
  readonly source: string;
  readonly proof: string;
  readonly action: string;
  readonly subject: string;
  readonly details: unknown;
  /** Hex. */
  readonly hash: string;
}

/** Whoever has tampered with a row may have left anything there: it is shown, and `verifyAudit` names it. */
const text = z
  .string()
  .nullable()
  .transform((value) => value ?? "");
const row = z.object({
  seq: z.coerce.number(),
  at: text,
  actor: text,
  source: text,
  proof: text,
  action: text,
  subject: text,
  details: z.unknown(),
  hash: text,
});

/**
 * Entries, the newest first.
 * @param filter.subject `promotion/12`. @default all
 * @param filter.seq one entry. @default all
 */
export async function listEntries(
  client: pg.ClientBase,
  filter: { readonly subject?: string; readonly seq?: number; readonly limit: number },
): Promise<ListedEntry[]> {
  const { rows } = await client.query(
    `SELECT seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, actor, source, proof, action, subject, details,
       encode(hash, 'hex') AS hash
     FROM release.audit_entry e WHERE ($1::text IS NULL OR subject = $1) AND ($2::bigint IS NULL OR e.seq = $2) ORDER BY e.seq DESC LIMIT $3`,
    [filter.subject, filter.seq, filter.limit],
  );
  return z.array(row).parse(rows);
}
