/** One statement of a file, without the semicolon at its end. */
export interface Statement {
  readonly sql: string;
  /** The line of the file, from 1, on which its first word stands. */
  readonly line: number;
}

/** What may hide a semicolon: comments, quoted names and texts (E'' with backslashes), dollar quotes. */
const opaque = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*`,
    String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'`,
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    String.raw`\$(?:[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$`,
    ";",
  ].join("|"),
  "g",
);

/** Splits a file into its statements, as psql does: at semicolons that are in no comment and no quotes. */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  const add = (end: number) => {
    const first = start + leadingBlank(sql.slice(start, end));
    if (first < end)
      statements.push({ sql: sql.slice(first, end).trimEnd(), line: sql.slice(0, first).split("\n").length });
    start = end + 1;
  };
  opaque.lastIndex = 0;
  for (let found = opaque.exec(sql); found !== null; found = opaque.exec(sql)) {
    const [text] = found;
    if (text === ";") add(found.index);
    else if (text === "/*") opaque.lastIndex = endOfComment(sql, found.index);
    else if (text.startsWith("$") && !isWordBefore(sql, found.index)) {
      const end = sql.indexOf(text, found.index + text.length);
      opaque.lastIndex = end < 0 ? sql.length : end + text.length;
    }
  }
  add(sql.length);
  return statements;
}

/** In `a$b$c` the dollars belong to a name. */
function isWordBefore(sql: string, index: number): boolean {
  return /[A-Za-z_0-9$\u0080-\uffff]/.test(sql[index - 1] ?? "");
}

/** Length of the white space and comments that a statement begins with. */
function leadingBlank(text: string): number {
  let index = 0;
  for (;;) {
    const [blank] = /^(?:\s+|--[^\n]*(?:\n|$))*/.exec(text.slice(index)) ?? [""];
    index += blank.length;
    if (!text.startsWith("/*", index)) return index;
    index = endOfComment(text, index);
  }
}

/** The index behind a comment, which may hold others. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return found.index + 2;
  }
  return sql.length;
}
