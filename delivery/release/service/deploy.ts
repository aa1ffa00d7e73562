import { environmentOf } from "../../process/requirements.ts";
import { debtsAfter } from "../duties.ts";
import type { Bundle, Deployment, Promotion } from "../model.ts";
import { placeHold } from "../store/brakes.ts";
import { getBundle } from "../store/bundles.ts";
import { type Change, change } from "../store/change.ts";
import { recordDebts } from "../store/debts.ts";
import { type Ending, finishDeployment, startDeployment } from "../store/deployments.ts";
import type { StoredAnswer } from "../store/gate-answers.ts";
import { getPromotion } from "../store/promotions.ts";
import { type Desk, decider, factInputs } from "./desk.ts";
import { tell } from "./telling.ts";

/** What is to be done, once the gate is open. */
export interface Execution {
  readonly promotion: Promotion;
  readonly bundle: Bundle;
  /** Number of the deployment. */
  readonly deployment: number;
  /** The stack that builds the environment. */
  readonly stack: string;
}

/** What came of a deployment. */
export interface Deployed {
  readonly answer: StoredAnswer;
  /** Absent when the gate is not open: nothing was moved. */
  readonly deployment?: Deployment;
  /** True when it goes on with what a killed command had begun. */
  readonly resumed: boolean;
}

/**
 * Asks the gate, and only when it is open, in one step with that, starts the deployment; carries it out; records how it ended.
 * Killed in between, the same command goes on: the deployment is still the one that runs, and `execute` bears being run again.
 * @param execute carries it out. @returns undefined when it succeeded, else why not, a sentence
 */
export async function deploy(
  desk: Desk,
  id: number,
  execute: (work: Execution) => Promise<string | undefined>,
): Promise<Deployed> {
  const { client, identity, process } = desk;
  const promotion = await getPromotion(client, id);
  const inputs = await factInputs(desk, promotion);
  const { stack } = environmentOf(process, promotion.environment);
  const bundle = await getBundle(client, promotion.bundle);
  const notice = { promotion: id, environment: promotion.environment, version: bundle.version, by: identity.actor };
  const { answer, deployment, resumed } = await change(client, identity, async (open) => {
    const started = await startDeployment(open, id, inputs, decider(desk));
    if (started.deployment)
      await tell(open, `deployment/${started.deployment.id} started`, "deployment.started", notice);
    return started;
  });
  if (deployment === undefined) return { answer, resumed };

  const problem = await execute({ promotion, bundle, deployment: deployment.id, stack });
  const ending: Ending = problem === undefined ? { outcome: "succeeded" } : { outcome: "failed", reason: problem };
  const ended = await change(client, identity, async (open) => {
    const finished = await finishDeployment(open, deployment.id, ending);
    await settle(desk, open, promotion, finished);
    await tell(open, `deployment/${finished.id} ended`, `deployment.${ending.outcome}`, {
      ...notice,
      ...(problem !== undefined && { reason: problem }),
    });
    return finished;
  });
  return { answer, deployment: ended, resumed };
}

/** What an emergency leaves owing, and what a rollback holds up. */
async function settle(
  { process }: Desk,
  open: Change,
  { emergency, environment, id, rollback }: Promotion,
  { endedAt, startedAt }: Deployment,
): Promise<void> {
  if (emergency) await recordDebts(open, debtsAfter(process, emergency.severity, id, endedAt ?? startedAt));
  if (rollback) await placeHold(open, environment, `Rolled back: ${rollback.reason}`);
}
