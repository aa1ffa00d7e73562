import type pg from "pg";
import { UserError } from "../errors.ts";
import { type BackfillOptions, runBackfill } from "./backfill.ts";
import { diskFullError, isDiskFull, sqlState } from "./connection.ts";
import type { Migration, MigrationFile } from "./migrations.ts";
import { begin, finish } from "./progress.ts";
import { GivenUp, lockStates, withRetries } from "./retries.ts";
import { runStatements, StatementError } from "./statements.ts";

type Direction = "up" | "down";

/**
 * Applies or takes back one migration in the manner that its file asks for.
 * @returns how often it stepped back from a lock.
 * @throws UserError with file and line, and what is done and what is not.
 */
export async function runMigration(
  client: pg.Client,
  migrations: readonly Migration[],
  migration: Migration,
  direction: Direction,
  options: BackfillOptions,
): Promise<number> {
  const { name, checksum } = migration;
  const file = migration[direction];
  const { mode } = file.directives;
  try {
    if (mode.kind === "statements") return await runStatements(client, name, direction, file, checksum, options);
    if (mode.kind === "backfill")
      return await runBackfill(client, file, mode, checksum, await begin(client, name, direction), options);
    const inPieces = migration.up.directives.mode.kind !== "transaction";
    const work = inPieces
      ? () => takeBackWhole(client, migration)
      : () => runWithNodePgMigrate(client, migrations, name, direction);
    return (await withRetries(client, lockStates, options, work)).retries;
  } catch (error) {
    throw explain(error, file);
  }
}

/** A down in one transaction of a migration whose up is in pieces: it may be recorded or, unfinished, not. */
async function takeBackWhole(client: pg.Client, { name, down, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  await client.query(down.sql);
  await finish(client, name, "down", checksum);
  await client.query("COMMIT");
}

async function runWithNodePgMigrate(
  client: pg.Client,
  migrations: readonly Migration[],
  name: string,
  direction: Direction,
): Promise<void> {
  const { runner } = await import("node-pg-migrate");
  const { directoryOf, pairLoader } = await import("./pair-loader.ts");
  await runner({
    dbClient: client,
    dir: directoryOf(migrations),
    migrationLoaderStrategies: [{ extensions: [".sql"], loader: pairLoader(migrations) }],
    ignorePattern: "(?!.*\\.up\\.sql$).*",
    migrationsSchema: "slipway",
    migrationsTable: "migrations",
    direction,
    file: name,
    count: 1,
    singleTransaction: false,
    noLock: true, // its lock waits inside a statement, which would block CREATE INDEX CONCURRENTLY of the runner it waits for
    checkOrder: false, // assertSound has said more about it
    logger: silent,
  });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function explain(error: unknown, file: MigrationFile): unknown {
  if (error instanceof StatementError) return describe(error.cause, file, error.statement.line, error.statement.sql);
  return describe(error, file, 1, file.sql);
}

/** @param firstLine the line of the file in which the SQL begins that PostgreSQL counted from. */
function describe(error: unknown, file: MigrationFile, firstLine: number, sql: string): unknown {
  const attempts = error instanceof GivenUp ? error.attempts : 1;
  const cause = error instanceof GivenUp ? error.cause : error;
  const state = sqlState(cause);
  if (state === undefined) return cause;
  const { message, position, detail, hint } = cause as pg.DatabaseError;
  const inPieces = file.directives.mode.kind !== "transaction";
  const line = position ? firstLine + sql.slice(0, Number(position)).split("\n").length - 1 : firstLine;
  const where = `${file.path}${position || inPieces ? `:${line}` : ""}`;
  const done = inPieces
    ? "What was done of this migration stays: run again to go on, or roll it back."
    : "Nothing of this migration was done; what came before it stays.";
  if (lockStates.includes(state)) {
    return new UserError(
      `${where}: a lock was not free, ${attempts} times (${message}). ${done}\n` +
        "  Look for a long transaction (SELECT pid, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start) and run again.",
      { cause },
    );
  }
  if (isDiskFull(cause)) return diskFullError(cause, `${where} stopped there. ${done}`);
  const more = [detail, hint]
    .filter((text) => text !== undefined)
    .map((text) => `\n  ${text}`)
    .join("");
  return new UserError(`${where}: ${message} (SQLSTATE ${state}). ${done}${more}`, { cause });
}
