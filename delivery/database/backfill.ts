import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
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
 * Position and counts are written in the batch's own transaction, so that a kill loses at most one batch, and a crash of the server what
 * it had not yet written to its disk.
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
    const step = await withRetries(client, passing, options, () => runBatch(client, file, progress, size, checksum));
    retries += step.retries;
    progress = step.result.progress;
    options.onProgress?.(progress);
    if (step.result.done) return retries;
    const change = Math.max(0.5, Math.min(2, target / step.result.held));
    size = Math.round(Math.max(smallest, Math.min(mode.batch, size * change)));
    if (mode.pauseMilliseconds > 0) await sleep(mode.pauseMilliseconds);
  }
}

interface Batch {
  readonly progress: MigrationProgress;
  readonly done: boolean;
  /** How long it held its locks, in milliseconds. */
  readonly held: number;
}

async function runBatch(
  client: pg.Client,
  file: MigrationFile,
  before: MigrationProgress,
  size: number,
  checksum: string,
): Promise<Batch> {
  // Not waiting for the disk: a crash of the server takes the last batches back together with their position.
  await client.query(
    `BEGIN; SET LOCAL synchronous_commit = off;
     SELECT set_config('slipway.batch', '${size}', true), set_config('slipway.position', ${pg.escapeLiteral(before.position)}, true)`,
  );
  const started = performance.now();
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
  const record = `UPDATE slipway.progress SET position = ${pg.escapeLiteral(progress.position)}, batches = ${progress.batches},
    affected = ${progress.affected}, affected_in_pass = ${progress.affectedInPass}, updated_at = clock_timestamp()
    WHERE name = ${pg.escapeLiteral(progress.name)}`;
  if (done) {
    await client.query(`${record}; SET LOCAL synchronous_commit = on`);
    await finish(client, progress.name, progress.direction, checksum);
    await client.query("COMMIT");
  } else {
    // In one message: each one more is a way through the network for which clients' rows stay locked.
    await client.query(`${record}; COMMIT`);
  }
  return { progress, done, held: performance.now() - started };
}

function outcomeOf({ rows, rowCount, fields }: pg.QueryResult): {
  readonly affected: number;
  readonly position: string | null | undefined;
} {
  if (!fields.some(({ name }) => name === "position")) return { affected: rowCount ?? 0, position: undefined };
  const [row] = rows;
  const position: unknown = row?.position ?? null;
  // A migration's own words, and a number is one of them.
  return { affected: Number(row?.affected ?? 0), position: position === null ? null : String(position) };
}
