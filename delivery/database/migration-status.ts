import type pg from "pg";
import { UserError } from "../errors.ts";
import type { Migration } from "./migrations.ts";
import type { MigrationProgress } from "./progress.ts";

/** A row of `slipway.migrations`. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: Date;
  readonly appliedBy: string;
}

/** How a database stands to the migrations of this checkout. */
export interface MigrationStatus {
  /** In the order in which they were applied. */
  readonly applied: readonly AppliedMigration[];
  /** In the order in which `up` will run them. */
  readonly pending: readonly string[];
  /** Applied migrations whose up file is no longer what was applied. */
  readonly changed: readonly {
    readonly name: string;
    readonly file: string;
    readonly recorded: string;
    readonly actual: string;
  }[];
  /** Applied migrations that this checkout does not have: the database is ahead of it. */
  readonly unknown: readonly string[];
  /** Pending migrations that a run began, up or down, and did not finish. Both directions go on from there. */
  readonly unfinished: readonly MigrationProgress[];
  /** Pending migrations that come before an applied one: they were added with too low a number. */
  readonly late: readonly string[];
}

/** Reads what was applied; empty for a database that no migration has touched. Writes nothing. */
export async function readApplied(client: pg.ClientBase): Promise<AppliedMigration[]> {
  const {
    rows: [known],
  } = await client.query("SELECT to_regclass('slipway.migrations') IS NOT NULL AS known");
  if (!known.known) return [];
  const { rows } = await client.query(
    'SELECT name, checksum, run_on AS "appliedAt", applied_by AS "appliedBy" FROM slipway.migrations ORDER BY run_on, id',
  );
  return rows;
}

/** Compares what was applied with what there is. */
export function compareMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  progress: readonly MigrationProgress[] = [],
): MigrationStatus {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  const recorded = new Set(applied.map(({ name }) => name));
  const last = [...recorded].sort().at(-1) ?? "";
  const unfinished = progress.filter(({ name, finishedAt }) => finishedAt === undefined && !recorded.has(name));
  const pending = migrations.filter(({ name }) => !recorded.has(name)).map(({ name }) => name);
  return {
    applied,
    pending,
    changed: applied.flatMap(({ name, checksum }) => {
      const migration = byName.get(name);
      if (migration === undefined || migration.checksum === checksum) return [];
      return [{ name, file: migration.up.path, recorded: checksum, actual: migration.checksum }];
    }),
    unknown: [...applied, ...unfinished].filter(({ name }) => !byName.has(name)).map(({ name }) => name),
    unfinished,
    late: pending.filter((name) => name < last),
  };
}

/** @throws UserError when going up from here would build on something else than what the files say, with every reason. */
export function assertSound(status: MigrationStatus): void {
  const problems = [
    ...status.changed.map(({ file, recorded, actual }) => changedFileProblem(file, recorded, actual)),
    ...status.unknown.map(
      (name) =>
        `${name} is applied, but this checkout does not have it: the database is ahead.\n    Check out the version that has it, or roll it back from there first.`,
    ),
    ...status.late.map(
      (name) =>
        `${name} is not applied, though later ones are.\n    Give it the next free number, so that every database runs the same order.`,
    ),
  ];
  if (problems.length > 0)
    throw new UserError(`The database and the migrations do not agree:\n${problems.map((p) => `  ${p}`).join("\n")}`);
}

/** What to say of an applied file that is no longer what was applied. */
export function changedFileProblem(file: string, recorded: string, actual: string): string {
  return (
    `${file} was changed after it was applied (applied ${recorded}, now ${actual}).\n` +
    "    Put the file back as it was (git log shows it) and write the change as a new migration."
  );
}
