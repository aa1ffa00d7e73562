import type pg from "pg";
import { UserError } from "../errors.ts";
import { bookkeeping, groupRoles } from "./bookkeeping.ts";
import { withConnection } from "./connection.ts";
import { prepareManagedDatabase } from "./managed-database.ts";
import { runMigration } from "./migration-run.ts";
import { assertSound, compareMigrations, type MigrationStatus, readApplied } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import { type MigrationProgress, readProgress } from "./progress.ts";
import type { DatabaseReference } from "./reference.ts";
import { lockWait } from "./retries.ts";
import { holdRunnerLock } from "./runner-lock.ts";

export interface MigrateOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * The longest that one statement waits for a lock that the application holds, in milliseconds, before it steps back; the first tries
   * are shorter (`lockWait`). @default 1000
   */
  readonly lockTimeout?: number;
  /** How long one statement may run, in milliseconds. @default 30000 */
  readonly statementTimeout?: number;
  /** How often a migration steps back from a lock and tries again. @default 20 */
  readonly lockRetries?: number;
  /** How long to wait for another runner, in milliseconds. @default 600000 */
  readonly runnerTimeout?: number;
  /** How long one batch of a backfill may hold its locks, in milliseconds; batches shrink and grow to it. @default 40 */
  readonly batchTime?: number;
  /** Called once when another runner is at work, with who that is. */
  readonly onWait?: (holder: string) => void;
  /** Called when a migration begins. */
  readonly onStart?: (migration: Migration, direction: "up" | "down") => void;
  /** Called after each batch of a backfill. */
  readonly onProgress?: (progress: MigrationProgress) => void;
}

/** What a run did. */
export interface MigrateResult {
  /** The migrations that this run applied or took back, in that order. */
  readonly ran: readonly string[];
  /** How often a migration stepped back because the application held a lock. */
  readonly lockRetries: number;
  /** Milliseconds spent waiting for another runner. */
  readonly waited: number;
}

/** How the database stands to the migrations. Changes nothing. */
export async function status(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: Pick<MigrateOptions, "environment"> = {},
): Promise<MigrationStatus> {
  return withConnection(reference, session("status", options), async (client) => read(client, migrations));
}

/**
 * The migrations that `up` (all pending) or `down` (the last `count`) would run, in that order. One that a run left unfinished is
 * the first that `down` takes back. Changes nothing.
 */
export function plan(direction: "up" | "down", current: MigrationStatus, count = 1): string[] {
  if (direction === "up") return [...current.pending];
  const all = [...current.applied, ...current.unfinished];
  return all
    .slice(Math.max(0, all.length - count))
    .map(({ name }) => name)
    .reverse();
}

/**
 * Applies every pending migration, each in a transaction of its own together with its record: killed anywhere, a migration is
 * either done and recorded or not done, and the next run goes on. One whose file says so is run in pieces instead (see
 * `directives.ts`), and gone on with. A second runner waits for the first.
 * On a managed server, database and roles are made first.
 *
 * @param through the last migration to apply. @default the last there is
 * @throws UserError when files and database disagree, a lock is never free, or the SQL fails (with the file and line).
 */
export async function up(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: MigrateOptions & { readonly through?: string } = {},
): Promise<MigrateResult> {
  const { through } = options;
  if (through !== undefined && !migrations.some(({ name }) => name === through))
    throw new UserError(`There is no migration "${through}".\n  ls migrations/ shows them; name it without .up.sql.`);
  if (reference.kind === "secret") await prepareManagedDatabase(reference, options);
  const choose = (current: MigrationStatus) =>
    plan("up", current).filter((name) => through === undefined || name <= through);
  return run(reference, migrations, "up", choose, options);
}

/**
 * Takes back the last applied migrations, newest first.
 * @param count how many. @default 1
 * @param only instead of a number: these, newest first, and nothing when another runner has changed what the last ones are
 * @throws UserError as `up`
 */
export async function down(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: MigrateOptions & { readonly count?: number; readonly only?: readonly string[] } = {},
): Promise<MigrateResult> {
  const { count = 1, only } = options;
  const choose = (current: MigrationStatus) => {
    const chosen = plan("down", current, only?.length ?? count);
    if (only === undefined || chosen.join() === only.join()) return chosen;
    throw new UserError(
      `Another runner was here meanwhile: the last migrations are ${chosen.join(", ")}, not ${only.join(", ")}.\n  Nothing was taken back. Look again: ./slipway db status.`,
    );
  };
  return run(reference, migrations, "down", choose, options);
}

async function run(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  direction: "up" | "down",
  choose: (current: MigrationStatus) => readonly string[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  return withConnection(reference, session(direction, options), async (client) => {
    await client.query("SET client_connection_check_interval = '2s'").catch(() => {}); // not on every platform
    const waited = await holdRunnerLock(client, options.runnerTimeout ?? 600_000, options.onWait);
    const patience = { lockRetries: options.lockRetries ?? 20, lockTimeout: options.lockTimeout ?? 1000 };
    await client.query(
      `SET lock_timeout = ${lockWait(0, patience)}; SET statement_timeout = ${options.statementTimeout ?? 30_000}`,
    );
    await assertGroupRoles(client);
    await client.query(`BEGIN; ${bookkeeping} COMMIT`);
    const current = await read(client, migrations);
    assertSound(direction === "up" ? current : { ...current, changed: [], late: [] });
    const ran: string[] = [];
    let lockRetries = 0;
    for (const name of choose(current)) {
      const migration = migrations.find((candidate) => candidate.name === name);
      if (migration === undefined) throw new Error(`${name} was planned, but is no migration`);
      options.onStart?.(migration, direction);
      lockRetries += await runMigration(client, migrations, migration, direction, {
        ...options,
        ...patience,
      });
      ran.push(name);
    }
    return { ran, lockRetries, waited };
  });
}

async function read(client: pg.Client, migrations: readonly Migration[]): Promise<MigrationStatus> {
  return compareMigrations(migrations, await readApplied(client), await readProgress(client));
}

async function assertGroupRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query("SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)", [groupRoles]);
  const missing = groupRoles.filter((role) => !rows.some(({ rolname }) => rolname === role));
  if (missing.length === 0) return;
  throw new UserError(
    `The server lacks the roles that the policies speak of: ${missing.join(", ")}.\n` +
      "  Run ./slipway up, which makes them, or as administrator: " +
      missing.map((role) => `CREATE ROLE ${role} NOLOGIN;`).join(" "),
  );
}

function session(work: string, { environment }: Pick<MigrateOptions, "environment">) {
  return { applicationName: `slipway migrations ${work}`, ...(environment && { environment }) };
}
