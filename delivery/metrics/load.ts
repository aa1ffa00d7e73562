import type pg from "pg";
import type { Process } from "../process/schema.ts";
import type { Repository } from "../release/repository.ts";
import { readReleases, type StoredReleases, snapshot } from "../release/store/snapshot.ts";
import type { Change, MetricsFacts } from "./facts.ts";
import { lastWeeks } from "./week.ts";

/** Whoever knows which commits a commit contains. */
type Commits = Pick<Repository, "contained">;

/**
 * What metrics are computed from: the release database's rows, and of git the times of the commits that were delivered in the weeks
 * asked for. Incidents are left out: the release database does not know which deployment caused one.
 *
 * @param commits the checkout; a commit that it lacks is measured from when its bundle was made
 * @param at as for `metricsReport`
 */
export async function loadMetricsFacts(
  client: pg.ClientBase,
  process: Process,
  commits: Commits,
  at: { readonly now: string; readonly weeks: number },
): Promise<MetricsFacts> {
  const stored = await snapshot(client, () => readReleases(client));
  const since = lastWeeks(at.now, at.weeks, process.calendar.timeZone)[0]?.start ?? at.now;
  const changes: Change[] = [];
  for (const [deployable, { paths }] of Object.entries(process.deployables)) {
    const brought = broughtSince(stored, deployable, since);
    const found = await commits.contained([...new Set(brought.map(({ commit }) => commit))], paths);
    for (const { bundle, commit } of brought)
      for (const one of found.get(commit) ?? []) changes.push({ bundle, deployable, ...one });
  }
  return { ...stored, changes };
}

/**
 * The bundles that brought a deployable somewhere since a moment, and in each environment the last one before it: what that one had
 * brought is not new. Older ones explain nothing of these weeks, and the commits of all of them would be too many.
 */
function broughtSince({ bundles, deployments, promotions }: StoredReleases, deployable: string, since: string) {
  const changing = new Set(promotions.filter(({ changed }) => changed.includes(deployable)).map(({ id }) => id));
  const delivered = deployments.filter(
    ({ outcome, promotion, rollback }) => !rollback && outcome === "succeeded" && changing.has(promotion),
  );
  const wanted = new Set<string>();
  const before = new Map<string, string>();
  for (const { bundle, endedAt = "", environment } of delivered) {
    if (Date.parse(endedAt) < Date.parse(since)) before.set(environment, bundle);
    else wanted.add(bundle);
  }
  for (const bundle of before.values()) wanted.add(bundle);
  return bundles.flatMap(({ deployables, digest }) => {
    const commit = deployables[deployable]?.commit;
    return commit === undefined || !wanted.has(digest) ? [] : [{ bundle: digest, commit }];
  });
}
