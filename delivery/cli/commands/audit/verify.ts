import type { Command } from "commander";
import { type AuditExamination, examineAudit } from "../../../release/audit/examine.ts";
import { printJson, printNote, styled, table } from "../../terminal.ts";
import { atDesk, releaseCommand } from "../release/session.ts";
import { addKeepingOptions, type KeepingOptions, keepingOf, originOf, signedOf } from "./keeping.ts";

type VerifyOptions = KeepingOptions & { readonly checkpoints: boolean };

/** Adds `audit verify`. */
export function addVerify(audit: Command): void {
  const command = releaseCommand(audit, "verify", {
    summary:
      "Verify the audit: that no entry was changed, left out or replaced, that it is what its checkpoints were signed for, and that the\ntables are what it says. Names the first bad entry. Exit code 1 when anything is wrong.",
    example: "./slipway audit verify",
  });
  addKeepingOptions(command)
    .option("--no-checkpoints", "the chain alone, which somebody who writes all of it anew passes")
    .action(async (options: VerifyOptions) => {
      const keeping = options.checkpoints ? keepingOf(options, { bucket: true }) : { trusted: [] };
      await atDesk(options, async ({ desk, github, sandbox }) => {
        const origin = originOf(github);
        const log = options.checkpoints
          ? await signedOf(keeping, sandbox, origin)
          : { origin, checkpoints: [], keys: [] };
        const found = await examineAudit(desk.client, log, desk.now());
        process.exitCode = found.good ? 0 : 1;
        if (options.json) return printJson(found);
        process.stdout.write(`${examinationText(found)}\n`);
        if (sandbox && (found.fault?.kind === "cut" || found.fault?.kind === "rewritten"))
          printNote(
            "were the sandbox's data reset? The checkpoints of the log before are left over: remove .slipway/audit",
          );
      });
    });
}

/** What was found, for a terminal. */
export function examinationText({
  checkpoints,
  differences,
  entries,
  fault,
  good,
  head,
  lastCheckpoint: last,
}: AuditExamination): string {
  const covered =
    last === undefined
      ? styled("yellow", "none: whoever writes the whole chain anew is not found")
      : `of ${last.size} entries, the last of them ${last.until === undefined ? "missing" : `from ${last.until}, ${ageText(last.ageHours ?? 0)} ago`}`;
  const rows = [
    ["entries", `${entries} good`],
    ["head", head === undefined ? "none" : `${head.seq}  ${head.hash}  ${head.at}`],
    ["last checkpoint", covered],
    ...(last === undefined ? [] : [["since then", `${Math.max(0, entries - last.size)} entries`]]),
    ["checkpoints that agree", String(checkpoints)],
    ["rows that differ", String(differences.length)],
  ];
  return [
    table(rows),
    ...(fault === undefined ? [] : [`${styled("red", "first bad entry:")} ${fault.seq ?? "none"}: ${fault.what}`]),
    ...differences.map(({ kind, row, seq }) => `${styled("red", kind)} ${row}${seq === undefined ? "" : ` (${seq})`}`),
    good ? styled("green", "the audit is good") : styled("red", "the audit is NOT good"),
  ].join("\n");
}

function ageText(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
