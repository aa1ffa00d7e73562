import { createHash } from "node:crypto";
import type pg from "pg";
import { canonicalText } from "./canonical.ts";

/** A row that is not what the audit says it was left as. */
export interface StateFault {
  /** `changed`: by hand; `removed`: the audit knows it; `unrecorded`: the audit does not. */
  readonly kind: "changed" | "removed" | "unrecorded";
  /** Such as `decision 12`. */
  readonly row: string;
  /** The last entry about it. */
  readonly seq?: number;
}

/** Which entries say what rows of a table are: their details hold the whole row. */
const tables: Readonly<Record<string, { readonly key: string; readonly actions: readonly string[] }>> = {
  bundle: { key: "digest", actions: ["bundle.created"] },
  promotion: { key: "id", actions: ["promotion.requested", "promotion.moved"] },
  decision: { key: "id", actions: ["promotion.approved", "promotion.rejected"] },
  evidence: { key: "id", actions: ["evidence.recorded"] },
  gate_answer: { key: "id", actions: ["gate.answered"] },
  deployment: { key: "id", actions: ["deployment.started", "deployment.finished", "deployment.verified"] },
  stop: { key: "id", actions: ["stop.called", "stop.lifted"] },
  hold: { key: "id", actions: ["hold.placed", "hold.lifted"] },
  debt: { key: "id", actions: ["debt.owed", "debt.paid"] },
  incident: { key: "id", actions: ["incident.declared", "incident.acknowledged", "incident.resolved"] },
  contact: { key: "id", actions: ["contact.due", "contact.told"] },
};

/**
 * Compares the tables with the audit: what was changed, removed or added past the triggers. Worth as much as the audit itself, which
 * `verifyAudit` looks at. Reads one snapshot; the client must be in no transaction.
 * @returns the differences, table by table; none when all is well
 */
export async function reconcile(client: pg.ClientBase): Promise<StateFault[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone = 'UTC'");
  try {
    const faults: StateFault[] = [];
    for (const [table, { key, actions }] of Object.entries(tables)) {
      const { rows } = await client.query(comparison(table, key), [actions]);
      faults.push(
        ...rows.map(({ kind, id, seq }) => ({
          kind,
          row: `${table} ${id}`,
          ...(seq !== null && { seq: Number(seq) }),
        })),
      );
    }
    return [...faults, ...(await alteredFacts(client))];
  } finally {
    await client.query("ROLLBACK").catch(() => {});
  }
}

/** Columns that came after an entry was written are not compared. The facts of an answer are in the audit by their digest. */
function comparison(table: string, key: string): string {
  return `
    WITH known AS (
      SELECT DISTINCT ON (e.details -> 'row' ->> '${key}') e.details -> 'row' ->> '${key}' AS id, e.details -> 'row' AS content, e.seq
      FROM release.audit_entry e WHERE e.action = ANY ($1) ORDER BY e.details -> 'row' ->> '${key}', e.seq DESC),
    present AS (SELECT t.${key}::text AS id, to_jsonb(t) - 'facts' AS content FROM release.${table} t)
    SELECT coalesce(k.id, p.id) AS id, k.seq::text AS seq,
      CASE WHEN k.id IS NULL THEN 'unrecorded' WHEN p.id IS NULL THEN 'removed' ELSE 'changed' END AS kind
    FROM known k FULL JOIN present p USING (id)
    WHERE k.id IS NULL OR p.id IS NULL
      OR EXISTS (SELECT FROM jsonb_each(k.content) c WHERE p.content -> c.key IS DISTINCT FROM c.value)
    ORDER BY k.seq NULLS LAST, id`;
}

async function alteredFacts(client: pg.ClientBase): Promise<StateFault[]> {
  const faults: StateFault[] = [];
  await client.query(
    "DECLARE answers NO SCROLL CURSOR FOR SELECT id::text, facts::text, facts_digest FROM release.gate_answer ORDER BY id",
  );
  for (;;) {
    const { rows } = await client.query("FETCH 50 FROM answers");
    for (const { id, facts, facts_digest: digest } of rows) {
      const own = `sha256:${createHash("sha256").update(canonicalText(facts)).digest("hex")}`;
      if (own !== digest) faults.push({ kind: "changed", row: `gate_answer ${id}` });
    }
    if (rows.length < 50) return faults;
  }
}
