import type { Deployment } from "../release/model.ts";
import { csv } from "./csv.ts";
import type { EvidenceFacts } from "./facts.ts";
import { type EvidencePlan, folderOf } from "./plan.ts";
import { recordsOf } from "./records.ts";

/** A stretch of time: `from` belongs to it, `to` does not. ISO 8601. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** One deployment of the population, as an auditor samples it. Empty where nothing is stored. */
export interface PopulationRow {
  readonly deployment: number;
  readonly environment: string;
  readonly kind: string;
  readonly promotion: number;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** "release-manager: github:ann (2026-11-03T15:00:00.000Z)", one after another. */
  readonly approvals: string;
  readonly bundle: string;
  readonly title: string;
  readonly version: string;
  /** "backend 1.2.3 (commit, image)", those that changed. */
  readonly deployed: string;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: string;
  readonly reason: string;
  readonly verdict: string;
  readonly verifiedAt: string;
  readonly rolledBackAt: string;
  readonly incident: string;
  readonly processVersion: string;
  readonly gateFacts: string;
  /** Where evidence can be looked at, for those validations that passed. */
  readonly evidenceLinks: string;
  /** The evidence folder, in the same export. */
  readonly evidence: string;
  readonly documentsMissing: string;
}

/** The environment's deployments that began in the period, running ones too: all of them, which is what a sample is drawn from. */
export function deploymentsIn(
  facts: Pick<EvidenceFacts, "deployments">,
  environment: string,
  { from, to }: Period,
): Deployment[] {
  return facts.deployments
    .filter((one) => one.environment === environment)
    .filter(({ startedAt }) => Date.parse(from) <= Date.parse(startedAt) && Date.parse(startedAt) < Date.parse(to))
    .sort((a, b) => a.id - b.id);
}

/** @param plans of these deployments */
export function populationRows(
  facts: EvidenceFacts,
  deployments: readonly Deployment[],
  plans: readonly EvidencePlan[],
): PopulationRow[] {
  const records = recordsOf(facts);
  const planned = new Map(plans.map((one) => [one.deployment, one]));
  return deployments.map((deployment) => {
    const promotion = records.promotion.get(deployment.promotion);
    const bundle = records.bundle.get(deployment.bundle);
    const plan = planned.get(deployment.id);
    const decisions = records.decisions.get(deployment.promotion) ?? [];
    const approvals = decisions.filter(({ decision }) => decision === "approve");
    const links = (records.evidence.get(deployment.bundle) ?? [])
      .filter(({ verdict }) => verdict === "passed")
      .map(({ link, validation }) => `${validation}: ${link}`);
    const deployed = Object.entries(bundle?.deployables ?? {})
      .filter(([name]) => promotion?.changed.includes(name))
      .map(
        ([name, { commit, image, version }]) => `${name} ${version} (${[commit, image].filter(Boolean).join(", ")})`,
      );
    return {
      deployment: deployment.id,
      environment: deployment.environment,
      kind: deployment.rollback ? "rollback" : (promotion?.kind ?? ""),
      promotion: deployment.promotion,
      requestedBy: promotion?.requestedBy ?? "",
      requestedAt: promotion?.requestedAt ?? "",
      approvals: approvals.map(({ actor, decidedAt, role }) => `${role}: ${actor} (${decidedAt})`).join("; "),
      bundle: deployment.bundle,
      title: bundle?.title ?? "",
      version: bundle?.version ?? "",
      deployed: deployed.sort().join("; "),
      startedBy: deployment.startedBy,
      startedAt: deployment.startedAt,
      endedAt: deployment.endedAt ?? "",
      outcome: deployment.outcome ?? "",
      reason: deployment.reason ?? "",
      verdict: deployment.verdict ?? "",
      verifiedAt: deployment.verifiedAt ?? "",
      rolledBackAt: records.rolledBackAt.get(deployment.id) ?? "",
      incident: promotion?.emergency?.incident ?? "",
      processVersion: promotion === undefined ? "" : `${promotion.process.version} ${promotion.process.digest}`,
      gateFacts: records.gate.get(deployment.id)?.factsDigest ?? "",
      evidenceLinks: [...new Set(links)].sort().join("; "),
      evidence: plan === undefined ? "" : `evidence/${folderOf(deployment.id)}`,
      documentsMissing: (plan?.documents ?? [])
        .filter(({ state }) => state !== "complete")
        .map(({ key, state }) => `${key} (${state})`)
        .join("; "),
    };
  });
}

const columns: readonly (keyof PopulationRow)[] = [
  ...(["deployment", "environment", "kind", "promotion", "requestedBy", "requestedAt", "approvals"] as const),
  ...(["bundle", "title", "version", "deployed", "startedBy", "startedAt", "endedAt", "outcome", "reason"] as const),
  ...(["verdict", "verifiedAt", "rolledBackAt", "incident", "processVersion", "gateFacts", "evidenceLinks"] as const),
  ...(["evidence", "documentsMissing"] as const),
];

export function populationCsv(rows: readonly PopulationRow[]): string {
  return csv([columns, ...rows.map((row) => columns.map((column) => row[column]))]);
}
