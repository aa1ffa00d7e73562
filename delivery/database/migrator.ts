import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { UserError } from "../errors.ts";
import { bookkeeping, groupRoles } from "./bookkeeping.ts";
import { sqlState, withConnection } from "./connection.ts";
import { prepareManagedDatabase } from "./managed-database.ts";
import { assertSound, compareMigrations, type MigrationStatus, readApplied } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import type { DatabaseReference } from "./reference.ts";

export interface MigrateOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** How long one statement waits for a lock that the application holds, in milliseconds, before it steps back. @default 1000 */
  readonly lockTimeout?: number;
  /** How long one statement may run, in milliseconds. @default 30000 */
  readonly statementTimeout?: number;
  /** How often a migration steps back from a lock and tries again. @default 20 */
  readonly lockRetries?: number;
  /** How long to wait for another runner, in milliseconds. @default 600000 */
  readonly runnerTimeout?: number;
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

/** "slipway" in ASCII: the advisory lock that one runner a database holds. */
const runnerLock = "32488822435963257";

/** How the database stands to the migrations. Changes nothing. */
export async function status(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: Pick<MigrateOptions, "environment"> = {},
): Promise<MigrationStatus> {
  return withConnection(reference, session("status", options), async (client) =>
    compareMigrations(migrations, await readApplied(client)),
  );
}

/** The migrations that `up` (all pending) or `down` (the last `count`) would run, in that order. Changes nothing. */
export function plan(direction: "up" | "down", current: MigrationStatus, count = 1): string[] {
  if (direction === "up") return [...current.pending];
  return current.applied
    .slice(-count)
    .map(({ name }) => name)
    .reverse();
}

/**
 * Applies every pending migration, each in a transaction of its own together with its record: killed anywhere, a migration is
 * either done and recorded or not done, and the next run goes on. A second runner waits for the first.
 * On a managed server, database and roles are made first.
 *
 * @throws UserError when files and database disagree, a lock is never free, or the SQL fails (with the file and line).
 */
export async function up(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
): Promise<MigrateResult> {
  if (reference.kind === "secret") await prepareManagedDatabase(reference, options);
  return run(reference, migrations, "up", () => Number.POSITIVE_INFINITY, options);
}

/**
 * Takes back the last applied migrations, newest first.
 * @param count how many. @default 1
 */
export async function down(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  options: MigrateOptions & { readonly count?: number } = {},
): Promise<MigrateResult> {
  return run(reference, migrations, "down", (current) => Math.min(options.count ?? 1, current.applied.length), options);
}

async function run(
  reference: DatabaseReference,
  migrations: readonly Migration[],
  direction: "up" | "down",
  count: (current: MigrationStatus) => number,
  options: MigrateOptions,
): Promise<MigrateResult> {
  return withConnection(reference, session(direction, options), async (client) => {
    await client.query("SET client_connection_check_interval = '2s'").catch(() => {}); // not on every platform
    const waited = await holdRunnerLock(client, options.runnerTimeout ?? 600_000);
    await client.query(
      `SET lock_timeout = ${options.lockTimeout ?? 1000}; SET statement_timeout = ${options.statementTimeout ?? 30_000}`,
    );
    await assertGroupRoles(client);
    await client.query(`BEGIN; ${bookkeeping} COMMIT`);
    const current = compareMigrations(migrations, await readApplied(client));
    assertSound(direction === "up" ? current : { ...current, changed: [], late: [] });
    const target = count(current);
    if (target === 0 || (direction === "up" && current.pending.length === 0))
      return { ran: [], lockRetries: 0, waited };
    return { ...(await runWithRetries(client, migrations, direction, target, options.lockRetries ?? 20)), waited };
  });
}

/** 55P03 lock_not_available, 40P01 deadlock_detected: the migration was rolled back whole and may be tried again. */
const retryable = ["55P03", "40P01"];

