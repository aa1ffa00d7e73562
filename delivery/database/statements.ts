import pg from "pg";
import type { MigrationFile } from "./migrations.ts";
import { begin, finish } from "./progress.ts";
import { type LockPatience, lockStates, withRetries } from "./retries.ts";
import { type Statement, splitStatements } from "./sql-statements.ts";

/** Statements that hold no lock that clients wait for, and may take long on a large table. */
const patient = /\bCONCURRENTLY\b|\bVALIDATE\s+CONSTRAINT\b/i;

const concurrentIndex =
  /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?("[^"]+"|\w+)\s+ON\s+(?:ONLY\s+)?("[^"]+"|\w+)\s*\.\s*("[^"]+"|\w+)/i;

/** Says in which statement of a file an error happened. */
export class StatementError extends Error {
  readonly statement: Statement;
  constructor(statement: Statement, cause: unknown) {
    super("a statement failed", { cause });
    this.statement = statement;
  }
}

/**
 * Runs a file statement by statement, each by itself, and then says that it is done. Killed anywhere, the next run begins with the
 * first statement again.
 * @returns how often it stepped back from a lock.
 */
export async function runStatements(
  client: pg.Client,
  name: string,
  direction: "up" | "down",
  file: MigrationFile,
  checksum: string,
  patience: LockPatience,
): Promise<number> {
  await begin(client, name, direction);
  let retries = 0;
  for (const statement of splitStatements(file.sql)) {
    try {
      const step = await withRetries(client, lockStates, patience, () => runStatement(client, statement.sql));
      retries += step.retries;
    } catch (error) {
      throw new StatementError(statement, error);
    }
  }
  await client.query("BEGIN");
  await finish(client, name, direction, checksum);
  await client.query("COMMIT");
  return retries;
}

async function runStatement(client: pg.Client, sql: string): Promise<void> {
  await dropInvalidIndex(client, sql);
  if (!patient.test(sql)) {
    await client.query(sql);
    return;
  }
  const {
    rows: [limits],
  } = await client.query(
    "SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement",
  );
  await client.query("SET lock_timeout = 0; SET statement_timeout = '6h'");
  try {
    await client.query(sql);
  } finally {
    await client
      .query(
        `SET lock_timeout = ${pg.escapeLiteral(limits.lock)}; SET statement_timeout = ${pg.escapeLiteral(limits.statement)}`,
      )
      .catch(() => {});
  }
}

/** What a CREATE INDEX CONCURRENTLY leaves that was killed: an index that costs and serves nobody, and whose name is taken. */
async function dropInvalidIndex(client: pg.Client, sql: string): Promise<void> {
  const [, index, schema] = concurrentIndex.exec(sql) ?? [];
  if (index === undefined || schema === undefined) return;
  const { rowCount } = await client.query(
    `SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid`,
    [`${schema}.${index}`],
  );
  if (rowCount === 1) await client.query(`DROP INDEX CONCURRENTLY ${schema}.${index}`);
}
