import { ownValue } from "../flags/flag.ts";
import { promotionLine } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";
import type { Bundle, Debt, Decision, Deployment, Evidence, Incident, Promotion } from "../release/model.ts";
import { rollbackTarget } from "../release/rollback.ts";
import type { DeploymentGate, EvidenceFacts } from "./facts.ts";
import { type Records, recordsOf } from "./records.ts";

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
  const records = recordsOf(facts);
  const promotion = records.promotion.get(deployment.promotion);
  const bundle = records.bundle.get(deployment.bundle);
  const gate = records.gate.get(deployment.id);
  const evidence = records.evidence.get(deployment.bundle) ?? [];
  const wayBack = rollbackTarget(
    before(records.deployments.get(deployment.environment), deployment).toReversed(),
    undefined,
  );
  const rolledBackAt = records.rolledBackAt.get(deployment.id);
  const incidents = facts.incidents && incidentsOf(facts.incidents, records, deployment, promotion);
  return {
    process,
    deployment,
    ...(promotion === undefined ? {} : { promotion }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(gate === undefined ? {} : { gate }),
    decisions: records.decisions.get(deployment.promotion) ?? [],
    validations: required(process, records, deployment, promotion, gate, evidence),
    evidence,
    earlier: before(records.deploymentsOfBundle.get(deployment.bundle), deployment),
    // What stands is what this deployment replaces, and what one would go back to: so it is not left out of the targets.
    ...(wayBack === undefined ? {} : { wayBack }),
    ...(rolledBackAt === undefined ? {} : { rolledBackAt }),
    debts: records.debts.get(deployment.promotion) ?? [],
    ...(incidents === undefined ? {} : { incidents }),
  };
}

/**
 * Of this environment what the gate asked for, by its own answer. What was planned has also passed the environments before, whose
 * validations are asked for by what the bundle changed there; the short path and the way back have not.
 */
function required(
  process: Process,
  records: Records,
  deployment: Deployment,
  promotion: Promotion | undefined,
  gate: DeploymentGate | undefined,
  evidence: readonly Evidence[],
): RequiredValidation[] {
  const { bundle, environment, startedAt } = deployment;
  const planned = promotion !== undefined && promotion.rollback === undefined && promotion.kind !== "emergency";
  const line = promotionLine(process);
  const places = planned ? line.slice(0, Math.max(0, line.indexOf(environment))) : [];
  const asked = places.map((place) => {
    const there = records.promotionsOfBundle.get(bundle)?.findLast((one) => one.environment === place);
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

/** Incidents that name the deployment, that it was to mend, or that began between it and the next one in the environment. */
function incidentsOf(
  incidents: readonly Incident[],
  records: Records,
  deployment: Deployment,
  promotion: Promotion | undefined,
): Incident[] {
  const { environment, id, startedAt } = deployment;
  const all = records.deployments.get(environment) ?? [];
  const next = all[all.indexOf(deployment) + 1];
  const until = next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next.startedAt);
  return incidents
    .filter((incident) => {
      const at = Date.parse(incident.startedAt);
      const during = incident.environment === environment && at >= Date.parse(startedAt) && at < until;
      return incident.deployment === id || incident.id === promotion?.emergency?.incident || during;
    })
    .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1));
}

/** Those of a list, the oldest first, that had begun before. */
function before(all: readonly Deployment[] = [], deployment: Deployment): Deployment[] {
  const end = all.indexOf(deployment);
  return end === -1 ? [] : all.slice(0, end);
}
