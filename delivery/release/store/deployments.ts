import type pg from "pg";
import { UserError } from "../../errors.ts";
import type { GateAnswer, GateFacts } from "../gate-model.ts";
import type { Deployment, Verdict } from "../model.ts";
import { type Change, lockEnvironment } from "./change.ts";
import { type FactInputs, gatherFacts } from "./facts.ts";
import { answerOfDeployment, recordGateAnswer, type StoredAnswer } from "./gate-answers.ts";
import { getPromotion, movePromotion } from "./promotions.ts";
import { deploymentRow, readRow, readRows } from "./rows.ts";

/** What came of asking to deploy. */
export interface StartResult {
  readonly answer: StoredAnswer;
  /** Absent when the gate is not open. */
  readonly deployment?: Deployment;
  /** True when it had been started before, by a command that was killed or whose answer was lost: it is gone on with. */
  readonly resumed: boolean;
}

/**
 * Asks the gate and starts the deployment, as one step: nothing that the gate looked at changes in between, because everybody who changes
 * it waits. The answer is stored also when it is not open.
 * @param decide the gate, with the process that holds now
 * @throws UserError when the promotion's deployment is over
 */
export async function startDeployment(
  change: Change,
  promotion: number,
  inputs: FactInputs,
  decide: (facts: GateFacts) => GateAnswer,
): Promise<StartResult> {
  const { client, identity } = change;
  const { environment, bundle, rollback } = await getPromotion(client, promotion);
  await lockEnvironment(change, environment);
  const [known] = await listDeployments(client, { promotion });
  if (known !== undefined) {
    if (known.endedAt === undefined)
      return { answer: await answerOfDeployment(client, known.id), deployment: known, resumed: true };
    throw new UserError(
      `Promotion ${promotion} was deployed already: deployment ${known.id} ${known.outcome} at ${known.endedAt}.\n  Ask for a new promotion.`,
    );
  }
  const facts = await gatherFacts(client, promotion, inputs);
  const answer = await recordGateAnswer(change, facts, decide(facts));
  if (answer.answer.verdict !== "open") return { answer, resumed: false };
  const { rows } = await client.query(
    `INSERT INTO release.deployment (promotion, bundle, environment, gate_answer, started_by, rollback)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id::int`,
    [promotion, bundle, environment, answer.id, identity.actor, rollback !== undefined],
  );
  await movePromotion(change, promotion, "deploying");
  return { answer, deployment: await getDeployment(client, rows[0].id), resumed: false };
}

/** How a deployment ended. */
export type Ending =
  | { readonly outcome: "succeeded" }
  | { readonly outcome: "failed" /** A sentence. */; readonly reason: string };

/**
 * Records how a deployment ended. The same end said again changes nothing.
 * @throws UserError when it ended otherwise
 */
export async function finishDeployment(change: Change, id: number, ending: Ending): Promise<Deployment> {
  const before = await lockDeployment(change, id);
  if (before.outcome === ending.outcome) return before;
  if (before.outcome !== undefined)
    throw new UserError(
      `Deployment ${id} ${before.outcome} at ${before.endedAt}; that it ${ending.outcome} comes late.`,
    );
  const reason = ending.outcome === "failed" ? ending.reason : null;
  await change.client.query("UPDATE release.deployment SET ended_at = now(), outcome = $2, reason = $3 WHERE id = $1", [
    id,
    ending.outcome,
    reason,
  ]);
  await movePromotion(change, before.promotion, ending.outcome === "succeeded" ? "deployed" : "failed");
  return getDeployment(change.client, id);
}

/**
 * Records what verification says of a deployment. The same said again changes nothing; `failed` is the last word.
 * @throws UserError when it cannot be said (any more)
 */
export async function recordVerdict(change: Change, id: number, verdict: Verdict): Promise<Deployment> {
  const before = await lockDeployment(change, id);
  if (before.verdict === verdict) return before;
  if (before.outcome === undefined || (verdict === "passed" && before.outcome === "failed"))
    throw new UserError(
      `Deployment ${id} ${before.outcome === undefined ? "still runs" : "failed"}, and cannot be verified as ${verdict}.\n  Verify what was deployed.`,
    );
  await change.client.query("UPDATE release.deployment SET verdict = $2, verified_at = now() WHERE id = $1", [
    id,
    verdict,
  ]);
  return getDeployment(change.client, id);
}

/** Its state as nobody else can change it until the end of the change. */
async function lockDeployment(change: Change, id: number): Promise<Deployment> {
  await lockEnvironment(change, (await getDeployment(change.client, id)).environment);
  return getDeployment(change.client, id);
}

/** @throws UserError when there is none */
export async function getDeployment(client: pg.ClientBase, id: number): Promise<Deployment> {
  const found = await readRow(
    client,
    deploymentRow,
    "SELECT to_jsonb(d) FROM release.deployment d WHERE d.id::text = $1",
    [String(id)],
  );
  if (found !== undefined) return found;
  throw new UserError(`There is no deployment ${id}.\n  ./slipway release history shows them.`);
}

export interface DeploymentFilter {
  readonly environment?: string;
  readonly promotion?: number;
  readonly bundle?: string;
  /** Started at or after, and before: ISO 8601. */
  readonly since?: string;
  readonly until?: string;
  /** @default all */
  readonly limit?: number;
}

/** Deployments, the newest first. */
export async function listDeployments(client: pg.ClientBase, filter: DeploymentFilter = {}): Promise<Deployment[]> {
  const { environment, promotion, bundle, since, until, limit } = filter;
  return readRows(
    client,
    deploymentRow,
    `SELECT to_jsonb(d) FROM release.deployment d
     WHERE ($1::text IS NULL OR d.environment = $1) AND ($2::bigint IS NULL OR d.promotion = $2) AND ($3::text IS NULL OR d.bundle = $3)
       AND ($4::timestamptz IS NULL OR d.started_at >= $4) AND ($5::timestamptz IS NULL OR d.started_at < $5)
     ORDER BY d.id DESC LIMIT $6`,
    [environment, promotion, bundle, since, until, limit],
  );
}
