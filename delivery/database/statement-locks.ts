import { type Statement, splitStatements } from "./sql-statements.ts";
import { relationsMeant, sqlName, withCalled, withoutComments } from "./sql-text.ts";

/** PostgreSQL's table locks, from the weakest to the strongest (its manual, "Explicit Locking"). */
export const lockModes = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof lockModes)[number];

/** A lock that a statement takes on a table that others use. */
export interface StatementLock {
  readonly table: string;
  readonly mode: LockMode;
  /** What the application cannot do with the table as long as the lock is held. */
  readonly blocks: "nothing" | "writes" | "reads and writes";
}

/** What a lock keeps the application from. */
export function blockedBy(mode: LockMode): StatementLock["blocks"] {
  if (mode === "ACCESS EXCLUSIVE") return "reads and writes";
  return lockModes.indexOf(mode) >= lockModes.indexOf("SHARE") ? "writes" : "nothing";
}

type Found = readonly [table: string, mode: LockMode];
type Rule = readonly [pattern: RegExp, mode: LockMode];

const rule = (pattern: string, mode: LockMode): Rule => [
  new RegExp(`^${pattern.replaceAll(" ", "\\s+").replaceAll("NAME", sqlName)}`, "i"),
  mode,
];

/** Statements on one table; the table is the pattern's group. The first that fits counts. */
const rules: readonly Rule[] = [
  rule(
    String.raw`CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?[\w"]+ ON (?:ONLY )?NAME`,
    "SHARE UPDATE EXCLUSIVE",
  ),
  rule(String.raw`CREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?[\w"]+ ON (?:ONLY )?NAME`, "SHARE"),
  rule(
    String.raw`CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER [\w"]+ (?:BEFORE|AFTER|INSTEAD OF) [\s\S]*? ON NAME`,
    "SHARE ROW EXCLUSIVE",
  ),
  rule(String.raw`DROP TRIGGER (?:IF EXISTS )?[\w"]+ ON NAME`, "ACCESS EXCLUSIVE"),
  rule(String.raw`(?:CREATE|ALTER|DROP) POLICY (?:IF EXISTS )?[\w"%]+ ON NAME`, "ACCESS EXCLUSIVE"),
  rule("COMMENT ON TABLE NAME", "SHARE UPDATE EXCLUSIVE"),
  rule(String.raw`COMMENT ON (?:POLICY|TRIGGER|CONSTRAINT) [\w"%]+ ON NAME`, "SHARE UPDATE EXCLUSIVE"),
  rule("TRUNCATE (?:TABLE )?(?:ONLY )?NAME", "ACCESS EXCLUSIVE"),
  rule("(?:ANALYZE|VACUUM)(?: ANALYZE)? NAME", "SHARE UPDATE EXCLUSIVE"),
  rule("(?:CLUSTER|VACUUM FULL|REINDEX TABLE) NAME", "ACCESS EXCLUSIVE"),
];

/** Our own functions of `bookkeeping.ts` with a table as first argument. */
const calls: Readonly<Record<string, LockMode>> = {
  protect: "ACCESS EXCLUSIVE",
  restore: "ROW EXCLUSIVE",
  restore_rows: "ROW EXCLUSIVE",
  restore_column: "ROW EXCLUSIVE",
  archive: "ACCESS SHARE",
  archive_rows: "ACCESS SHARE",
  archive_column: "ACCESS SHARE",
  move_to_archive: "ROW EXCLUSIVE",
};

/** The table locks of a file, statement by statement, but for tables that the file itself makes, which nobody waits for. */
export function locksOfFile(
  sql: string,
  bodies: ReadonlyMap<string, string> = new Map(),
): readonly (StatementLock & { readonly line: number })[] {
  const made = new Set<string>();
  return splitStatements(sql).flatMap(({ line, sql: text }: Statement) => {
    const created = new RegExp(`^CREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${sqlName}`, "i").exec(text)?.[1];
    if (created !== undefined) made.add(normal(created));
    return locksOf(text, bodies)
      .filter(({ table }) => !made.has(table))
      .map((lock) => ({ ...lock, line }));
  });
}

/** The table locks of one statement: of each table the strongest. */
export function locksOf(sql: string, bodies: ReadonlyMap<string, string> = new Map()): StatementLock[] {
  const strongest = new Map<string, LockMode>();
  for (const [found, mode] of search(withoutComments(sql).trim(), bodies)) {
    const table = normal(found);
    if (table.startsWith("slipway.") || table.startsWith("slipway_archive.")) continue;
    const before = strongest.get(table);
    if (before === undefined || lockModes.indexOf(mode) > lockModes.indexOf(before)) strongest.set(table, mode);
  }
  return [...strongest].map(([table, mode]) => ({ table, mode, blocks: blockedBy(mode) }));
}

