import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Mode } from "./directives.ts";
import type { MigrationFile } from "./migrations.ts";
import { finish, type MigrationProgress } from "./progress.ts";
import { type LockPatience, withRetries } from "./retries.ts";

export interface BackfillOptions extends LockPatience {
  /** How long one batch may hold its locks, in milliseconds; batches shrink and grow to it. @default 40 */
  readonly batchTime?: number | undefined;
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined;
}

/** The smallest batch: below it, the transaction costs more than the rows. */
const smallest = 10;

/**
 * What one may meet that other clients write to at the same time, and that is gone when the batch is tried again: beside locks and
 * deadlocks a row that was deleted (23503) or written (23505) since the batch looked.
 */
const passing = ["55P03", "40P01", "40001", "23503", "23505"];

/**
 * Runs a file's one statement in a short transaction of its own, again and again, until it finds nothing more to do.
 *
 * The statement reads how many rows it may take from `slipway.batch`. It may return one row with two columns: `affected`, how many rows
 * it changed, and `position`, where the next batch goes on, which that finds in `slipway.position` ('' at first); null says that the
 * pass is over, and passes are repeated until one changes nothing. A statement that returns no position is done when it affects no row.
 *
 * Position and counts are written in the batch's own transaction, so that a kill loses at most one batch.
 */
export async function runBackfill(
  client: pg.Client,
  file: MigrationFile,
  mode: Extract<Mode, { kind: "backfill" }>,
  checksum: string,
  begun: MigrationProgress,
  options: BackfillOptions,
): Promise<number> {
  const target = options.batchTime ?? 40;
  let progress = begun;
  let size = Math.min(mode.batch, 100);
  let retries = 0;
  for (;;) {
    const started = performance.now();
    const step = await withRetries(client, passing, options, () => runBatch(client, file, progress, size, checksum));
    retries += step.retries;
    progress = step.result.progress;
    options.onProgress?.(progress);
    if (step.result.done) return retries;
    const elapsed = performance.now() - started;
    size = Math.round(Math.max(smallest, Math.min(mode.batch, size * Math.max(0.5, Math.min(2, target / elapsed)))));
    if (mode.pauseMilliseconds > 0) await sleep(mode.pauseMilliseconds);
  }
}

async function runBatch(
  client: pg.Client,
  file: MigrationFile,
  before: MigrationProgress,
  size: number,
  checksum: string,
): Promise<{ readonly progress: MigrationProgress; readonly done: boolean }> {
  await client.query("BEGIN");
  await client.query("SELECT set_config('slipway.batch', $1, true), set_config('slipway.position', $2, true)", [
    String(size),
    before.position,
  ]);
  const { affected, position } = outcomeOf(await client.query(file.sql));
  const passIsOver = position === undefined ? affected === 0 : position === null;
  const affectedInPass = before.affectedInPass + affected;
  const done = passIsOver && affectedInPass === 0;
  const progress: MigrationProgress = {
    ...before,
    position: passIsOver ? "" : (position ?? ""),
    batches: before.batches + 1,
    affected: before.affected + affected,
    affectedInPass: passIsOver || position === undefined ? 0 : affectedInPass,
    updatedAt: new Date(),
    ...(done && { finishedAt: new Date() }),
  };
  await client.query(
    `UPDATE slipway.progress SET position = $2, batches = $3, affected = $4, affected_in_pass = $5, updated_at = clock_timestamp()
     WHERE name = $1`,
    [progress.name, progress.position, progress.batches, progress.affected, progress.affectedInPass],
  );
  if (done) await finish(client, progress.name, progress.direction, checksum);
  await client.query("COMMIT");
  return { progress, done };
}

function outcomeOf({ rows, rowCount, fields }: pg.QueryResult): {
  readonly affected: number;
  readonly position: string | null | undefined;
} {
  if (!fields.some(({ name }) => name === "position")) return { affected: rowCount ?? 0, position: undefined };
  const [row] = rows;
  return { affected: Number(row?.affected ?? 0), position: row?.position ?? null };
}
