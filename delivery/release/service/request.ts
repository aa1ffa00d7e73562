import { UserError } from "../../errors.ts";
import { environmentOf } from "../../process/requirements.ts";
import type { DeploymentKind } from "../../process/schema-calendar.ts";
import { differences } from "../bundle.ts";
import { contactsOf } from "../emergency.ts";
import type { Bundle, EmergencyClaim, Promotion, RollbackClaim } from "../model.ts";
import { rollbackTarget } from "../rollback.ts";
import { getBundle, listBundles, standingBundle } from "../store/bundles.ts";
import { change } from "../store/change.ts";
import { listDeployments } from "../store/deployments.ts";
import { declareIncident } from "../store/incidents.ts";
import { createPromotion, listPromotions, withdrawPromotion } from "../store/promotions.ts";
import { standingOf } from "../store/standing.ts";
import { askGate } from "./ask.ts";
import type { Desk } from "./desk.ts";
import { tell } from "./telling.ts";

/** What came of asking: the same request asked again finds the promotion that there is. */
export interface Requested {
  readonly promotion: Promotion;
  readonly bundle: Bundle;
  /** False when it had been asked for before and is still open. */
  readonly asked: boolean;
}

/**
 * Finds a bundle by its digest, so much of its beginning that it is the only one, or its version (the newest of that version).
 * @throws UserError when there is none, or more than one
 */
export async function findBundle({ client }: Pick<Desk, "client">, named: string): Promise<Bundle> {
  const version = named.replace(/^v(?=\d)/, "");
  const byVersion = (await listBundles(client, 1000)).find((bundle) => bundle.version === version);
  return byVersion ?? getBundle(client, named);
}

/**
 * Asks for a bundle to go to an environment.
 * @throws UserError for an environment that the process does not have, or a bundle that changes nothing there
 */
export async function requestPromotion(
  desk: Desk,
  named: string,
  environment: string,
  kind: Exclude<DeploymentKind, "emergency">,
): Promise<Requested> {
  environmentOf(desk.process, environment);
  const bundle = await findBundle(desk, named);
  return request(desk, bundle, environment, { kind });
}

/**
 * Declares an emergency and asks for its bundle to go to an environment at once. Whoever is in the chain of contacts is told, each
 * when their time comes, until somebody acknowledges.
 * @throws UserError for a severity that the process does not have
 */
export async function requestEmergency(
  desk: Desk,
  named: string,
  environment: string,
  claim: EmergencyClaim,
): Promise<Requested> {
  const { emergency } = desk.process;
  if (!Object.hasOwn(emergency.severities, claim.severity))
    throw new UserError(
      `The process has no severity "${claim.severity}".\n  Use one of ${Object.keys(emergency.severities).join(", ")}.`,
    );
  const bundle = await findBundle(desk, named);
  return request(desk, bundle, environment, { kind: "emergency", emergency: claim });
}

/**
 * Asks for an environment to go back to its last verified bundle.
 * @throws UserError when there is none: nothing was moved
 */
export async function requestRollback(desk: Desk, environment: string, claim: RollbackClaim): Promise<Requested> {
  const { client, process } = desk;
  const { title } = environmentOf(process, environment);
  const deployments = await listDeployments(client, { environment });
  const standing = await standingBundle(client, environment);
  const target = rollbackTarget(deployments, standing?.digest);
  if (target === undefined)
    throw new UserError(
      `There is no way back in ${title}: no bundle but the one that stands there was ever verified.\n  Nothing was moved. Go forward with a fix: ./slipway release emergency.`,
    );
  return request(desk, await getBundle(client, target), environment, { kind: "normal", rollback: claim });
}

type Manner = Pick<Promotion, "kind" | "emergency" | "rollback">;

async function request(desk: Desk, bundle: Bundle, environment: string, manner: Manner): Promise<Requested> {
  const { client, identity, process, version } = desk;
  const before = await openRequest(desk, bundle, environment, manner);
  if (before !== undefined) return { promotion: before, bundle, asked: false };
  const changed = await changedBy(desk, bundle, environment, manner);
  const { title } = environmentOf(process, environment);
  if (changed.length === 0)
    throw new UserError(
      `Bundle ${bundle.version} changes nothing in ${title}: all that it brings is there.\n  Nothing was asked for.`,
    );
  const key = desk.key(`${manner.rollback ? "rollback" : manner.kind} ${bundle.digest} ${environment}`);
  const promotion = await change(client, identity, async (open) => {
    const created = await createPromotion(open, key, {
      bundle: bundle.digest,
      environment,
      process: version,
      changed,
      ...manner,
    });
    if (manner.emergency) {
      const { deployables: _, ...claim } = manner.emergency;
      const contacts = contactsOf(process, claim.customersHit);
      await declareIncident(open, { ...claim, promotion: created.id }, contacts);
    }
    await tell(open, `promotion/${created.id} requested`, "promotion.requested", {
      promotion: created.id,
      environment,
      version: bundle.version,
      by: identity.actor,
    });
    return created;
  });
  return { promotion, bundle, asked: true };
}

/**
 * The same request as it was made before and still stands. One that the gate refuses for ever (somebody without the power to go back asked,
 * a claim was wrong) would only be in the way of whoever asks now, and is taken back.
 */
async function openRequest(
  desk: Desk,
  { digest }: Bundle,
  environment: string,
  { kind, rollback }: Manner,
): Promise<Promotion | undefined> {
  const { client, identity } = desk;
  const open = (await listPromotions(client, { environment, states: ["open", "deploying"] })).find(
    (one) => one.bundle === digest && one.kind === kind && (one.rollback === undefined) === (rollback === undefined),
  );
  if (open === undefined || open.state === "deploying") return open;
  const { stored } = await askGate(desk, open.id);
  if (stored.answer.verdict !== "refused" && open.rollback?.how === rollback?.how) return open;
  await change(client, identity, (at) => withdrawPromotion(at, open.id));
  return undefined;
}

/**
 * What would be changed. A deployment that did not come about may have gone half-way: the way back takes it for what stands there, so that
 * it is taken back, by whoever has to approve that.
 */
async function changedBy(
  { client }: Desk,
  bundle: Bundle,
  environment: string,
  { rollback }: Manner,
): Promise<readonly string[]> {
  const standing = await standingOf(client, environment);
  const [last] = rollback ? await listDeployments(client, { environment, limit: 1 }) : [];
  const tried = last === undefined ? {} : (await getBundle(client, last.bundle)).deployables;
  return differences(bundle, { ...standing, ...tried });
}
