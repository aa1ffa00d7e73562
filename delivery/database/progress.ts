import type pg from "pg";

/** How far a migration has come, or came, that is not one transaction. A row of `slipway.progress`. */
export interface MigrationProgress {
  readonly name: string;
  readonly direction: "up" | "down";
  /** Where the next batch goes on; the migration's own words. */
  readonly position: string;
  readonly batches: number;
  /** Rows that all batches changed. */
  readonly affected: number;
  /** Rows that the present pass changed; a pass that changes none is the last. */
  readonly affectedInPass: number;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** Undefined while it is neither applied nor taken back. */
  readonly finishedAt?: Date;
}

/** Reads what is known of all of them; empty for a database that no migration has touched. Writes nothing. */
export async function readProgress(client: pg.ClientBase): Promise<MigrationProgress[]> {
  const {
    rows: [known],
  } = await client.query("SELECT to_regclass('slipway.progress') IS NOT NULL AS known");
  if (!known.known) return [];
  const { rows } = await client.query("SELECT * FROM slipway.progress ORDER BY name");
  return rows.map((row) => ({
    name: row.name,
    direction: row.direction,
    position: row.position,
    batches: Number(row.batches),
    affected: Number(row.affected),
    affectedInPass: Number(row.affected_in_pass),
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
  }));
}

/**
 * Marks a migration as neither applied nor taken back, in one transaction: whatever happens from here on, the next run knows.
 * What was begun in the same direction goes on where it stopped.
 */
export async function begin(client: pg.ClientBase, name: string, direction: "up" | "down"): Promise<MigrationProgress> {
  await client.query("BEGIN");
  await client.query("DELETE FROM slipway.migrations WHERE name = $1", [name]);
  await client.query("DELETE FROM slipway.progress WHERE name = $1 AND (direction <> $2 OR finished_at IS NOT NULL)", [
    name,
    direction,
  ]);
  await client.query("INSERT INTO slipway.progress (name, direction) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    name,
    direction,
  ]);
  await client.query("COMMIT");
  const begun = (await readProgress(client)).find((progress) => progress.name === name);
  if (begun === undefined) throw new Error(`slipway.progress lost ${name}`);
  return begun;
}

/** Says, inside the caller's transaction, that a migration is now applied (with its checksum) or taken back. */
export async function finish(
  client: pg.ClientBase,
  name: string,
  direction: "up" | "down",
  checksum: string,
): Promise<void> {
  await client.query("DELETE FROM slipway.migrations WHERE name = $1", [name]);
  if (direction === "down") {
    await client.query("DELETE FROM slipway.progress WHERE name = $1", [name]);
    return;
  }
  await client.query("INSERT INTO slipway.migrations (name, run_on, checksum) VALUES ($1, now(), $2)", [
    name,
    checksum,
  ]);
  await client.query("UPDATE slipway.progress SET finished_at = clock_timestamp() WHERE name = $1", [name]);
}
