import type pg from "pg";
import { sqlState } from "./connection.ts";
import type { Migration } from "./migrations.ts";
import { relationsMeant, sqlName, withCalled, withoutComments } from "./sql-text.ts";

/** Data that a down puts into `slipway_archive`. */
interface Archived {
  /** With schema. */
  readonly table: string;
  /** One column only. @default the rows with all columns */
  readonly column?: string;
  /** Some of the rows: those that a condition names at run time. */
  readonly part: boolean;
}

/** What the down of a migration does with data, as its text says. */
export interface WayBack {
  readonly archives: readonly Archived[];
  /** What would be gone for good: tables, columns and rows that nothing puts aside first. Empty for a down that keeps all data. */
  readonly loses: readonly string[];
}

/** Reads from a down, and from the functions of ours that it calls, what becomes of data. */
export function wayBack({ down }: Migration, bodies: ReadonlyMap<string, string>): WayBack {
  const texts = withCalled(withoutComments(down.sql), bodies);
  const archives = new Map<string, Archived>();
  for (const text of texts) for (const archived of archivedIn(text)) archives.set(keyOf(archived), archived);
  const tables = new Set([...archives.values()].filter(({ column }) => column === undefined).map(({ table }) => table));
  const whole = (table: string) => archives.get(table)?.part === false;
  const column = (table: string, name: string) => whole(table) || archives.has(`${table}.${name}`);
  const loses = texts.flatMap((text) => [
    ...dropped(text)
      .filter((table) => !whole(table))
      .map((table) => `the table ${table}`),
    ...droppedColumns(text)
      .filter(([table, name]) => !column(table, name))
      .map(([table, name]) => `the column ${table}.${name}`),
    ...emptied(text)
      .filter((table) => !tables.has(table))
      .map((table) => `rows of ${table}`),
    ...cleared(text)
      .filter(([table, name]) => !column(table, name))
      .map(([table, name]) => `values of ${table}.${name}`),
    ...[...text.matchAll(/DROP\s+SCHEMA\s+(?:IF\s+EXISTS\s+)?([\w", ]+?)\s+CASCADE/gi)].map(
      ([, name]) => `all that is in the schema ${name}`,
    ),
  ]);
  return { archives: [...archives.values()], loses: [...new Set(loses)] };
}

function keyOf({ table, column }: Archived): string {
  return column === undefined ? table : `${table}.${column}`;
}

function archivedIn(text: string): Archived[] {
  const call =
    /\bslipway\.(archive|archive_rows|move_to_archive|archive_column)\(\s*('[^']*'(?:::regclass)?|\w+(?:::regclass)?)\s*([^;]*);/g;
  return [...text.matchAll(call)].flatMap(([, name, argument = "", rest = ""]) =>
    relationsMeant(argument, text).map((table) => {
      if (name !== "archive_column") return { table, part: name !== "archive" };
      const [, column = "", condition] = /^,\s*'[^']*'\s*,\s*'([^']*)'\s*(,)?/.exec(rest) ?? [];
      return { table, column, part: condition !== undefined };
    }),
  );
}

/** Tables that are dropped. What is in the schema `slipway` are notes of the migrations themselves. */
function dropped(text: string): string[] {
  const names = [...text.matchAll(/\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?([^;']+)/gi)].flatMap(([, list = ""]) =>
    list
      .replace(/\s+(?:CASCADE|RESTRICT)\s*$/i, "")
      .split(",")
      .map(clean),
  );
  const chosen = [...text.matchAll(/format\(\s*'DROP\s+TABLE\s[^']*%[sI][^']*'\s*,\s*(\w+)/gi)].flatMap(
    ([, variable = ""]) => relationsMeant(variable, text),
  );
  return ours([...names.filter((name) => !name.includes("%")), ...chosen]);
}

function droppedColumns(text: string): [string, string][] {
  const altered = new RegExp(String.raw`\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${sqlName}\s+([^;]*)`, "gi");
  return [...text.matchAll(altered)].flatMap(([, table = "", actions = ""]) =>
    [...actions.matchAll(/\bDROP\s+(?:COLUMN\s+)(?:IF\s+EXISTS\s+)?("[^"]+"|\w+)/gi)].map(
      ([, name = ""]): [string, string] => [clean(table), clean(name)],
    ),
  );
}

function emptied(text: string): string[] {
  const gone = new RegExp(String.raw`\b(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?${sqlName}`, "gi");
  return ours([...text.matchAll(gone)].map(([, table = ""]) => clean(table)));
}

function cleared(text: string): [string, string][] {
  const nulled = new RegExp(String.raw`\bUPDATE\s+(?:ONLY\s+)?${sqlName}\s+(?:\w+\s+)?SET\s+(\w+)\s*=\s*NULL\b`, "gi");
  return [...text.matchAll(nulled)].flatMap(([, table = "", column = ""]): [string, string][] =>
    table.includes("%") ? [] : [[clean(table), column]],
  );
}

function clean(name: string): string {
  return name.replaceAll(/[\s"]/g, "");
}

function ours(names: readonly string[]): string[] {
  return names.filter((name) => !/^slipway(_archive)?\./.test(name));
}

/** What a rollback puts aside of a table or column, with the rows that there are now. */
export interface ArchivedNow extends Archived {
  /** At most so many rows; undefined where the table is not there, or nobody here may count it. */
  readonly rows?: number;
}

/** Counts what would go to the archive. Of a table that several downs put aside it is counted once. */
export async function countArchived(client: pg.ClientBase, ways: readonly WayBack[]): Promise<ArchivedNow[]> {
  const all = new Map<string, Archived>();
  for (const archived of ways.flatMap(({ archives }) => archives)) {
    const known = all.get(keyOf(archived));
    all.set(keyOf(archived), known === undefined ? archived : { ...known, part: known.part && archived.part });
  }
  const counted: ArchivedNow[] = [];
  for (const archived of all.values()) {
    const rows = await count(client, archived);
    counted.push({ ...archived, ...(rows !== undefined && { rows }) });
  }
  return counted;
}

/** 42P01 no such table, 3F000 no such schema, 42703 no such column, 42501 not allowed. */
const uncountable = ["42P01", "3F000", "42703", "42501"];

async function count(client: pg.ClientBase, { table, column }: Archived): Promise<number | undefined> {
  const name = table
    .split(".")
    .map((part) => `"${part}"`)
    .join(".");
  try {
    const { rows } = await client.query(
      `SELECT count(${column === undefined ? "*" : `"${column}"`}) AS n FROM ${name}`,
    );
    return Number(rows[0]?.n);
  } catch (error) {
    if (uncountable.includes(sqlState(error) ?? "")) return undefined;
    throw error;
  }
}
