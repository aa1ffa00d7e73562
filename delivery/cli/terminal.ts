import { styleText } from "node:util";

/** A colour or weight of Node's `styleText`, which honours NO_COLOR and plain pipes by itself. */
type Style = Parameters<typeof styleText>[0];

/** Text in a style where the stream is a terminal that shows colours. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream, validateStream: true });
}

/** Prints one error the way every command does: `slipway: <what>`, then the indented where and how to mend. */
export function printError(message: string): void {
  process.stderr.write(`${styled("red", "slipway:", process.stderr)} ${message}\n`);
}

/** Prints a remark on standard error, so that standard output stays the command's result. */
export function printNote(message: string): void {
  process.stderr.write(`${styled("cyan", "slipway:", process.stderr)} ${message}\n`);
}

/** Prints a command's result as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Lines of a table with columns as wide as their widest cell; colours do not count. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell)),
        )
        .join("  "),
    )
    .join("\n");
}

function width(cell: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
  return cell.replace(/\u001b\[[0-9;]*m/g, "").length;
}

/** Seconds in words: "8 s", "3 min 20 s". */
export function seconds(count: number): string {
  const whole = Math.round(count);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
