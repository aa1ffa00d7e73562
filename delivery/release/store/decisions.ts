import type pg from "pg";
import { UserError } from "../../errors.ts";
import type { Actor, Decision } from "../model.ts";
import { type Change, lockEnvironment } from "./change.ts";
import { getPromotion, movePromotion } from "./promotions.ts";
import { decisionRow, readRows } from "./rows.ts";

/** What somebody decided; when is the database's clock. */
export type DecisionInput = Omit<Decision, "decidedAt">;

export interface RecordedDecision {
  readonly decision: Decision;
  /** False when the same person had said the same before, in this role, on this digest and under these rules. */
  readonly recorded: boolean;
}

/**
 * Records one person's word in one role. Said again it is no second row. A rejection ends the promotion.
 *
 * @param renewBefore a word that was given before this moment has expired and may be given again
 * @throws UserError when the promotion is over, or the digest is not its bundle's
 */
export async function recordDecision(
  change: Change,
  input: DecisionInput,
  renewBefore?: string,
): Promise<RecordedDecision> {
  const { client } = change;
  const { environment, bundle } = await getPromotion(client, input.promotion);
  if (bundle !== input.bundle)
    throw new UserError(
      `Promotion ${input.promotion} is of bundle ${bundle}, and the decision was on ${input.bundle}.\n  Look at what is promoted, and decide on that.`,
    );
  await lockEnvironment(change, environment);
  const before = await find(client, input);
  const repeated =
    before !== undefined &&
    (renewBefore === undefined || before.decision.decidedAt >= new Date(renewBefore).toISOString());
  if (repeated) return { decision: before.decision, recorded: false };
  await client.query(
    `INSERT INTO release.decision (promotion, actor, role, decision, comment, bundle, process_version, process_digest, source, renewal)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      input.promotion,
      input.actor,
      input.role,
      input.decision,
      input.comment ?? null,
      input.bundle,
      input.process.version,
      input.process.digest,
      input.source,
      before === undefined ? 0 : before.renewal + 1,
    ],
  );
  if (input.decision === "reject") await movePromotion(change, input.promotion, "rejected");
  const after = await find(client, input);
  if (after === undefined) throw new Error("The decision was written and is not there.");
  return { decision: after.decision, recorded: true };
}

const same = `d.promotion = $1 AND d.actor = $2 AND d.role = $3 AND d.decision = $4 AND d.bundle = $5 AND d.process_digest = $6`;

async function find(
  client: pg.ClientBase,
  { promotion, actor, role, decision, bundle, process }: DecisionInput,
): Promise<{ readonly decision: Decision; readonly renewal: number } | undefined> {
  const { rows } = await client.query(
    `SELECT to_jsonb(d) AS row, d.renewal FROM release.decision d WHERE ${same} ORDER BY d.renewal DESC LIMIT 1`,
    [promotion, actor, role, decision, bundle, process.digest],
  );
  const [found] = rows;
  return found && { decision: decisionRow.parse(found.row), renewal: found.renewal };
}

/** All words on a promotion, the first first. */
export async function listDecisions(client: pg.ClientBase, promotion: number): Promise<Decision[]> {
  return readRows(
    client,
    decisionRow,
    "SELECT to_jsonb(d) FROM release.decision d WHERE d.promotion = $1 ORDER BY d.id",
    [promotion],
  );
}

/** Who asked for a promotion and who decided on it: those whose roles the gate wants to know. */
export async function peopleOf(client: pg.ClientBase, promotion: number): Promise<Actor[]> {
  const { rows } = await client.query(
    `SELECT requested_by AS actor FROM release.promotion WHERE id = $1
     UNION SELECT actor FROM release.decision WHERE promotion = $1 ORDER BY actor`,
    [promotion],
  );
  return rows.map(({ actor }) => actor);
}
