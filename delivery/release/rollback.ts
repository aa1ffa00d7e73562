import type { Deployment } from "./model.ts";

/**
 * The bundle to go back to: the one that was last verified in the environment and has not been found bad since. Never merely the
 * one before: what is bad is every bundle whose last verification failed, and every bundle that people or triggers have
 * gone back from. A deployment that only failed to come about, or whose verification came to no result, says nothing of its bundle.
 *
 * What stands there is no target, unless another bundle was tried after it and did not come about: then the environment
 * may be half-way, and what stood is what to go back to.
 *
 * @param deployments of one environment, the newest first
 * @param standing digest of the bundle that was last deployed with success; undefined before that
 * @returns the bundle's digest; undefined when there is no way back, as after a first deployment
 */
export function rollbackTarget(deployments: readonly Deployment[], standing: string | undefined): string | undefined {
  const good = new Set<string>();
  let before: string | undefined;
  for (const { bundle, outcome, rollback, verdict } of deployments.toReversed()) {
    if (rollback && before !== undefined && before !== bundle) good.delete(before);
    if (verdict === "failed") good.delete(bundle);
    if (verdict === "passed" && outcome === "succeeded") good.add(bundle);
    before = bundle;
  }
  const settled = before === standing;
  return deployments.find(({ bundle, verdict }) => {
    return verdict === "passed" && good.has(bundle) && !(settled && bundle === standing);
  })?.bundle;
}
