import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import { type Directives, parseDirectives } from "./directives.ts";
import { splitStatements } from "./sql-statements.ts";

/** One numbered step of the schema: a pair of SQL files. */
export interface Migration {
  /** `0002_feature_flags`: the files' name without `.up.sql` and `.down.sql`. */
  readonly name: string;
  readonly up: MigrationFile;
  readonly down: MigrationFile;
  /**
   * The first 16 hex digits of the up file's SHA-256, line ends made equal. The down file does not count: it was not what
   * made the schema, and a fault that is found in it must be mendable.
   */
  readonly checksum: string;
}

export interface MigrationFile {
  readonly path: string;
  readonly sql: string;
  /** How it wants to be run. */
  readonly directives: Directives;
}

const fileName = /^(\d{4}_[a-z0-9_]+)\.(up|down)\.sql$/;

/**
 * Reads the pairs of a folder, in the order of their numbers.
 * @throws UserError with every misnamed, missing, empty or doubly numbered file at once.
 */
export function readMigrations(directory: string): Migration[] {
  const problems: string[] = [];
  const found = new Map<string, Partial<Record<"up" | "down", MigrationFile>>>();
  for (const file of listSqlFiles(directory)) {
    const [, name, direction] = fileName.exec(file) ?? [];
    const filePath = path.join(directory, file);
    if (name === undefined || direction === undefined) {
      problems.push(`${filePath} is not named like 0001_what_it_does.up.sql or 0001_what_it_does.down.sql. Rename it.`);
      continue;
    }
    const sql = readFileSync(filePath, "utf8");
    if (sql.trim() === "")
      problems.push(`${filePath} is empty. Write its SQL, or a comment that says why there is nothing to do.`);
    const { directives, problems: faults } = parseDirectives(sql);
    problems.push(...faults.map((fault) => `${filePath} ${fault}`));
    if (directives.mode.kind === "backfill" && splitStatements(sql).length !== 1)
      problems.push(
        `${filePath} is a backfill, but not one single statement. Move the others to a migration of their own.`,
      );
    found.set(name, { ...found.get(name), [direction]: { path: filePath, sql, directives } });
  }

  const migrations: Migration[] = [];
  const numbers = new Map<string, string>();
  for (const [name, { up, down }] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const number = name.slice(0, 4);
    const other = numbers.get(number);
    if (other !== undefined)
      problems.push(`${name} and ${other} have the same number. Give the newer one the next free number.`);
    numbers.set(number, name);
    if (up === undefined || down === undefined) {
      const missing = up === undefined ? "up" : "down";
      problems.push(
        `${path.join(directory, `${name}.${missing}.sql`)} is missing. Every migration is a pair of an up and a down file.`,
      );
      continue;
    }
    if (up.directives.mode.kind === "transaction" && down.directives.mode.kind !== "transaction")
      problems.push(
        `${down.path} is run in pieces, but its up in one transaction, which would find half of it after a kill. Let the up be "transaction none" too.`,
      );
    migrations.push({ name, up, down, checksum: checksumOf(up.sql) });
  }
  if (problems.length > 0)
    throw new UserError(`The migrations cannot be used:\n${problems.map((p) => `  ${p}`).join("\n")}`);
  return migrations;
}

function checksumOf(sql: string): string {
  return createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex").slice(0, 16);
}

function listSqlFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((file) => file.endsWith(".sql"));
  } catch (error) {
    throw new UserError(`${directory}: the migrations' folder cannot be read (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
