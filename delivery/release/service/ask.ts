import type { Promotion } from "../model.ts";
import { change } from "../store/change.ts";
import { gatherFacts } from "../store/facts.ts";
import { recordGateAnswer, type StoredAnswer } from "../store/gate-answers.ts";
import { getPromotion } from "../store/promotions.ts";
import { type Desk, decider, factInputs } from "./desk.ts";

/** Asks the gate and stores its answer beside the facts that it was given on. */
export async function askGate(desk: Desk, id: number): Promise<{ promotion: Promotion; stored: StoredAnswer }> {
  const { client, identity } = desk;
  const promotion = await getPromotion(client, id);
  const inputs = await factInputs(desk, promotion);
  const facts = await gatherFacts(client, id, inputs);
  const answer = decider(desk)(facts);
  return { promotion, stored: await change(client, identity, (open) => recordGateAnswer(open, facts, answer)) };
}

/** Whose word a promotion needs. */
export interface NeededRoles {
  readonly all: readonly string[];
  /** Those in which nobody has spoken whose word counts. */
  readonly missing: readonly string[];
}

/** The roles whose word a promotion needs, by the gate; nothing is recorded. */
export async function neededRoles(desk: Desk, promotion: Promotion): Promise<NeededRoles> {
  const facts = await gatherFacts(desk.client, promotion.id, await factInputs(desk, promotion));
  const { approvals } = decider(desk)(facts);
  return {
    all: approvals.map(({ role }) => role),
    missing: approvals.filter(({ actor }) => actor === undefined).map(({ role }) => role),
  };
}
