import type { Command } from "commander";
import type { Exemption } from "../../../../policy/exemptions.ts";
import type { Report, ReportedResult } from "../../../../policy/report/model.ts";
import { printJson, styled } from "../../terminal.ts";
import { addPackOption } from "./pack-option.ts";

interface CheckOptions {
  readonly stack?: string;
  readonly file?: string;
  readonly pack: string;
  readonly sandbox: boolean;
  readonly json?: boolean;
}

/** Adds `policy check`. */
export function addPolicyCheck(policy: Command): void {
  const command = policy.command("check");
  addPackOption(command)
    .description(
      "Judge a stack as it is built, or a file, by the policies that `up` and `preview` ask: with every value known. Exit code 1 when\na mandatory policy is violated or could not judge, or an exemption has expired or is not needed any more.",
    )
    .option("--stack <name>", "a stack that is up")
    .option("--file <file>", "what `pulumi stack export` or `pulumi preview --json` printed; - is standard input")
    .option("--no-sandbox", "use the backend of the environment instead of the sandbox")
    .option("--json", "the report as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  ./slipway policy check --stack prod\n  ./slipway policy check --file preview.json --pack critical\n  pulumi stack export | ./slipway policy check --file -",
    )
    .action(async ({ file, json, pack, sandbox, stack }: CheckOptions) => {
      const { judgeRequested } = await import("../../policy-judgement.ts");
      const version = command.parent?.parent?.version() ?? "";
      const quiet = json === true;
      const report = await judgeRequested({ command: "policy check", stack, file, pack, sandbox, quiet, version });
      if (json) printJson(report);
      else process.stdout.write(`${checkText(report)}\n`);
      if (!report.compliant) process.exitCode = 1;
    });
}

/** What the check found, for people: what stops first. */
export function checkText(report: Report): string {
  const policies = new Map(report.policies.map((policy) => [policy.name, policy]));
  const enforcement = (policy: string) => policies.get(policy)?.enforcement ?? "mandatory";
  const failed = report.results.filter(({ verdict }) => verdict === "failed" || verdict === "error");
  const stops = failed.filter(({ policy, verdict }) => verdict === "error" || enforcement(policy) === "mandatory");
  const warns = failed.filter((result) => !stops.includes(result));
  const byPolicy = (title: string, results: readonly ReportedResult[]) =>
    results.length === 0
      ? []
      : [
          styled("bold", title),
          ...[...Map.groupBy(results, ({ policy }) => policy)].flatMap(([policy, own]) => [
            `  ${policy} (${policies.get(policy)?.severity})`,
            ...own.flatMap(({ findings, reason, resource }) => [
              ...findings.filter(({ exemption }) => !exemption).map(({ text }) => `    ${resource.name} ${text}`),
              ...(reason === undefined ? [] : [`    ${resource.name} could not be judged: ${reason}`]),
            ]),
            `    Mend: ${policies.get(policy)?.remediation}`,
          ]),
          "",
        ];
  const exempt = (title: string, list: readonly Exemption[]) =>
    list.length === 0 ? [] : [styled("bold", title), ...list.map((each) => `  ${exemptionText(each)}`), ""];
  const { counts, exemptions } = report;
  const verdict = report.compliant ? styled("green", "compliant") : styled("red", "not compliant");
  const notJudged = counts.unknown > 0 ? `, ${counts.unknown} wait for a value that is not known yet` : "";
  return [
    ...byPolicy("Violations", stops),
    ...byPolicy("Warnings", warns),
    ...exempt("Exempt, for a while", exemptions.used),
    ...exempt(
      "Exemptions that have expired (remove them from policy/exemptions.yaml, or have them approved anew)",
      exemptions.expired,
    ),
    ...exempt("Exemptions that nothing needs any more (remove them from policy/exemptions.yaml)", exemptions.unused),
    `${report.stack}: ${verdict}. ${report.policies.length} policies, ${report.resources} resources: ${counts.passed} judgements passed, ${counts.failed + counts.error} failed, ${counts.exempt} exempt${notJudged}.`,
  ].join("\n");
}

function exemptionText({ approver, expires, finding, owner, policy, reason, resource }: Exemption): string {
  return `${policy}: ${resource} ${finding}\n    ${reason} Until ${expires}; ${owner}, approved by ${approver}.`;
}
