/** The lines of an iCalendar file (RFC 5545): what is written between names and values. */

/** One content line: "SUMMARY:...", folded to 75 octets, each part ended by CRLF. */
export function contentLine(name: string, value: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  // By code points, so that no character is torn apart (section 3.1 allows it, readers do not).
  for (const character of `${name}:${value}`) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].map((each) => `${each}\r\n`).join("");
}

/** Control characters, which stand in no line (section 3.1); a tab may. */
const control = /[^\P{Cc}\t]/gu;

/** A value of type TEXT (section 3.3.11): separators escaped, line ends as `\n`, other control characters left out. */
export function text(value: string): string {
  return value
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll(control, "");
}

/** A parameter's value in quotes (section 3.2), with what cannot stand in it as RFC 6868 writes it. */
export function quoted(value: string): string {
  const escaped = value
    .replaceAll("^", "^^")
    .replaceAll(/\r\n?|\n/g, "^n")
    .replaceAll('"', "^'");
  return `"${escaped.replaceAll(control, "")}"`;
}

/** A moment in UTC (section 3.3.5, form 2): "20261130T150000Z". */
export function utc(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** A day (section 3.3.4): "20261130". */
export function dateValue(day: string): string {
  return day.replaceAll("-", "");
}
