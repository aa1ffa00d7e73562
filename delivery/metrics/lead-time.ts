import type { Change, MetricsFacts } from "./facts.ts";
import type { JudgedDeployment } from "./judged.ts";

/** How long a deployable's oldest change waited until it was deployed. */
export interface LeadTime {
  readonly deployment: number;
  readonly endedAt: string;
  readonly hours: number;
  /** Whether it is measured from a commit, or only from the making of the bundle: then it is longer in truth. */
  readonly since: "commit" | "bundle";
}

/**
 * The change lead time of one deployable (https://dora.dev/guides/dora-metrics/: the time it takes for a change to go from committed
 * to deployed): of each successful deployment, from the oldest commit that it was the first to bring, to its end. So a change
 * that waited in a bundle which never went out counts from its own commit. The first deployment that is known brings
 * all that there ever was; it has a lead time only where nothing but the bundle's age is known. A rollback brings nothing new.
 *
 * @param judged of one environment, the oldest first
 */
export function leadTimes(facts: MetricsFacts, judged: readonly JudgedDeployment[], deployable: string): LeadTime[] {
  const changes = changesByBundle(facts.changes ?? [], deployable);
  const made = new Map(facts.bundles.map(({ digest, createdAt }) => [digest, createdAt]));
  const delivered = new Set<string>();
  const times: LeadTime[] = [];
  for (const { deployment, endedAt, promotion, result } of judged) {
    if (deployment.rollback || result !== "succeeded" || !promotion?.changed.includes(deployable)) continue;
    const brought = changes.get(deployment.bundle);
    if (brought === undefined) {
      const createdAt = made.get(deployment.bundle);
      if (createdAt !== undefined) times.push(leadTime(deployment.id, endedAt, createdAt, "bundle"));
      continue;
    }
    const fresh = delivered.size === 0 ? [] : brought.filter(({ commit }) => !delivered.has(commit));
    for (const { commit } of brought) delivered.add(commit);
    const oldest = fresh.reduce<Change | undefined>(
      (old, one) => (old && Date.parse(old.committedAt) <= Date.parse(one.committedAt) ? old : one),
      undefined,
    );
    if (oldest !== undefined) times.push(leadTime(deployment.id, endedAt, oldest.committedAt, "commit"));
  }
  return times;
}

function leadTime(deployment: number, endedAt: string, from: string, since: LeadTime["since"]): LeadTime {
  // Clocks of laptops are wrong: a commit "after" its deployment took no time.
  return { deployment, endedAt, hours: Math.max(0, Date.parse(endedAt) - Date.parse(from)) / 3_600_000, since };
}

function changesByBundle(changes: readonly Change[], deployable: string): ReadonlyMap<string, readonly Change[]> {
  const byBundle = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.deployable !== deployable) continue;
    const others = byBundle.get(change.bundle);
    if (others) others.push(change);
    else byBundle.set(change.bundle, [change]);
  }
  return byBundle;
}
