import { UserError } from "../errors.ts";
import type { MigrationStatus } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import { functionBodies } from "./sql-text.ts";
import { type WayBack, wayBack } from "./way-back.ts";

/** One migration that a rollback would take back. */
export interface Rollback {
  readonly migration: Migration;
  readonly back: WayBack;
}

/**
 * The name of the migration with a number.
 * @param number "7" or "0007"
 * @throws UserError when there is none
 */
export function migrationNumbered(migrations: readonly Migration[], number: string): string {
  const wanted = /^\d{1,4}$/.test(number) ? number.padStart(4, "0") : undefined;
  const found = migrations.find(({ name }) => wanted !== undefined && name.startsWith(`${wanted}_`));
  if (found !== undefined) return found.name;
  const numbers = migrations.map(({ name }) => name.slice(0, 4));
  throw new UserError(
    `There is no migration with the number "${number}".\n  There are ${numbers.length}, ${numbers[0] ?? "none"} to ${numbers.at(-1) ?? "none"}: ls migrations/ shows them.`,
    { exitCode: 2 },
  );
}

/**
 * What a rollback takes back, newest first: the last `count`, or all behind the migration `to` ("" for all there are).
 * @throws UserError when there is less than that, or something of it cannot come back, with every reason
 */
export function planRollback(
  migrations: readonly Migration[],
  current: MigrationStatus,
  wanted: { readonly count: number } | { readonly to: string },
): Rollback[] {
  const done = [...current.applied, ...current.unfinished].map(({ name }) => name);
  const count = "count" in wanted ? wanted.count : done.filter((name) => name > wanted.to).length;
  if (count > done.length)
    throw new UserError(
      `Only ${done.length === 1 ? "one migration is" : `${done.length} migrations are`} applied; ${count} cannot be taken back.\n  ./slipway db status shows them.`,
      { exitCode: 2 },
    );
  const names = done.slice(done.length - count).reverse();
  const bodies = functionBodies(migrations);
  const problems: string[] = [];
  const rollbacks: Rollback[] = [];
  for (const name of names) {
    const migration = migrations.find((known) => known.name === name);
    if (migration === undefined) {
      problems.push(`${name} is applied, but this checkout does not have it. Check out the version that has it.`);
      continue;
    }
    if ("to" in wanted && name <= wanted.to)
      problems.push(`${name} was applied after later ones, which --to would have to step over. Use --count.`);
    const back = wayBack(migration, bodies);
    if (back.loses.length > 0)
      problems.push(
        `${migration.down.path} would lose ${back.loses.join(", ")}. Let it put that aside with slipway.archive() first.`,
      );
    rollbacks.push({ migration, back });
  }
  if (problems.length > 0)
    throw new UserError(
      `This cannot be taken back, and nothing was:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n  A backup is the other way back: ./slipway db restore <stack> --rehearse tries one.`,
    );
  return rollbacks;
}
