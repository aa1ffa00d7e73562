import type pg from "pg";
import { UserError } from "../../errors.ts";
import type { NewDebt } from "../duties.ts";
import type { Debt } from "../model.ts";
import { type Change, lockAllEnvironments } from "./change.ts";
import { debtRow, readRow, readRows } from "./rows.ts";

/** Records reviews that are owed. One that is owed already stays as it is. */
export async function recordDebts({ client }: Change, debts: readonly NewDebt[]): Promise<Debt[]> {
  for (const { promotion, review, dueAt } of debts)
    await client.query(
      "INSERT INTO release.debt (promotion, review, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [promotion, review, dueAt],
    );
  const promotions = debts.map(({ promotion }) => promotion);
  return readRows(
    client,
    debtRow,
    "SELECT to_jsonb(d) FROM release.debt d WHERE d.promotion = ANY ($1) ORDER BY d.id",
    [promotions],
  );
}

/**
 * Records that a review was held. Paid again with the same result it stays as it was.
 * @param link where its result is
 * @throws UserError when there is no such debt, or it was paid with another result
 */
export async function payDebt(change: Change, id: number, link: string): Promise<Debt> {
  const { client, identity } = change;
  await lockAllEnvironments(change);
  await client.query(
    "UPDATE release.debt SET paid_at = now(), paid_by = $2, link = $3 WHERE id::text = $1 AND paid_at IS NULL",
    [String(id), identity.actor, link],
  );
  const debt = await readRow(client, debtRow, "SELECT to_jsonb(d) FROM release.debt d WHERE d.id::text = $1", [
    String(id),
  ]);
  if (debt === undefined)
    throw new UserError(`There is no debt ${id}.\n  ./slipway release status shows what is owed.`);
  if (debt.link === link) return debt;
  throw new UserError(`Debt ${id} was paid by ${debt.paidBy} at ${debt.paidAt}, with ${debt.link}.`);
}

/** Reviews owed, the first due first. @param unpaid only these. @default false */
export async function listDebts(client: pg.ClientBase, { unpaid = false } = {}): Promise<Debt[]> {
  return readRows(
    client,
    debtRow,
    "SELECT to_jsonb(d) FROM release.debt d WHERE d.paid_at IS NULL OR NOT $1 ORDER BY d.due_at, d.id",
    [unpaid],
  );
}
