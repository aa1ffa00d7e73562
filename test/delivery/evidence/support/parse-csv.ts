/** Reads CSV by RFC 4180, by the grammar and without mercy: what is no CSV throws. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = "";
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (at >= text.length) throw new Error("a quote is never closed");
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') {
          value += '"';
          at += 1;
        } else break;
      }
      at += 1;
    } else {
      while (at < text.length && !",\r\n".includes(text[at] ?? "")) {
        if (text[at] === '"') throw new Error("a quote within a plain field");
        value += text[at];
        at += 1;
      }
    }
    row.push(value);
    if (text[at] === ",") at += 1;
    else if (text.startsWith("\r\n", at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new Error(`neither a comma nor the end of a line at ${at}`);
  }
  if (row.length > 0) throw new Error("the last line has no end");
  return rows;
}
