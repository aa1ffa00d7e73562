import type { JudgedDeployment } from "./judged.ts";

/** A time in which a deployable was bad. */
export interface Outage {
  /** The deployment with which it began. */
  readonly deployment: number;
  readonly from: string;
  /** Absent while nothing has gone well since. */
  readonly to?: string;
  readonly hours?: number;
}

/**
 * The failed deployment recovery times of one deployable (https://dora.dev/guides/dora-metrics/: the time it takes to recover from a
 * deployment that fails and requires immediate intervention): from when a deployment of it was known to be bad to the end of
 * the next successful one in the environment, which is a rollback or changes the deployable. Failures in a row are one outage.
 *
 * @param judged of one environment, the oldest first
 */
export function outages(judged: readonly JudgedDeployment[], deployable: string): Outage[] {
  const bad = judged
    .filter(({ intervened, promotion }) => intervened && promotion?.changed.includes(deployable))
    .sort((a, b) => Date.parse(a.badSince ?? "") - Date.parse(b.badSince ?? "") || a.deployment.id - b.deployment.id);
  const good = judged
    .filter(({ result }) => result === "succeeded")
    .filter(({ deployment, promotion }) => deployment.rollback || promotion?.changed.includes(deployable))
    .sort((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt));
  const found: Outage[] = [];
  for (const { badSince = "", deployment } of bad) {
    const before = found.at(-1);
    if (before && (before.to === undefined || Date.parse(badSince) <= Date.parse(before.to))) continue;
    const end = good.find(
      (one) => one.deployment.id !== deployment.id && Date.parse(one.endedAt) > Date.parse(badSince),
    );
    found.push({
      deployment: deployment.id,
      from: badSince,
      ...(end === undefined
        ? {}
        : { to: end.endedAt, hours: (Date.parse(end.endedAt) - Date.parse(badSince)) / 3_600_000 }),
    });
  }
  return found;
}