async function runWithRetries(
  client: pg.Client,
  migrations: readonly Migration[],
  direction: "up" | "down",
  count: number,
  retries: number,
): Promise<Pick<MigrateResult, "ran" | "lockRetries">> {
  const { runner } = await import("node-pg-migrate");
  const { directoryOf, pairLoader } = await import("./pair-loader.ts");
  const before = new Set((await readApplied(client)).map(({ name }) => name));
  const done = async () => {
    const after = new Set((await readApplied(client)).map(({ name }) => name));
    const changed = migrations.map(({ name }) => name).filter((name) => before.has(name) !== after.has(name));
    return direction === "up" ? changed : changed.reverse();
  };
  for (let attempt = 0; ; attempt++) {
    try {
      await runner({
        dbClient: client,
        dir: directoryOf(migrations),
        migrationLoaderStrategies: [{ extensions: [".sql"], loader: pairLoader(migrations) }],
        ignorePattern: "(?!.*\\.up\\.sql$).*",
        migrationsSchema: "slipway",
        migrationsTable: "migrations",
        direction,
        count: count - (await done()).length,
        singleTransaction: false,
        noLock: true, // its lock waits inside a statement, which would block CREATE INDEX CONCURRENTLY of the runner it waits for
        checkOrder: false, // assertSound has said more about it
        logger: silent,
      });
      return { ran: await done(), lockRetries: attempt };
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      if (!retryable.includes(sqlState(error) ?? "") || attempt >= retries)
        throw explain(error, migrations, direction, await next(client, migrations, direction), attempt);
      await sleep(Math.min(100 * 2 ** attempt, 2000) * (0.5 + Math.random()));
    }
  }
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The migration that failed: the first that is not done. */
async function next(
  client: pg.Client,
  migrations: readonly Migration[],
  direction: "up" | "down",
): Promise<Migration | undefined> {
  const current = compareMigrations(migrations, await readApplied(client).catch(() => []));
  const [name] = plan(direction, current);
  return migrations.find((migration) => migration.name === name);
}

function explain(
  error: unknown,
  migrations: readonly Migration[],
  direction: "up" | "down",
  failed: Migration | undefined,
  attempts: number,
): unknown {
  const state = sqlState(error);
  if (state === undefined) return error;
  const { message, position, detail, hint } = error as pg.DatabaseError;
  const file = (failed ?? migrations[0])?.[direction];
  const line = file && position ? `:${file.sql.slice(0, Number(position)).split("\n").length}` : "";
  const where = `${file?.path ?? "a migration"}${line}`;
  const done = "Nothing of this migration was done; what came before it stays.";
  if (retryable.includes(state)) {
    return new UserError(
      `${where}: a lock was not free, ${attempts + 1} times (${message}). ${done}\n` +
        "  Look for a long transaction (SELECT pid, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start) and run again.",
      { cause: error },
    );
  }
  const more = [detail, hint]
    .filter((text) => text !== undefined)
    .map((text) => `\n  ${text}`)
    .join("");
  return new UserError(`${where}: ${message} (SQLSTATE ${state}). ${done}${more}`, { cause: error });
}

/**
 * Takes the advisory lock by asking again and again: a session that waits inside `pg_advisory_lock` holds a snapshot, and
 * CREATE INDEX CONCURRENTLY of the runner it waits for would wait for it in turn.
 * @returns milliseconds waited.
 */
async function holdRunnerLock(client: pg.Client, timeout: number): Promise<number> {
  const start = Date.now();
  for (;;) {
    const {
      rows: [answer],
    } = await client.query(`SELECT pg_try_advisory_lock(${runnerLock}) AS held`);
    if (answer.held) return Date.now() - start;
    if (Date.now() - start > timeout) {
      throw new UserError(
        `Another migration has been running on this database for more than ${Math.round(timeout / 1000)} s${await describeHolder(client)}.\n` +
          "  Wait for it, or end that session with pg_terminate_backend; its unfinished migration is then rolled back.",
      );
    }
    await sleep(100);
  }
}

async function describeHolder(client: pg.Client): Promise<string> {
  const {
    rows: [holder],
  } = await client.query(
    `SELECT a.pid, a.usename, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND ((l.classid::bigint << 32) | l.objid::bigint) = ${runnerLock}`,
  );
  return holder === undefined ? "" : ` (session ${holder.pid}, ${holder.usename}, "${holder.application_name}")`;
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
