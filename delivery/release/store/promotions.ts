import type pg from "pg";
import { UserError } from "../../errors.ts";
import type { Promotion, PromotionState } from "../model.ts";
import { type Change, lockEnvironment } from "./change.ts";
import { once } from "./once.ts";
import { promotionRow, readRow, readRows } from "./rows.ts";

/** What is asked for; who asks and when come from the change. */
export type PromotionRequest = Omit<Promotion, "id" | "state" | "requestedBy" | "requestedAt">;

/**
 * Records the request to take a bundle to an environment.
 * @param key the command's name for itself: repeated, it finds its promotion
 * @throws UserError when the bundle is promoted there already
 */
export async function createPromotion(change: Change, key: string, request: PromotionRequest): Promise<Promotion> {
  const { client, identity } = change;
  const { bundle, environment, kind, process, changed, emergency, rollback } = request;
  const id = await once(change, key, "promote", { ...request, by: identity.actor }, async () => {
    const { rows } = await client.query(
      `INSERT INTO release.promotion (bundle, environment, kind, process_version, process_digest, changed, requested_by, emergency, rollback)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id::int`,
      [
        bundle,
        environment,
        kind,
        process.version,
        process.digest,
        JSON.stringify([...changed].sort()),
        identity.actor,
        emergency && JSON.stringify(emergency),
        rollback && JSON.stringify(rollback),
      ],
    );
    return rows[0].id;
  });
  return getPromotion(client, id);
}

/** @throws UserError when there is none */
export async function getPromotion(client: pg.ClientBase, id: number): Promise<Promotion> {
  const found = await readRow(
    client,
    promotionRow,
    "SELECT to_jsonb(p) FROM release.promotion p WHERE p.id::text = $1",
    [String(id)],
  );
  if (found !== undefined) return found;
  throw new UserError(`There is no promotion ${id}.\n  ./slipway release status shows them.`);
}

/** Promotions, the newest first. @param filter.limit @default 50 */
export async function listPromotions(
  client: pg.ClientBase,
  filter: { readonly environment?: string; readonly states?: readonly PromotionState[]; readonly limit?: number } = {},
): Promise<Promotion[]> {
  return readRows(
    client,
    promotionRow,
    `SELECT to_jsonb(p) FROM release.promotion p
     WHERE ($1::text IS NULL OR p.environment = $1) AND ($2::text[] IS NULL OR p.state = ANY ($2)) ORDER BY p.id DESC LIMIT $3`,
    [filter.environment, filter.states, filter.limit ?? 50],
  );
}

/**
 * Takes a request back that has not been let through. Once taken back it stays so.
 * @throws UserError when it is under way or over
 */
export async function withdrawPromotion(change: Change, id: number): Promise<Promotion> {
  const before = await getPromotion(change.client, id);
  await lockEnvironment(change, before.environment);
  const { state } = await getPromotion(change.client, id);
  if (state !== "withdrawn") await movePromotion(change, id, "withdrawn");
  return getPromotion(change.client, id);
}

/** The schema knows which states follow which. */
export async function movePromotion({ client }: Change, id: number, state: PromotionState): Promise<void> {
  await client.query("UPDATE release.promotion SET state = $2 WHERE id = $1", [id, state]);
}
