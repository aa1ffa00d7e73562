import type pg from "pg";
import { promotionLine } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";
import { readEntries } from "../release/audit/entry.ts";
import type { Deployment, Incident } from "../release/model.ts";
import { listDebts } from "../release/store/debts.ts";
import { listIncidents, type Incident as StoredIncident } from "../release/store/incidents.ts";
import { evidenceRow, readRows } from "../release/store/rows.ts";
import { readReleases, type StoredReleases, snapshot } from "../release/store/snapshot.ts";
import { type AuditLink, auditLinks, linksOf } from "./audit-links.ts";
import type { DeploymentGate, EvidenceFacts } from "./facts.ts";
import { deploymentsIn, type Period } from "./population.ts";

/** The deployments that evidence is wanted of: one, or the last environment's of a period. */
export type Wanted = { readonly deployment: number } | { readonly period: Period };

/** What was loaded, and the audit's last entry. */
export interface LoadedEvidence {
  readonly facts: EvidenceFacts;
  /** Absent for an audit without entries. */
  readonly auditHead?: { readonly seq: number; readonly hash: string };
}

/**
 * Reads all that is stored about some deployments. The audit is read last, so that it has an entry for every row. As incidents count
 * those that were declared here; other systems are not asked.
 *
 * @param client in no transaction
 */
export async function loadEvidence(client: pg.ClientBase, process: Process, wanted: Wanted): Promise<LoadedEvidence> {
  const stored = await snapshot(client, async () => {
    const releases = await readReleases(client);
    const deployments = deploymentsOf(process, releases, wanted);
    return {
      ...releases,
      wanted: deployments,
      evidence: await readRows(
        client,
        evidenceRow,
        "SELECT to_jsonb(e) FROM release.evidence e WHERE e.bundle = ANY ($1) ORDER BY e.id",
        [[...new Set(deployments.map(({ bundle }) => bundle))]],
      ),
      gates: await gatesOf(client, deployments),
      debts: await listDebts(client),
      incidents: (await listIncidents(client)).map((one) => incidentOf(process, releases, one)),
    };
  });
  const { wanted: deployments, ...rows } = stored;
  const { head, links } = await readLinks(client, deployments);
  return { facts: { ...rows, audit: links }, ...(head && { auditHead: head }) };
}

function deploymentsOf(process: Process, releases: StoredReleases, wanted: Wanted): readonly Deployment[] {
  if ("deployment" in wanted) return releases.deployments.filter(({ id }) => id === wanted.deployment);
  return deploymentsIn(releases, promotionLine(process).at(-1) ?? "", wanted.period);
}

async function gatesOf(client: pg.ClientBase, deployments: readonly Deployment[]): Promise<DeploymentGate[]> {
  const { rows } = await client.query(
    `SELECT d.id::int AS deployment, g.facts, g.answer, g.facts_digest AS "factsDigest"
     FROM release.deployment d JOIN release.gate_answer g ON g.id = d.gate_answer WHERE d.id = ANY ($1) ORDER BY d.id`,
    [deployments.map(({ id }) => id)],
  );
  return rows;
}

/** What is declared names the promotion that is to mend it; without one it is of the last environment, where customers are. */
function incidentOf(process: Process, { promotions }: StoredReleases, stored: StoredIncident): Incident {
  const mended = promotions.find(({ id }) => id === stored.promotion)?.environment;
  return {
    id: stored.incident,
    environment: mended ?? promotionLine(process).at(-1) ?? "",
    title: stored.reason,
    startedAt: stored.declaredAt,
    ...(stored.resolved && { endedAt: stored.resolved.at }),
  };
}

/** The audit's entries about these deployments, read a batch at a time: most of a long log is about others. */
async function readLinks(client: pg.ClientBase, deployments: readonly Deployment[]) {
  const links: AuditLink[] = [];
  let head: { readonly seq: number; readonly hash: string } | undefined;
  for await (const entry of readEntries(client)) {
    const own = auditLinks([entry]);
    for (const { hash, seq } of own) head = { seq, hash };
    if (deployments.some((deployment) => linksOf(own, deployment).length > 0)) links.push(...own);
  }
  return { links, head };
}
