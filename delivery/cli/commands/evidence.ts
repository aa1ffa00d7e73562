import path from "node:path";
import type { Command } from "commander";
import { readSettings } from "../../../infra/stack-file.ts";
import type { Report } from "../../../policy/report/model.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UsageError } from "../../errors.ts";
import { handOver } from "../../evidence/hand-over.ts";
import { promotionLine } from "../../process/promotion-line.ts";
import type { Process } from "../../process/schema.ts";
import { readStackHistory } from "../engine/stack-history.ts";
import { printJson, printNote, styled, table } from "../terminal.ts";
import { exportJson, exportText, remarks } from "./audit/export.ts";
import { addKeepingOptions, type KeepingOptions, keepingOf, originOf, signedOf } from "./audit/keeping.ts";
import { periodOf } from "./audit/period.ts";
import { atDesk, releaseCommand } from "./release/session.ts";

interface EvidenceOptions extends KeepingOptions {
  readonly from: string;
  readonly to: string;
  readonly stack?: readonly string[];
  readonly output: string;
}

/** Adds `evidence`: the audit's export and the policies' report in one sealed folder. */
export function addEvidenceCommand(program: Command): void {
  const command = releaseCommand(program, "evidence", {
    summary:
      "Write the auditor's package into a sealed folder: all releases of a period with their documents, what the policies make of each\nstack as it stands now, control by control, and what does not add up: a change of infrastructure without a release, a release\nwithout its approvals.",
    example: "./slipway evidence --from 2026-10-01 --to 2026-12-31 --output audit-2026-q4",
  })
    .requiredOption("--from <day>", "the first day, by the calendar's time zone")
    .requiredOption("--to <day>", "the last day, which belongs to it")
    .option(
      "--stack <name...>",
      "the stacks whose policies are reported; all that the process deploys to in AWS when absent",
    )
    .requiredOption("--output <folder>", "a folder that is not there yet");
  addKeepingOptions(command).action(async (options: EvidenceOptions) => {
    periodOf(options.from, options.to, "UTC");
    const keeping = keepingOf(options);
    await atDesk(options, async ({ desk, github, sandbox }) => {
      const stacks = options.stack ?? stacksOf(desk.process);
      if (stacks.length === 0)
        throw new UsageError("The process deploys to no stack in AWS.\n  Name the stacks: --stack <name...>.");
      const reports = await judgeAll(stacks, sandbox, program.version() ?? "");
      const { formats } = await import("../../../policy/report/index.ts");
      const files = new Map(
        Object.values(formats).map(({ extension, write }) => [`policies/policy-report.${extension}`, write(reports)]),
      );
      const wanted = { period: periodOf(options.from, options.to, desk.process.calendar.timeZone) };
      const signed = await signedOf(keeping, sandbox, originOf(github));
      const history = await readStackHistory(checkoutRoot, desk.process);
      const done = await handOver(desk, wanted, path.resolve(options.output), signed, { history, files });
      if (done.fault !== undefined) process.exitCode = 1;
      if (options.json) return printJson({ ...exportJson(wanted, done), policies: reports.map(told) });
      process.stdout.write(`${exportText(done)}\n\n${policiesText(reports)}\n`);
      remarks(wanted, done, desk.now());
    });
  });
}

/** The stacks in AWS that build an environment of the line, in its order. */
function stacksOf(rules: Process): readonly string[] {
  const names = promotionLine(rules).flatMap((name) => rules.environments[name]?.stack ?? []);
  return [...new Set(names)].filter((stack) => readSettings(checkoutRoot, stack).platform !== "local");
}

async function judgeAll(stacks: readonly string[], sandbox: boolean, version: string): Promise<readonly Report[]> {
  const { judgeRequested } = await import("../policy-judgement.ts");
  const reports: Report[] = [];
  for (const stack of stacks) {
    printNote(`judging ${stack}`);
    reports.push(await judgeRequested({ command: "evidence", stack, pack: "all", sandbox, quiet: true, version }));
  }
  return reports;
}

function told({ compliant, controls, counts, digest, judgedAt, stack }: Report) {
  const covered = controls.filter(({ status }) => status !== "notCovered").length;
  return { stack, judgedAt, digest, compliant, counts, controls: controls.length, covered };
}

function policiesText(reports: readonly Report[]): string {
  const rows = reports.map((report) => {
    const { compliant, controls, counts, covered, stack } = told(report);
    return [
      `  ${stack}`,
      compliant ? styled("green", "compliant") : styled("red", "not compliant"),
      `${counts.passed} judgements passed, ${counts.failed + counts.error} failed, ${counts.exempt} exempt`,
      `${covered} of ${controls} controls covered`,
    ];
  });
  return `Policies:\n${table(rows)}`;
}
