import { UserError } from "../../errors.ts";
import { environmentOf } from "../../process/requirements.ts";
import { type Finding, verdictOf } from "../../verification/finding.ts";
import type { Bundle, BundledDeployable, Deployment, Verdict } from "../model.ts";
import { getBundle } from "../store/bundles.ts";
import { change } from "../store/change.ts";
import { listDeployments, recordVerdict } from "../store/deployments.ts";
import { recordNote } from "../store/note.ts";
import { standingOf } from "../store/standing.ts";
import type { Desk } from "./desk.ts";
import { tell } from "./telling.ts";

/** What is to be looked at. */
export interface Inspection {
  readonly environment: string;
  readonly stack: string;
  readonly bundle: Bundle;
  /** What has to run there: the bundle's deployables, and of the others what was deployed before. */
  readonly standing: Readonly<Record<string, BundledDeployable>>;
}

/** What was found, and what it means. */
export interface Verified {
  readonly deployment: Deployment;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/**
 * Verifies what was last deployed to an environment and records the verdict with its findings. A bundle is verified only by this.
 * @throws UserError when nothing was deployed there, or the deployment still runs
 */
export async function verify(
  desk: Desk,
  environment: string,
  inspect: (inspection: Inspection) => Promise<readonly Finding[]>,
): Promise<Verified> {
  const { client, identity, process } = desk;
  const { stack, title } = environmentOf(process, environment);
  const last = (await listDeployments(client, { environment, limit: 1 }))[0];
  if (last === undefined)
    throw new UserError(`Nothing was deployed to ${title} yet.\n  Deploy a promotion: ./slipway release deploy.`);
  if (last.endedAt === undefined)
    throw new UserError(`Deployment ${last.id} to ${title} still runs.\n  Verify it when it has ended.`);
  const bundle = await getBundle(client, last.bundle);
  const findings =
    last.outcome === "succeeded"
      ? await inspect({ environment, stack, bundle, standing: await standingOf(client, environment) })
      : [{ check: "the deployment", outcome: "failed" as const, seen: last.reason ?? "it failed" }];
  const verdict = verdictOf(findings);
  const deployment = await change(client, identity, async (open) => {
    await recordNote(open, "workflow.verified", `deployment/${last.id}`, { verdict, findings });
    const recorded = await recordVerdict(open, last.id, verdict);
    await tell(open, `deployment/${last.id} ${verdict}`, "deployment.verified", {
      environment,
      version: bundle.version,
      verdict,
    });
    return recorded;
  });
  return { deployment, verdict, findings };
}
