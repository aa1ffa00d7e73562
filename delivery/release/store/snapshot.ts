import type pg from "pg";
import type { Bundle, Decision, Deployment, Promotion } from "../model.ts";
import { bundleRow, decisionRow, deploymentRow, promotionRow, readRows } from "./rows.ts";

/**
 * Reads several tables as of one moment. Changes nothing.
 * @param client in no transaction
 */
export async function snapshot<T>(client: pg.ClientBase, read: () => Promise<T>): Promise<T> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await read();
  } finally {
    await client.query("ROLLBACK").catch(() => {});
  }
}

/** What went where, and who let it: all of it, the first first. */
export interface StoredReleases {
  readonly bundles: readonly Bundle[];
  readonly promotions: readonly Promotion[];
  readonly decisions: readonly Decision[];
  readonly deployments: readonly Deployment[];
}

/** @param client in a `snapshot`, where the four are to agree */
export async function readReleases(client: pg.ClientBase): Promise<StoredReleases> {
  return {
    bundles: await readRows(
      client,
      bundleRow,
      "SELECT to_jsonb(b) FROM release.bundle b ORDER BY b.created_at, b.digest",
    ),
    promotions: await readRows(client, promotionRow, "SELECT to_jsonb(p) FROM release.promotion p ORDER BY p.id"),
    decisions: await readRows(client, decisionRow, "SELECT to_jsonb(d) FROM release.decision d ORDER BY d.id"),
    deployments: await readRows(client, deploymentRow, "SELECT to_jsonb(d) FROM release.deployment d ORDER BY d.id"),
  };
}
