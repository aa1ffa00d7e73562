/**
 * A table as CSV by RFC 4180: lines end with CR LF, a field with a comma, a quote or a line break is quoted. What a spreadsheet would take
 * for a formula begins with an apostrophe (OWASP, "CSV Injection"), so that opening the file runs nothing.
 */
export function csv(rows: readonly (readonly (string | number | boolean)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  // Also after white space and in full width, which some programs trim or fold.
  const safe = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
