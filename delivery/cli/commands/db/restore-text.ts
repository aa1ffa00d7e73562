import type { Rehearsal } from "../../../database/rehearsal.ts";
import type { ComparedTable } from "../../../database/rehearsal-compare.ts";
import { seconds, styled, table } from "../../terminal.ts";

/** What a rehearsal found, for a person. */
export function rehearsalText({
  stack,
  live,
  targets,
  result,
}: {
  readonly stack: string;
  readonly live: string;
  readonly targets: { readonly recoveryTime: number; readonly recoveryPoint: number };
  readonly result: Rehearsal;
}): string {
  const { migrations, problems, proved, recoveryPoint, recoveryTime, remarks, restored, tables } = result;
  const verdict = proved
    ? styled("green", `proved: ${live} of ${stack} can be restored`)
    : styled("red", `not proved: ${live} of ${stack}`);
  return [
    table([
      ["table", "live", "copy", "newest in the copy"].map((heading) => styled("bold", heading)),
      ...tables.map(row),
    ]),
    "",
    table([
      ["restored moment", restored.toISOString()],
      ["recovery time", `${seconds(recoveryTime)} (${seconds(targets.recoveryTime)} allowed)`],
      ["recovery point", `${seconds(recoveryPoint)} (${seconds(targets.recoveryPoint)} allowed)`],
      ["migrations", String(migrations)],
    ]),
    "",
    ...problems.map((text) => styled("red", `- ${text}`)),
    ...remarks.map((text) => styled("yellow", `- ${text}`)),
    verdict,
  ].join("\n");
}

function row({ copy, live: [before, after], name, newest }: ComparedTable): string[] {
  const rows = before === after ? String(before) : `${before} to ${after}`;
  return [name, rows, copy === undefined ? styled("red", "missing") : String(copy), newest.copy ?? ""];
}
