import type pg from "pg";
import { backfillsLeft } from "./backfill-counts.ts";
import type { MigrationStatus } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import { functionBodies } from "./sql-text.ts";
import { lockModes, locksOfFile, type StatementLock } from "./statement-locks.ts";
import { type WayBack, wayBack } from "./way-back.ts";

/** One migration that a run would apply, and what that means for those who use the database meanwhile. */
export interface PlannedMigration {
  readonly name: string;
  readonly file: string;
  /** The source's phase of the rollout. */
  readonly phase?: string;
  /** transaction: all or nothing; statements: each by itself; backfill: in batches, each in its own transaction. */
  readonly mode: "transaction" | "statements" | "backfill";
  /** Begun by an earlier run, up or down, and not finished. */
  readonly begun?: "up" | "down";
  /** Rows that a backfill has still to look after, as of now; undefined where nobody counts them. */
  readonly rows?: number;
  /**
   * The locks on tables that there are already, each held until its transaction ends (of a file in pieces: its statement).
   * Where names are chosen at run time, all that may be meant.
   */
  readonly locks: readonly (StatementLock & { readonly line: number })[];
  /** What its way back would do with data. */
  readonly back: WayBack;
}

/** What `migrate` would do now. Changes nothing. */
export async function planMigrations(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  current: MigrationStatus,
  through?: string,
): Promise<PlannedMigration[]> {
  const bodies = functionBodies(migrations);
  const planned: PlannedMigration[] = [];
  for (const migration of migrations) {
    const { name, up } = migration;
    if (!current.pending.includes(name) || (through !== undefined && name > through)) continue;
    const { mode, phase } = up.directives;
    const begun = current.unfinished.find((left) => left.name === name)?.direction;
    const rows = mode.kind === "backfill" ? await backfillsLeft(client, name) : undefined;
    planned.push({
      name,
      file: up.path,
      mode: mode.kind,
      locks: await onExisting(client, locksOfFile(up.sql, bodies)),
      back: wayBack(migration, bodies),
      ...(phase !== undefined && { phase }),
      ...(begun !== undefined && { begun }),
      ...(rows !== undefined && { rows }),
    });
  }
  return planned;
}

async function onExisting<Lock extends StatementLock>(client: pg.ClientBase, locks: readonly Lock[]): Promise<Lock[]> {
  const { rows } = await client.query(
    "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
    [locks.map(({ table }) => table)],
  );
  const there = new Set(rows.map(({ name }) => name));
  return locks.filter(({ table }) => there.has(table));
}

/** Of each table the strongest lock, for people; the weak ones, which nobody feels, left out. */
export function feltLocks(locks: readonly StatementLock[]): StatementLock[] {
  const strongest = new Map<string, StatementLock>();
  for (const lock of locks) {
    const known = strongest.get(lock.table);
    if (lock.blocks === "nothing") continue;
    if (known === undefined || lockModes.indexOf(lock.mode) > lockModes.indexOf(known.mode))
      strongest.set(lock.table, lock);
  }
  return [...strongest.values()];
}
