import { createHash } from "node:crypto";
import type pg from "pg";
import { UserError } from "../../errors.ts";
import { canonicalJson } from "../audit/canonical.ts";
import type { GateAnswer, GateFacts } from "../gate-model.ts";
import type { Change } from "./change.ts";

/** An answer of the gate with what it looked at, as stored. */
export interface StoredAnswer {
  readonly id: number;
  readonly facts: GateFacts;
  readonly answer: GateAnswer;
  /** `sha256:` over the canonical form of the facts; the audit has it. */
  readonly factsDigest: string;
}

/** Stores an answer beside its facts. The same facts are stored once. */
export async function recordGateAnswer(
  { client }: Change,
  facts: GateFacts,
  answer: GateAnswer,
): Promise<StoredAnswer> {
  const digest = `sha256:${createHash("sha256").update(canonicalJson(facts)).digest("hex")}`;
  const values = [facts.promotion.id, digest];
  await client.query(
    "INSERT INTO release.gate_answer (promotion, facts_digest, verdict, facts, answer) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    [...values, answer.verdict, JSON.stringify(facts), JSON.stringify(answer)],
  );
  const { rows } = await client.query(
    "SELECT id::int, answer FROM release.gate_answer WHERE promotion = $1 AND facts_digest = $2",
    values,
  );
  return { id: rows[0].id, facts, answer: rows[0].answer, factsDigest: digest };
}

/**
 * The answer on which a deployment was let through.
 * @throws UserError when there is no such deployment
 */
export async function answerOfDeployment(client: pg.ClientBase, deployment: number): Promise<StoredAnswer> {
  const { rows } = await client.query(
    `SELECT g.id::int, g.facts, g.answer, g.facts_digest FROM release.deployment d JOIN release.gate_answer g ON g.id = d.gate_answer
     WHERE d.id = $1`,
    [deployment],
  );
  const [found] = rows;
  if (found === undefined)
    throw new UserError(`There is no deployment ${deployment}.\n  ./slipway release history shows them.`);
  return { id: found.id, facts: found.facts, answer: found.answer, factsDigest: found.facts_digest };
}
