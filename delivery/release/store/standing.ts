import type pg from "pg";
import type { BundledDeployable } from "../model.ts";
import { standingSchema } from "./rows.ts";

/** What runs in an environment, by deployable: of each what the last successful deployment that brought it brought. */
export async function standingOf(
  client: pg.ClientBase,
  environment: string,
): Promise<Readonly<Record<string, BundledDeployable>>> {
  const { rows } = await client.query(
    `SELECT coalesce(jsonb_object_agg(s.key, s.value), '{}') AS standing FROM (
       SELECT DISTINCT ON (m.key) m.key, m.value
       FROM release.deployment d JOIN release.bundle b ON b.digest = d.bundle, jsonb_each(b.deployables) m
       WHERE d.environment = $1 AND d.outcome = 'succeeded' ORDER BY m.key, d.id DESC) s`,
    [environment],
  );
  return standingSchema.parse(rows[0]?.standing);
}
