import type { Process } from "../process/schema.ts";
import type { Wait } from "./approval-time.ts";
import { frequency } from "./frequency.ts";
import type { JudgedDeployment } from "./judged.ts";
import { mean, percentile, type Share, share } from "./statistics.ts";
import { type KpiKey, type KpiUnit, type KpiVerdict, type Target, verdictOn } from "./targets.ts";
import { type Week, within } from "./week.ts";

/** One of the process' five key performance indicators. */
export interface Kpi {
  readonly unit: KpiUnit;
  /** null where there is nothing to measure. */
  readonly value: number | null;
  /** Of how many it is made: deployments, approved promotions, or whole weeks. */
  readonly observations: number;
  /** For a share: how many of them, and where the true share likely lies. */
  readonly count?: number;
  readonly likely?: Share["likely"];
  /** For a time: half of them, and nine of ten, took no longer. */
  readonly p50?: number | null;
  readonly p90?: number | null;
  /** Both absent in environments that the targets are not for. */
  readonly target?: Target;
  readonly verdict?: KpiVerdict;
}

export type KpiSet = Readonly<Record<KpiKey, Kpi>>;

/** How many deployments ended, forward ones; rollbacks are counted apart. */
export interface Counts {
  readonly finished: number;
  readonly succeeded: number;
  readonly failed: number;
  /** They came about, and verification has not said whether they are good. */
  readonly unjudged: number;
  readonly rolledBack: number;
  readonly emergencies: number;
  /** Rollbacks that were run, tried again or not. */
  readonly rollbacks: number;
}

/** One environment's events of some weeks. */
export interface Events {
  readonly judged: readonly JudgedDeployment[];
  readonly waits: readonly Wait[];
  /** See `wholeWeeks`. */
  readonly whole: readonly Week[];
}

/** What happened in a stretch of time: deployments by when they ended, approvals by when the last of them came. */
export function eventsIn({ judged, waits }: Omit<Events, "whole">, span: Pick<Week, "start" | "end">) {
  return {
    judged: judged.filter(({ endedAt }) => within(endedAt, span)),
    waits: waits.filter(({ approvedAt }) => within(approvedAt, span)),
  };
}

export function countsOf(judged: readonly JudgedDeployment[]): Counts {
  const forward = judged.filter(({ deployment }) => !deployment.rollback);
  const count = (holds: (one: JudgedDeployment) => boolean) => forward.filter(holds).length;
  return {
    finished: forward.length,
    succeeded: count(({ result }) => result === "succeeded"),
    failed: count(({ result }) => result === "failed"),
    unjudged: count(({ result }) => result === "unjudged"),
    rolledBack: count(({ rolledBackAt }) => rolledBackAt !== undefined),
    emergencies: count(({ emergency }) => emergency),
    rollbacks: judged.length - forward.length,
  };
}

/**
 * The KPIs of seeds/002, "Key Performance Indicators", after its query "Deployment Success Metrics":
 * - *success rate*: of the deployments that ended and were judged, those that came about and whose verification passed. One that
 *   was rolled back later counts here by its own verdict, as the query's two columns do;
 * - *average approval time*: see `approvalWaits`;
 * - *rollback rate*: of the deployments that ended, those that a rollback took away;
 * - *emergency share*: of the deployments that ended, those by the short path;
 * - *deployment frequency*: deployments that came about, per week that is over.
 *
 * Rollbacks are no deployments of their own here, as in the query: it has them as a property of what was rolled back.
 *
 * @param targets absent in environments that they are not for
 */
export function kpisOf({ judged, waits, whole }: Events, targets?: Process["metrics"]): KpiSet {
  const counts = countsOf(judged);
  const hours = waits.map((wait) => wait.hours);
  return {
    successRate: ofShare("successRate", share(counts.succeeded, counts.succeeded + counts.failed), targets),
    approvalTime: judge(
      "approvalTime",
      {
        unit: "hours",
        value: mean(hours),
        observations: hours.length,
        p50: percentile(hours, 50),
        p90: percentile(hours, 90),
      },
      targets,
    ),
    rollbackRate: ofShare("rollbackRate", share(counts.rolledBack, counts.finished), targets),
    emergencyShare: ofShare("emergencyShare", share(counts.emergencies, counts.finished), targets),
    deploymentFrequency: judge(
      "deploymentFrequency",
      { unit: "per week", value: frequency(judged, whole), observations: whole.length },
      targets,
    ),
  };
}

function ofShare(key: KpiKey, { count, likely, of, percent }: Share, targets?: Process["metrics"]): Kpi {
  return judge(key, { unit: "percent", value: percent, observations: of, count, likely }, targets);
}

function judge(key: KpiKey, kpi: Omit<Kpi, "target" | "verdict">, targets?: Process["metrics"]): Kpi {
  if (targets === undefined) return kpi;
  const target = targets[key];
  return { ...kpi, target, verdict: verdictOn(kpi.value, kpi.unit, kpi.observations, target) };
}
