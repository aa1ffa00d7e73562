import { UserError } from "../errors.ts";
import { promotionLine } from "../process/promotion-line.ts";
import type { ReadProcess } from "../process/read.ts";
import type { EvidenceFacts, Seal } from "./facts.ts";
import { type EvidencePlan, planEvidence } from "./plan.ts";
import { deploymentsIn, type Period, type PopulationRow, populationCsv, populationRows } from "./population.ts";
import { type Gap, reconcile, reconciliationMarkdown } from "./reconciliation.ts";
import { type SealedFiles, sealFiles } from "./sealed-files.ts";

/** What an auditor gets for a period. */
export interface AuditExport {
  readonly environment: string;
  readonly period: Period;
  readonly rows: readonly PopulationRow[];
  readonly gaps: readonly Gap[];
  /** The evidence of each deployment. */
  readonly evidence: readonly EvidencePlan[];
  /** All of it as one folder: `population.csv`, `population.json`, `reconciliation.md`, `evidence/deployment-…/`, `index.json`. */
  readonly sealed: SealedFiles;
}

/**
 * Puts together all deployments to the last environment that began in a period, what does not add up, and each one's evidence. A pure
 * function of what is stored.
 *
 * @param more files that are sealed with the rest, by path. @default none
 * @throws UserError when the period ends before it begins
 */
export function planExport(
  rules: ReadProcess,
  facts: EvidenceFacts,
  period: Period,
  seal: Seal,
  more: ReadonlyMap<string, string> = new Map(),
): AuditExport {
  if (!(Date.parse(period.from) < Date.parse(period.to)))
    throw new UserError(
      `The period from ${period.from} to ${period.to} has no time in it.\n  Let --to be later than --from.`,
    );
  const environment = promotionLine(rules.process).at(-1) ?? "";
  const deployments = deploymentsIn(facts, environment, period);
  const evidence = deployments.map(({ id }) => planEvidence(rules, facts, id, seal));
  const rows = populationRows(facts, deployments, evidence);
  const gaps = reconcile(rules.process, facts, environment, period, deployments);
  const compared = [...new Set((facts.observed ?? []).map(({ system }) => system))].sort();
  const population = {
    environment,
    period,
    exportedAt: seal.exportedAt,
    auditHead: seal.auditHead ?? null,
    gaps,
    deployments: rows,
  };
  const files = new Map([
    ...more,
    ["population.csv", populationCsv(rows)],
    ["population.json", `${JSON.stringify(population, null, 2)}\n`],
    ["reconciliation.md", reconciliationMarkdown(gaps, compared, rows.length)],
    ...evidence.flatMap(({ folder, sealed }) =>
      [...sealed.files].map(([name, content]) => [`evidence/${folder}/${name}`, content] as const),
    ),
  ]);
  return { environment, period, rows, gaps, evidence, sealed: sealFiles(files) };
}
