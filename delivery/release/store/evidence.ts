import type pg from "pg";
import type { Evidence } from "../model.ts";
import { type Change, lockEnvironment } from "./change.ts";
import { once } from "./once.ts";
import { evidenceRow, readRow, readRows } from "./rows.ts";

/** What was shown; who recorded it and when come from the change. */
export type EvidenceInput = Omit<Evidence, "actor" | "recordedAt">;

/**
 * Records that something was shown, or that it failed. The newest counts.
 * @param key the command's name for itself, such as a job of a run: repeated, it finds its evidence
 */
export async function recordEvidence(change: Change, key: string, input: EvidenceInput): Promise<Evidence> {
  const { client, identity } = change;
  const { bundle, environment, validation, verdict, link } = input;
  await lockEnvironment(change, environment);
  const id = await once(change, key, "evidence", input, async () => {
    const { rows } = await client.query(
      `INSERT INTO release.evidence (bundle, environment, validation, verdict, actor, link) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id::int`,
      [bundle, environment, validation, verdict, identity.actor, link],
    );
    return rows[0].id;
  });
  const found = await readRow(client, evidenceRow, "SELECT to_jsonb(e) FROM release.evidence e WHERE e.id = $1", [id]);
  if (found === undefined) throw new Error(`The evidence ${id} was written and is not there.`);
  return found;
}

/** All evidence for a bundle, the first first. @param environment @default all */
export async function listEvidence(client: pg.ClientBase, bundle: string, environment?: string): Promise<Evidence[]> {
  return readRows(
    client,
    evidenceRow,
    "SELECT to_jsonb(e) FROM release.evidence e WHERE e.bundle = $1 AND ($2::text IS NULL OR e.environment = $2) ORDER BY e.id",
    [bundle, environment],
  );
}
