/**
 * Text as it is, wherever Markdown is read: it can neither format, link nor mention anybody, and stays on its line. Control
 * characters and those that turn the direction of writing could make a line look like another.
 */
export function text(value: string | number): string {
  return String(value)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? sign)
    .replace(/[\\`*_{}[\]()|~!#+]/g, "\\$&")
    .replace(/(https?|ftp):/gi, "$1&#8203;:")
    .replace(/www\./gi, "www&#8203;.")
    .replace(/@/g, "@&#8203;");
}

/** A link to a web page as such; anything else, which a browser might run, as text. */
export function link(value: string): string {
  return /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.~%/?#&=+,:;-]*)?$/i.test(value) ? `<${value}>` : text(value);
}

/** Text of several lines, exactly as it is. */
export function verbatim(value: string): string[] {
  const longest = Math.max(2, ...(value.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const lines = value.replace(/\r\n?|\p{Zl}|\p{Zp}/gu, "\n").replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, " ");
  return [`${fence}text`, ...lines.split("\n"), fence];
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => (cell === "" ? " " : cell)).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)];
}

/** A list of terms with what they are; those that are undefined are left out. */
export function properties(rows: readonly (readonly [string, string | undefined])[]): string[] {
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`- **${name}:** ${value}`]));
}
