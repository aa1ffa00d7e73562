import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { canonicalText } from "./canonical.ts";

/** The only form of an entry that there is so far. */
export const schemaVersion = 1;

const text = z.string().nullable();

/**
 * An entry as it lies in the database: every column as text, also what should not be there, because whoever verifies has to
 * look at what somebody made of it. Hashes are hex, `at` is UTC with microseconds, `details` is JSON.
 */
export const auditEntrySchema = z.strictObject({
  seq: text,
  at: text,
  actor: text,
  source: text,
  proof: text,
  login: text,
  action: text,
  subject: text,
  details: text,
  schema_version: text,
  previous: text,
  hash: text,
});

export type AuditEntry = z.infer<typeof auditEntrySchema>;

const columns = `seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, actor, source, proof, login, action,
  subject, details::text, schema_version::text, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash`;

/**
 * What an entry's hash should be, by what it says of itself and of its predecessor.
 * @returns undefined when its details are no JSON
 */
export function entryHash(entry: AuditEntry): string | undefined {
  const { previous, hash: _, seq, schema_version, details, ...texts } = entry;
  const quoted = Object.entries(texts).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const values = [`"seq":${seq}`, `"schema_version":${schema_version}`, `"details":${details}`];
  const row = `{${[...quoted, ...values].join(",")}}`;
  try {
    const text = canonicalText(row);
    return createHash("sha256")
      .update(Buffer.from(previous ?? "", "hex"))
      .update(text)
      .digest("hex");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** How many entries are fetched at a time: their details may be long. */
const batch = 50;

/**
 * All entries in order, a batch at a time: memory does not grow with the log. Reads one snapshot in a transaction of its own, so that
 * the client must be in none.
 */
export async function* readEntries(client: pg.ClientBase): AsyncGenerator<AuditEntry> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await client.query(
      `DECLARE audit NO SCROLL CURSOR FOR SELECT ${columns} FROM release.audit_entry ORDER BY release.audit_entry.seq`,
    );
    for (;;) {
      const { rows } = await client.query(`FETCH ${batch} FROM audit`);
      for (const row of rows) yield auditEntrySchema.parse(row);
      if (rows.length < batch) return;
    }
  } finally {
    await client.query("ROLLBACK").catch(() => {});
  }
}

/**
 * The entries about these subjects (`promotion/12`), in order.
 * @param subjects none for nothing
 */
export async function entriesAbout(client: pg.ClientBase, subjects: readonly string[]): Promise<AuditEntry[]> {
  const { rows } = await client.query(
    `SELECT ${columns} FROM release.audit_entry WHERE subject = ANY ($1) ORDER BY release.audit_entry.seq`,
    [subjects],
  );
  return z.array(auditEntrySchema).parse(rows);
}
