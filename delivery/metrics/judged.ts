import type { Deployment, Incident, Promotion } from "../release/model.ts";
import type { MetricsFacts } from "./facts.ts";

/** A deployment that has ended, and what became of it. */
export interface JudgedDeployment {
  readonly deployment: Deployment;
  /** Absent when nobody asked for it: the release database allows none, an auditor's population might. */
  readonly promotion?: Promotion;
  readonly endedAt: string;
  /**
   * `failed`: it did not come about, or its verification failed. `succeeded`: it came about and its verification passed.
   * `unjudged`: it came about, and nobody could tell or has told yet.
   */
  readonly result: "succeeded" | "failed" | "unjudged";
  /** When the first rollback began that took it away. */
  readonly rolledBackAt?: string;
  /** Whether it needed somebody at once: it failed, it was rolled back, or an incident names it. */
  readonly intervened: boolean;
  /** Since when it is known to be bad, where `intervened`. */
  readonly badSince?: string;
  readonly emergency: boolean;
}

/** All deployments that have ended, the oldest first, rollbacks among them (`deployment.rollback`). */
export function judgedDeployments({ deployments, promotions, incidents = [] }: MetricsFacts): JudgedDeployment[] {
  const byId = new Map(promotions.map((promotion) => [promotion.id, promotion]));
  const taken = takenBack(deployments);
  return [...deployments].sort(byStart).flatMap((deployment) => {
    const { endedAt, id } = deployment;
    if (endedAt === undefined) return [];
    const promotion = byId.get(deployment.promotion);
    const rolledBackAt = taken.get(id);
    const result = resultOf(deployment);
    const known = [
      ...(result === "failed" ? [deployment.outcome === "failed" ? endedAt : (deployment.verifiedAt ?? endedAt)] : []),
      ...(rolledBackAt === undefined ? [] : [rolledBackAt]),
      ...incidents.filter((incident) => incident.deployment === id).map((incident: Incident) => incident.startedAt),
    ].sort((a, b) => Date.parse(a) - Date.parse(b));
    return [
      {
        deployment,
        ...(promotion === undefined ? {} : { promotion }),
        endedAt,
        result,
        ...(rolledBackAt === undefined ? {} : { rolledBackAt }),
        intervened: known.length > 0,
        ...(known[0] === undefined ? {} : { badSince: known[0] }),
        emergency: promotion?.kind === "emergency",
      },
    ];
  });
}

function resultOf({ outcome, verdict }: Deployment): JudgedDeployment["result"] {
  if (outcome === "failed" || verdict === "failed") return "failed";
  return outcome === "succeeded" && verdict === "passed" ? "succeeded" : "unjudged";
}

/**
 * Which deployments were taken away by a rollback, and when. A rollback takes away what was tried last in its environment. After
 * another rollback that is the bundle which that one brought, and so the deployment that had brought the bundle first; one that is
 * only tried again takes away nothing more. A rollback counts also while it runs and when it fails: it was needed.
 */
function takenBack(deployments: readonly Deployment[]): ReadonlyMap<number, string> {
  const taken = new Map<number, string>();
  const last = new Map<string, Deployment>();
  const forward: Deployment[] = [];
  for (const deployment of [...deployments].sort(byStart)) {
    const { bundle, environment, rollback, startedAt } = deployment;
    const before = last.get(environment);
    if (!rollback) forward.push(deployment);
    else if (before !== undefined && before.bundle !== bundle) {
      const bad = forward.findLast((one) => one.environment === environment && one.bundle === before.bundle);
      if (bad !== undefined && !taken.has(bad.id)) taken.set(bad.id, startedAt);
    }
    last.set(environment, deployment);
  }
  return taken;
}

function byStart(a: Deployment, b: Deployment): number {
  return Date.parse(a.startedAt) - Date.parse(b.startedAt) || a.id - b.id;
}
