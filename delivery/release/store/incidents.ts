import type pg from "pg";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { PlannedContact } from "../emergency.ts";
import type { Actor, EmergencyClaim } from "../model.ts";
import type { Change } from "./change.ts";
import { instant, readRow, readRows } from "./rows.ts";

/** An emergency as declared, with who took it and when it was over. */
export interface Incident {
  readonly id: number;
  /** As the incident system names it. */
  readonly incident: string;
  readonly promotion?: number;
  readonly severity: string;
  readonly reason: string;
  readonly customersHit: boolean;
  readonly declaredBy: Actor;
  readonly declaredAt: string;
  readonly acknowledged?: { readonly at: string; readonly by: Actor };
  readonly resolved?: { readonly at: string; readonly by: Actor };
}

/** Somebody who is to be told of an incident. */
export interface Contact {
  readonly id: number;
  readonly incident: number;
  readonly role: string;
  readonly dueAt: string;
  /** Also when somebody has acknowledged: leadership. */
  readonly always: boolean;
  readonly toldAt?: string;
}

const incidentRow = z
  .object({
    id: z.int(),
    incident: z.string(),
    promotion: z.int().nullable(),
    severity: z.string(),
    reason: z.string(),
    customers_hit: z.boolean(),
    declared_by: z.string(),
    declared_at: instant,
    acknowledged_by: z.string().nullable(),
    acknowledged_at: instant.nullable(),
    resolved_by: z.string().nullable(),
    resolved_at: instant.nullable(),
  })
  .transform(
    ({ id, incident, promotion, severity, reason, ...row }): Incident => ({
      id,
      incident,
      ...(promotion !== null && { promotion }),
      severity,
      reason,
      customersHit: row.customers_hit,
      declaredBy: row.declared_by,
      declaredAt: row.declared_at,
      ...(row.acknowledged_at !== null &&
        row.acknowledged_by !== null && { acknowledged: { at: row.acknowledged_at, by: row.acknowledged_by } }),
      ...(row.resolved_at !== null &&
        row.resolved_by !== null && { resolved: { at: row.resolved_at, by: row.resolved_by } }),
    }),
  );

const contactRow = z
  .object({
    id: z.int(),
    incident: z.int(),
    role: z.string(),
    due_at: instant,
    always: z.boolean(),
    told_at: instant.nullable(),
  })
  .transform(
    ({ due_at, told_at, ...row }): Contact => ({ ...row, dueAt: due_at, ...(told_at !== null && { toldAt: told_at }) }),
  );

/**
 * Records an emergency and who is to be told of it. Declared again under the same name it stays as it was.
 * @param contacts each role once, with its minutes after the declaration
 */
export async function declareIncident(
  { client, identity }: Change,
  claim: Omit<EmergencyClaim, "deployables"> & { readonly promotion?: number },
  contacts: readonly PlannedContact[],
): Promise<Incident> {
  await client.query(
    `INSERT INTO release.incident (incident, promotion, severity, reason, customers_hit, declared_by) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [claim.incident, claim.promotion, claim.severity, claim.reason, claim.customersHit, identity.actor],
  );
  const incident = await getIncident(client, claim.incident);
  for (const { role, withinMinutes, always } of contacts)
    await client.query(
      `INSERT INTO release.contact (incident, role, due_at, always)
       SELECT id, $2, declared_at + $3 * interval '1 minute', $4 FROM release.incident WHERE id = $1 ON CONFLICT DO NOTHING`,
      [incident.id, role, withinMinutes, always],
    );
  return incident;
}

/** @throws UserError when there is none of that name */
export async function getIncident(client: pg.ClientBase, name: string): Promise<Incident> {
  const found = await readRow(client, incidentRow, "SELECT to_jsonb(i) FROM release.incident i WHERE i.incident = $1", [
    name,
  ]);
  if (found !== undefined) return found;
  throw new UserError(`There is no incident "${name}".\n  ./slipway release status shows them.`);
}

/** Incidents, the newest first. @param unresolved only these. @default false */
export async function listIncidents(client: pg.ClientBase, { unresolved = false } = {}): Promise<Incident[]> {
  return readRows(
    client,
    incidentRow,
    "SELECT to_jsonb(i) FROM release.incident i WHERE i.resolved_at IS NULL OR NOT $1 ORDER BY i.id DESC",
    [unresolved],
  );
}

/** "I have it": nobody further is told but leadership. The first who says so counts. */
export async function acknowledgeIncident({ client, identity }: Change, name: string): Promise<Incident> {
  await client.query(
    "UPDATE release.incident SET acknowledged_at = now(), acknowledged_by = $2 WHERE incident = $1 AND acknowledged_at IS NULL",
    [name, identity.actor],
  );
  return getIncident(client, name);
}

/** It is over. The first who says so counts. */
export async function resolveIncident({ client, identity }: Change, name: string): Promise<Incident> {
  await client.query(
    "UPDATE release.incident SET resolved_at = now(), resolved_by = $2 WHERE incident = $1 AND resolved_at IS NULL",
    [name, identity.actor],
  );
  return getIncident(client, name);
}

/**
 * Who is to be told by now and was not: of what nobody has acknowledged everybody whose time has come, of all else leadership.
 * @param now ISO 8601
 */
export async function dueContacts(client: pg.ClientBase, now: string): Promise<Contact[]> {
  return readRows(
    client,
    contactRow,
    `SELECT to_jsonb(c) FROM release.contact c JOIN release.incident i ON i.id = c.incident
     WHERE c.told_at IS NULL AND c.due_at <= $1 AND (c.always OR coalesce(i.acknowledged_at, i.resolved_at) IS NULL)
     ORDER BY c.due_at, c.id`,
    [now],
  );
}

/** @returns false when another had told them already */
export async function markTold({ client }: Change, contact: number): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE release.contact SET told_at = now() WHERE id = $1 AND told_at IS NULL",
    [contact],
  );
  return rowCount === 1;
}
