import path from "node:path";
import type { Command } from "commander";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { UsageError } from "../../../errors.ts";
import { type HandedOver, handOver } from "../../../evidence/hand-over.ts";
import type { Wanted } from "../../../evidence/load.ts";
import { readStackHistory } from "../../engine/stack-history.ts";
import { printError, printJson, printNote, styled, table } from "../../terminal.ts";
import { atDesk, numberOf, releaseCommand } from "../release/session.ts";
import { addKeepingOptions, type KeepingOptions, keepingOf, originOf, signedOf } from "./keeping.ts";
import { periodOf } from "./period.ts";

interface ExportOptions extends KeepingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly deployment?: string;
  readonly output: string;
}

/** Adds `audit export`. */
export function addExport(audit: Command): void {
  const command = releaseCommand(audit, "export", {
    summary:
      "Write what an auditor asks for into a sealed folder: all deployments of the last environment in a period, what does not add up,\nand the documents of each one; or those of one deployment. The audit gets an entry with the folder's digest.",
    example: "./slipway audit export --from 2026-10-01 --to 2026-12-31 --output evidence-2026-q4",
  })
    .option("--from <day>", "the first day, by the calendar's time zone")
    .option("--to <day>", "the last day, which belongs to it")
    .option("--deployment <number>", "one deployment, of whatever environment, instead of a period")
    .requiredOption("--output <folder>", "a folder that is not there yet");
  addKeepingOptions(command).action(async (options: ExportOptions) => {
    wantedOf(options, "UTC");
    const keeping = keepingOf(options);
    await atDesk(options, async ({ desk, github, sandbox }) => {
      const wanted = wantedOf(options, desk.process.calendar.timeZone);
      const signed = await signedOf(keeping, sandbox, originOf(github));
      const history = await readStackHistory(checkoutRoot, desk.process);
      const done = await handOver(desk, wanted, path.resolve(options.output), signed, { history });
      if (done.fault !== undefined) process.exitCode = 1;
      if (options.json) return printJson(exportJson(wanted, done));
      process.stdout.write(`${exportText(done)}\n`);
      remarks(wanted, done, desk.now());
    });
  });
}

/** @throws UsageError unless a period or a deployment is said */
function wantedOf({ deployment, from, to }: ExportOptions, zone: string): Wanted {
  if (deployment !== undefined) {
    if (from !== undefined || to !== undefined)
      throw new UsageError("--deployment is one deployment, --from and --to are all of a period.\n  Leave one out.");
    return { deployment: numberOf("deployment", deployment) };
  }
  if (from === undefined || to === undefined)
    throw new UsageError("An export is of a period or of one deployment.\n  Add --from and --to, or --deployment.");
  return { period: periodOf(from, to, zone) };
}

/** What was handed over, without the files. */
export function exportJson(wanted: Wanted, { evidence, ...done }: HandedOver) {
  const deployments = evidence.map(({ complete, deployment, documents }) => ({ deployment, complete, documents }));
  return { ...wanted, ...done, deployments };
}

/** The documents that are missing, by name, and what does not add up. */
export function exportText({ digest, entry, evidence, folder, gaps }: HandedOver): string {
  const missing = evidence.flatMap(({ deployment, documents }) =>
    documents
      .filter(({ state }) => state !== "complete")
      .map(({ gaps: [gap = ""], state, title }) => [
        `  deployment ${deployment}`,
        styled(state === "missing" ? "red" : "yellow", state),
        title,
        gap,
      ]),
  );
  const complete = evidence.filter((one) => one.complete).length;
  return [
    `${evidence.length} deployments, ${complete} of them with all documents, in ${folder}`,
    ...(missing.length > 0 ? ["Documents that are missing or incomplete:", table(missing)] : []),
    ...(gaps.length > 0
      ? ["What does not add up:", table(gaps.map(({ about, kind, what }) => [`  ${about}`, kind, what]))]
      : []),
    `digest ${digest}, entry ${entry} of the audit`,
  ].join("\n");
}

/** What whoever hands it over should know besides. */
export function remarks(wanted: Wanted, { fault, provenUnder }: HandedOver, now: string): void {
  if (fault !== undefined)
    printError(
      `The audit does not verify: ${fault}.\n  The documents are made of what is stored, and nothing of it is proven. See ./slipway audit verify.`,
    );
  else if (provenUnder === undefined)
    printNote("there is no checkpoint, and so no proof lies beside the evidence: ./slipway audit checkpoint signs one");
  if ("period" in wanted && Date.parse(wanted.period.to) > Date.parse(now))
    printNote("the period is not over: what comes later is not in it");
}
