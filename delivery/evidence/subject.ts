import { ownValue } from "../flags/flag.ts";
import { judgedDeployments } from "../metrics/judged.ts";
import { promotionLine } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";
import type { Bundle, Debt, Decision, Deployment, Evidence, Incident, Promotion } from "../release/model.ts";
import { rollbackTarget } from "../release/rollback.ts";
import type { DeploymentGate, EvidenceFacts } from "./facts.ts";

/** One deployment with all that is stored about it. */
export interface Subject {
  readonly process: Process;
  readonly deployment: Deployment;
  readonly promotion?: Promotion;
  readonly bundle?: Bundle;
  readonly gate?: DeploymentGate;
  /** On the promotion, the oldest first. */
  readonly decisions: readonly Decision[];
  /** Validations that had to be shown before, in this environment and in those before it, each with the evidence that counts. */
  readonly validations: readonly RequiredValidation[];
  /** All evidence for the bundle, the oldest first; also what nobody required, and what came too late. */
  readonly evidence: readonly Evidence[];
  /** The bundle's other deployments that had begun before, the oldest first. */
  readonly earlier: readonly Deployment[];
  /** The bundle that could be gone back to when this began; undefined when there was none. */
  readonly wayBack?: string;
  readonly rolledBackAt?: string;
  readonly debts: readonly Debt[];
  /** Undefined where no incident system is asked. */
  readonly incidents?: readonly Incident[];
}

export interface RequiredValidation {
  readonly validation: string;
  readonly environment: string;
  /** The newest before the deployment began. */
  readonly evidence?: Evidence;
}

/** Gathers what is stored about a deployment. */
export function subjectOf(process: Process, facts: EvidenceFacts, deployment: Deployment): Subject {
  const promotion = facts.promotions.find(({ id }) => id === deployment.promotion);
  const bundle = facts.bundles.find(({ digest }) => digest === deployment.bundle);
  const gate = facts.gates.find((one) => one.deployment === deployment.id);
  const evidence = facts.evidence
    .filter((one) => one.bundle === deployment.bundle)
    .sort(byTime((one) => one.recordedAt));
  const wayBack = wayBackAt(facts.deployments, deployment);
  const rolledBackAt = judgedDeployments(facts).find((one) => one.deployment.id === deployment.id)?.rolledBackAt;
  const incidents = facts.incidents && incidentsOf(facts.incidents, facts.deployments, deployment, promotion);
  return {
    process,
    deployment,
    ...(promotion === undefined ? {} : { promotion }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(gate === undefined ? {} : { gate }),
    decisions: facts.decisions
      .filter((one) => one.promotion === deployment.promotion)
      .sort(byTime((one) => one.decidedAt)),
    validations: required(process, facts, deployment, promotion, gate, evidence),
    evidence,
    earlier: facts.deployments
      .filter((one) => one.bundle === deployment.bundle && one.id !== deployment.id && isBefore(one, deployment))
      .sort(byTime((one) => one.startedAt)),
    ...(wayBack === undefined ? {} : { wayBack }),
    ...(rolledBackAt === undefined ? {} : { rolledBackAt }),
    debts: facts.debts.filter((one) => one.promotion === deployment.promotion).sort((a, b) => a.id - b.id),
    ...(incidents === undefined ? {} : { incidents }),
  };
}

/**
 * Of this environment what the gate asked for, by its own answer. What was planned has also passed the environments before, whose
 * validations are asked for by what the bundle changed there; the short path and the way back have not.
 */
function required(
  process: Process,
  facts: EvidenceFacts,
  deployment: Deployment,
  promotion: Promotion | undefined,
  gate: DeploymentGate | undefined,
  evidence: readonly Evidence[],
): RequiredValidation[] {
  const { bundle, environment, startedAt } = deployment;
  const planned = promotion !== undefined && promotion.rollback === undefined && promotion.kind !== "emergency";
  const line = promotionLine(process);
  const before = planned ? line.slice(0, Math.max(0, line.indexOf(environment))) : [];
  const asked = before.map((place) => {
    const there = facts.promotions
      .filter((one) => one.bundle === bundle && one.environment === place)
      .reduce<Promotion | undefined>((last, one) => (last && last.id > one.id ? last : one), undefined);
    return { place, names: validationsOf(process, place, there?.changed ?? promotion?.changed ?? []) };
  });
  const here =
    gate?.answer.validations.map(({ validation }) => validation) ??
    (planned ? validationsOf(process, environment, promotion.changed) : []);
  return [...asked, { place: environment, names: here }].flatMap(({ place, names }) =>
    names.map((validation) => {
      const newest = evidence.findLast(
        (one) =>
          one.validation === validation &&
          one.environment === place &&
          Date.parse(one.recordedAt) <= Date.parse(startedAt),
      );
      return { validation, environment: place, ...(newest === undefined ? {} : { evidence: newest }) };
    }),
  );
}

function validationsOf(process: Process, environment: string, deployables: readonly string[]): string[] {
  const place = ownValue(process.environments, environment);
  if (place === undefined) return [];
  const own = deployables.flatMap((one) => ownValue(place.deployableValidations, one) ?? []);
  return [...new Set([...place.validations, ...own])].sort();
}

function wayBackAt(all: readonly Deployment[], deployment: Deployment): string | undefined {
  const before = all
    .filter((one) => one.environment === deployment.environment && isBefore(one, deployment))
    .sort(byTime((one) => one.startedAt))
    .toReversed();
  // What stands is what this deployment replaces: it is what one would go back to, so that it must not be left out.
  return rollbackTarget(before, undefined);
}

/** Incidents that name the deployment, that it was to mend, or that began between it and the next one in the environment. */
function incidentsOf(
  incidents: readonly Incident[],
  deployments: readonly Deployment[],
  deployment: Deployment,
  promotion: Promotion | undefined,
): Incident[] {
  const { environment, id, startedAt } = deployment;
  const next = deployments
    .filter((one) => one.environment === environment && isBefore(deployment, one))
    .map((one) => Date.parse(one.startedAt));
  const until = Math.min(Number.POSITIVE_INFINITY, ...next);
  return incidents
    .filter((incident) => {
      const at = Date.parse(incident.startedAt);
      const during = incident.environment === environment && at >= Date.parse(startedAt) && at < until;
      return incident.deployment === id || incident.id === promotion?.emergency?.incident || during;
    })
    .sort(byTime((one) => one.startedAt));
}

function isBefore(one: Deployment, other: Deployment): boolean {
  const order = Date.parse(one.startedAt) - Date.parse(other.startedAt) || one.id - other.id;
  return order < 0;
}

/** What is stored of one moment has an order of its own, whatever the order in which it was given. */
function byTime<T>(time: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => Date.parse(time(a)) - Date.parse(time(b)) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}
