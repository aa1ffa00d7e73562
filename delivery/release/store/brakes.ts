import type pg from "pg";
import type { Hold, Stop } from "../model.ts";
import { type Change, lockAllEnvironments, lockEnvironment } from "./change.ts";
import { holdRow, readRow, readRows, stopRow } from "./rows.ts";

/**
 * Stops the line: from its commit on nothing starts but rollbacks. Stopped again it stays as it was.
 * @param environment one. @default all of them
 */
export async function stopLine(change: Change, reason: string, environment?: string): Promise<Stop> {
  const { client, identity } = change;
  await lock(change, environment);
  await client.query(
    "INSERT INTO release.stop (environment, reason, actor) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [environment, reason, identity.actor],
  );
  const stop = await readRow(
    client,
    stopRow,
    "SELECT to_jsonb(s) FROM release.stop s WHERE s.lifted_at IS NULL AND s.environment IS NOT DISTINCT FROM $1",
    [environment],
  );
  if (stop === undefined) throw new Error("The stop was written and is not there.");
  return stop;
}

/** Lifts a stop. @returns false when there was none */
export async function resumeLine(change: Change, reason: string, environment?: string): Promise<boolean> {
  await lock(change, environment);
  const { rowCount } = await change.client.query(
    `UPDATE release.stop SET lifted_at = now(), lifted_by = $2, lift_reason = $3
     WHERE lifted_at IS NULL AND environment IS NOT DISTINCT FROM $1`,
    [environment, change.identity.actor, reason],
  );
  return rowCount === 1;
}

/** The stops that are in force. */
export async function activeStops(client: pg.ClientBase): Promise<Stop[]> {
  return readRows(client, stopRow, "SELECT to_jsonb(s) FROM release.stop s WHERE s.lifted_at IS NULL ORDER BY s.id");
}

/** From its commit on nothing starts by itself in an environment. Held again it stays as it was. */
export async function placeHold(change: Change, environment: string, reason: string): Promise<Hold> {
  const { client, identity } = change;
  await lockEnvironment(change, environment);
  await client.query(
    "INSERT INTO release.hold (environment, reason, actor) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [environment, reason, identity.actor],
  );
  const hold = (await activeHolds(client)).find((one) => one.environment === environment);
  if (hold === undefined) throw new Error("The hold was written and is not there.");
  return hold;
}

/** @returns false when there was none */
export async function liftHold(change: Change, environment: string, reason: string): Promise<boolean> {
  await lockEnvironment(change, environment);
  const { rowCount } = await change.client.query(
    "UPDATE release.hold SET lifted_at = now(), lifted_by = $2, lift_reason = $3 WHERE lifted_at IS NULL AND environment = $1",
    [environment, change.identity.actor, reason],
  );
  return rowCount === 1;
}

/** The holds that are in force. */
export async function activeHolds(client: pg.ClientBase): Promise<Hold[]> {
  return readRows(client, holdRow, "SELECT to_jsonb(h) FROM release.hold h WHERE h.lifted_at IS NULL ORDER BY h.id");
}

async function lock(change: Change, environment: string | undefined): Promise<void> {
  if (environment === undefined) await lockAllEnvironments(change);
  else await lockEnvironment(change, environment);
}
