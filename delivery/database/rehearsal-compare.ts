import type { Portrait, TablePortrait } from "./rehearsal-portrait.ts";

/*
 * Whether a restored database is what the live one was. Pure. The latest moment lies between two portraits of the live database, so
 * that PostgreSQL's own counters say how many rows it can have at most and at least, whatever was written meanwhile. For an earlier
 * moment there is no portrait: there the times that rows bear tell which of them are younger.
 */

/** One table on both sides. */
export interface ComparedTable {
  readonly name: string;
  /** Rows of the live table before the restore and after it. */
  readonly live: readonly [number, number];
  /** Undefined when the copy does not have the table. */
  readonly copy: number | undefined;
  /** How many rows the copy may have; undefined when nothing can be said. */
  readonly between: readonly [number, number] | undefined;
  readonly newest: { readonly live?: string | undefined; readonly copy?: string | undefined };
}

export interface Comparison {
  /** How many migrations the copy has. */
  readonly migrations: number;
  readonly tables: readonly ComparedTable[];
  /** Why the copy is not what the live database was; empty when it is. */
  readonly problems: readonly string[];
  /** What differs and may. */
  readonly remarks: readonly string[];
}

/** What there is to compare. */
export interface Portraits {
  /** The live database, before the restore was begun. */
  readonly before: Portrait;
  /** The live database, once the copy could be read. */
  readonly after: Portrait;
  readonly copy: Portrait;
  /** The moment that was asked for; undefined for the latest, which then lies between `before` and `after`. */
  readonly at?: Date | undefined;
}

/** Compares a restored database with the live one. */
export function compare({ after, at, before, copy }: Portraits): Comparison {
  const problems: string[] = [];
  const remarks: string[] = [];
  const migrations = compareMigrations({ after, at, before, copy }, problems, remarks);
  const names = Object.keys(before.tables);
  if (names.length === 0) problems.push("the live database has no tables, so that nothing is proved");
  const tables = names.map((name) => {
    const live = before.tables[name] as TablePortrait;
    const later = after.tables[name];
    const found = copy.tables[name];
    const between = later && boundsOf(live, later, at);
    const complain = (text: string, excused = false) => (excused ? remarks : problems).push(`${name} ${text}`);
    if (found === undefined) complain("is missing in the copy", migrations.changed || later === undefined);
    else {
      if (between === undefined) complain("was not judged by its rows: none of them bears a time", true);
      else if (found.rows < between[0])
        complain(`has ${found.rows} rows in the copy, at least ${between[0]} were there at the restored moment`);
      else if (found.rows > between[1] && at === undefined)
        complain(`has ${found.rows} rows in the copy, at most ${between[1]} were there at the restored moment`);
      const lost = at === undefined && later && isQuiet(live, later) && found.newest !== live.newest;
      if (lost)
        complain(
          `ends at ${found.newest ?? "no time"} in the copy and at ${live.newest ?? "no time"} in the live database`,
        );
      const guards = [live, later ?? live].map(({ guard }) => JSON.stringify(guard));
      if (!guards.includes(JSON.stringify(found.guard)))
        complain(
          `is guarded otherwise in the copy: ${described(found.guard)}; live: ${described(live.guard)}`,
          migrations.changed,
        );
    }
    return {
      name,
      live: [live.rows, later?.rows ?? 0] as const,
      copy: found?.rows,
      between,
      newest: { live: live.newest, copy: found?.newest },
    };
  });
  return { migrations: copy.migrations.length, tables, problems, remarks };
}

function compareMigrations(
  { after, at, before, copy }: Portraits,
  problems: string[],
  remarks: string[],
): { readonly changed: boolean } {
  const key = ({ name, checksum }: Portrait["migrations"][number]) => `${name} (${checksum.slice(0, 12)})`;
  const then = before.migrations.filter(({ appliedAt }) => at === undefined || appliedAt <= at);
  const [wanted, also, found] = [then, after.migrations, copy.migrations].map((all) => new Set(all.map(key)));
  const missing = [...(wanted ?? [])].filter((each) => !found?.has(each));
  const more = [...(found ?? [])].filter((each) => !wanted?.has(each));
  const running = also !== undefined && [...also].sort().join() !== before.migrations.map(key).sort().join();
  const changed = running || then.length < before.migrations.length;
  if (running) remarks.push("migrations were run on the live database during the rehearsal");
  if (then.length < before.migrations.length)
    remarks.push(`${before.migrations.length - then.length} migrations were applied after the restored moment`);
  if (missing.length > 0 && !running) problems.push(`migrations missing in the copy: ${missing.join(", ")}`);
  // Some that were taken back since are there in an older copy.
  if (more.length > 0 && !running)
    (at === undefined ? problems : remarks).push(`migrations only in the copy: ${more.join(", ")}`);
  return { changed: changed || more.length > 0 };
}

/** How many rows the table can have had at the restored moment. */
function boundsOf(
  before: TablePortrait,
  after: TablePortrait,
  at: Date | undefined,
): readonly [number, number] | undefined {
  // A table that was emptied at once (TRUNCATE) has no deletions counted; its live rows say so.
  if (at === undefined) {
    const inserted = Math.max(0, after.written.inserted - before.written.inserted);
    const deleted = Math.max(0, after.written.deleted - before.written.deleted);
    return [Math.min(before.rows - deleted, after.rows), Math.max(before.rows + inserted, after.rows)];
  }
  // Rows that were changed since count as younger: the copy may have them, and rows that were deleted since.
  return before.after === undefined ? undefined : [before.rows - before.after, Number.POSITIVE_INFINITY];
}

const isQuiet = (before: TablePortrait, after: TablePortrait): boolean =>
  before.rows === after.rows &&
  before.newest === after.newest &&
  JSON.stringify(before.written) === JSON.stringify(after.written);

const described = ({ enabled, forced, policies }: TablePortrait["guard"]): string =>
  enabled ? `row-level security${forced ? ", forced" : ""}, ${policies.length} policies` : "no row-level security";