function normal(name: string): string {
  return name.replaceAll(/[\s"]/g, "");
}

function search(sql: string, bodies: ReadonlyMap<string, string>): Found[] {
  if (/^(?:DO|SELECT|WITH|PERFORM)\b/i.test(sql)) return withCalled(sql, bodies).flatMap((text) => inside(text));
  return plain(sql);
}

/** A block, a body of a function or a query: what stands in it, also behind EXECUTE. */
function inside(block: string): Found[] {
  const found: Found[] = [];
  for (const [, name = "", argument = ""] of block.matchAll(/\bslipway\.(\w+)\(\s*('[^']*'|\w+)/g)) {
    const mode = calls[name];
    if (mode !== undefined) for (const table of relationsMeant(argument, block)) found.push([table, mode]);
  }
  const given = /EXECUTE\s+format\(\s*'((?:[^']|'')*)'\s*,([^;]*)\)\s*(?:USING\b[^;]*)?;/gi;
  for (const [, text = "", rest = ""] of block.matchAll(given)) {
    for (const [table, mode] of [...plain(text.trim()), ...changes(text)]) {
      if (!table.includes("%")) found.push([table, mode]);
      else
        for (const argument of rest.split(","))
          for (const name of loopTables(argument, block)) found.push([name, mode]);
    }
  }
  const pieces = block.replaceAll(/EXECUTE\b[^;]*;/gi, ";").replaceAll(/\$\w*\$|\b(?:BEGIN|THEN|ELSE|LOOP)\b/gi, ";");
  for (const { sql } of splitStatements(pieces)) found.push(...plain(sql), ...changes(sql));
  return found;
}

/** The tables that a variable may mean, or none when it is no table's. */
function loopTables(argument: string, block: string): string[] {
  if (!/^\s*\w+(?:\.\w+)?(?:::regclass)?\s*$/.test(argument)) return [];
  return relationsMeant(argument.trim().replace(/\.name$/, ""), block);
}

/** INSERT, UPDATE, DELETE and locking reads, wherever in the text they stand. */
function changes(text: string): Found[] {
  const written = new RegExp(
    String.raw`(?<!\b(?:FOR|KEY|ON|DO|BEFORE|AFTER|OR|OF)\s+)\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE(?:\s+ONLY)?)\s+(?!(?:ON|SET|OF|OR)\b)${sqlName}`,
    "gi",
  );
  return [...text.matchAll(written)].map(([, table]) => [table as string, "ROW EXCLUSIVE"]);
}

function plain(sql: string): Found[] {
  const alter = new RegExp(`^ALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?(?:ONLY\\s+)?${sqlName}\\s+([\\s\\S]*)$`, "i").exec(
    sql,
  );
  if (alter !== null) {
    const [, table = "", actions = ""] = alter;
    const modes = topLevel(actions).map(modeOfAction);
    const mode = modes.reduce((left, right) => (lockModes.indexOf(left) > lockModes.indexOf(right) ? left : right));
    return [[table, mode], ...referenced(actions)];
  }
  if (/^CREATE\s+TABLE\b/i.test(sql)) return referenced(sql);
  const drop =
    /^DROP\s+(TABLE|VIEW|INDEX\s+CONCURRENTLY|INDEX)\s+(?:IF\s+EXISTS\s+)?([\s\S]*?)(?:\s+(?:CASCADE|RESTRICT))?$/i.exec(
      sql,
    );
  if (drop !== null) {
    const mode = /CONCURRENTLY/i.test(drop[1] ?? "") ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    return topLevel(drop[2] ?? "").map((name) => [name, mode]);
  }
  const lock = /^LOCK\s+(?:TABLE\s+)?([\s\S]*?)\s+IN\s+([A-Z\s]+?)\s+MODE/i.exec(sql);
  if (lock !== null) {
    const mode = (lock[2] ?? "").toUpperCase().replaceAll(/\s+/g, " ") as LockMode;
    return topLevel(lock[1] ?? "").map((name) => [name, mode]);
  }
  for (const [pattern, mode] of rules) {
    const table = pattern.exec(sql)?.[1];
    if (table !== undefined) return [[table, mode]];
  }
  return /^(?:INSERT|UPDATE|DELETE|MERGE)\b/i.test(sql) ? changes(sql) : [];
}

/** A foreign key puts triggers on the table that it refers to. */
function referenced(text: string): Found[] {
  return [...text.matchAll(new RegExp(`\\bREFERENCES\\s+${sqlName}`, "gi"))].map(([, table]) => [
    table as string,
    "SHARE ROW EXCLUSIVE",
  ]);
}

/** What one action of ALTER TABLE takes; what is not known takes all. */
function modeOfAction(action: string): LockMode {
  if (/^VALIDATE\s+CONSTRAINT\b/i.test(action)) return "SHARE UPDATE EXCLUSIVE";
  if (/^(?:SET|RESET)\s*\(|^ALTER\s[\s\S]*\bSET\s+STATISTICS\b|^CLUSTER\s+ON\b|^ATTACH\s+PARTITION\b/i.test(action))
    return "SHARE UPDATE EXCLUSIVE";
  if (/^(?:ENABLE|DISABLE)\s+TRIGGER\b/i.test(action)) return "SHARE ROW EXCLUSIVE";
  if (/^ADD\s+(?:CONSTRAINT\s+\S+\s+)?FOREIGN\s+KEY\b/i.test(action)) return "SHARE ROW EXCLUSIVE";
  return "ACCESS EXCLUSIVE";
}

/** Splits at commas that stand in no brackets. */
function topLevel(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
