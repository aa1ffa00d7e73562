import { frequency } from "./frequency.ts";
import type { JudgedDeployment } from "./judged.ts";
import type { LeadTime } from "./lead-time.ts";
import type { Outage } from "./recovery.ts";
import { mean, percentile, type Share, share } from "./statistics.ts";
import { type Week, within } from "./week.ts";

/** Times, in hours; null of nothing. */
export interface Times {
  readonly observations: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

/**
 * The five metrics of DORA for one deployable in one environment (https://dora.dev/guides/dora-metrics/, in the form of January 2026).
 * They are measured service by service: a mean over services would describe none of them.
 */
export interface Dora {
  /** Throughput. See `leadTimes`. */
  readonly changeLeadTime: Times & { readonly since: LeadTime["since"] | "both" | null };
  /** Throughput. Deployments that came about, per whole week; null before the first week is over. */
  readonly deploymentFrequency: number | null;
  /** Throughput. Of outages that ended. See `outages`. */
  readonly failedDeploymentRecoveryTime: Times;
  /** Instability. Of the deployments that ended: those that needed somebody at once, by a failure, a rollback or an incident. */
  readonly changeFailRate: Share;
  /**
   * Instability. Of the deployments that ended: those that nobody had planned, caused by an incident. That is what the short path is for,
   * so that all emergencies count, and nothing else.
   */
  readonly deploymentReworkRate: Share;
}

/** One deployable's events in one environment. */
export interface DoraEvents {
  readonly judged: readonly JudgedDeployment[];
  readonly leadTimes: readonly LeadTime[];
  readonly outages: readonly Outage[];
}

/** Deployments and lead times belong to the week in which a deployment ended, outages to that in which they ended. */
export function doraEventsIn(events: DoraEvents, span: Pick<Week, "start" | "end">): DoraEvents {
  return {
    judged: events.judged.filter(({ endedAt }) => within(endedAt, span)),
    leadTimes: events.leadTimes.filter(({ endedAt }) => within(endedAt, span)),
    outages: events.outages.filter(({ to }) => to !== undefined && within(to, span)),
  };
}

export function doraOf({ judged, leadTimes, outages }: DoraEvents, whole: readonly Week[]): Dora {
  const forward = judged.filter(({ deployment }) => !deployment.rollback);
  const kinds = new Set(leadTimes.map(({ since }) => since));
  const [since = null] = kinds;
  return {
    changeLeadTime: { ...times(leadTimes.map(({ hours }) => hours)), since: kinds.size > 1 ? "both" : since },
    deploymentFrequency: frequency(judged, whole),
    failedDeploymentRecoveryTime: times(outages.flatMap(({ hours }) => (hours === undefined ? [] : [hours]))),
    changeFailRate: share(forward.filter(({ intervened }) => intervened).length, forward.length),
    deploymentReworkRate: share(forward.filter(({ emergency }) => emergency).length, forward.length),
  };
}

export function times(hours: readonly number[]): Times {
  return { observations: hours.length, mean: mean(hours), p50: percentile(hours, 50), p90: percentile(hours, 90) };
}
