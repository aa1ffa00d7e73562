import type { Change } from "./change.ts";

/**
 * Writes an audit entry for what is no row of a table: an export, a checkpoint, a change of the process. All else the tables record
 * themselves.
 * @param action `audit.exported`, `process.changed`, `workflow.ran`, `flags.changed`, `note.written`: one of these five beginnings
 * @returns the entry's number
 */
export async function recordNote(
  { client }: Change,
  action: `${"audit" | "process" | "workflow" | "flags" | "note"}.${string}`,
  subject: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const { rows } = await client.query("SELECT release.note($1, $2, $3)::int AS seq", [
    action,
    subject,
    JSON.stringify(details),
  ]);
  return rows[0].seq;
}
