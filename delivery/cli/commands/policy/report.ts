import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { type FormatName, formatNames } from "../../../../policy/report/format-names.ts";
import { UsageError } from "../../../errors.ts";
import { printNote } from "../../terminal.ts";
import { writeOutput } from "../write-output.ts";
import { addPackOption } from "./pack-option.ts";

interface ReportOptions {
  readonly stack?: readonly string[];
  readonly file?: readonly string[];
  readonly pack: string;
  readonly format: readonly FormatName[];
  readonly output?: string;
  readonly sandbox: boolean;
}

/** Adds `policy report`. */
export function addPolicyReport(policy: Command): void {
  const command = policy.command("report");
  addPackOption(command)
    .description(
      "Write what the policies make of stacks, for auditors and for programs: JSON, Markdown, SARIF (GitHub code scanning), a\nself-contained HTML page, OSCAL assessment results. It says for every control what covers it, what passed, failed or is\nexempt, resource by resource, and which controls no policy covers.",
    )
    .option("--stack <name...>", "stacks that are up")
    .option("--file <file...>", "what `pulumi stack export` or `pulumi preview --json` printed; - is standard input")
    .addOption(
      new Option("--format <format...>", "one prints to standard output; several, or all, want --output")
        .choices(formatNames)
        .default(formatNames, "all"),
    )
    .option("--output <folder>", "where the files go, named policy-report.<format>")
    .option("--no-sandbox", "use the backend of the environment instead of the sandbox")
    .addHelpText(
      "after",
      "\nExamples:\n  ./slipway policy report --stack prod --output report\n  ./slipway policy report --stack staging prod --format html --output report\n  ./slipway policy report --file preview.json --format sarif > policy.sarif",
    )
    .action(async ({ file = [], format, output, pack, sandbox, stack = [] }: ReportOptions) => {
      if (output === undefined && format.length > 1)
        throw new UsageError(
          `Standard output takes one format, not ${format.length}.\n  Add --output <folder>, or --format with one of ${formatNames.join(", ")}.`,
        );
      const wanted = [...stack.map((name) => ({ stack: name })), ...file.map((name) => ({ file: name }))];
      if (wanted.length === 0)
        throw new UsageError(
          '"policy report" is about stacks or files.\n  Write: ./slipway policy report --stack prod, or --file <exported state or preview>.',
        );
      const { formats } = await import("../../../../policy/report/index.ts");
      const { judgeRequested } = await import("../../policy-judgement.ts");
      const version = command.parent?.parent?.version() ?? "";
      const reports = [];
      for (const each of wanted)
        reports.push(
          await judgeRequested({
            command: "policy report",
            ...each,
            pack,
            sandbox,
            quiet: output === undefined,
            version,
          }),
        );
      if (output === undefined) {
        for (const name of format) process.stdout.write(formats[name].write(reports));
        return;
      }
      mkdirSync(output, { recursive: true });
      for (const name of format) {
        const target = path.join(output, `policy-report.${formats[name].extension}`);
        writeOutput(target, formats[name].write(reports));
        printNote(`wrote ${target}`);
      }
    });
}
