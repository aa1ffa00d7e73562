import type { Severity } from "@pulumi/policy";
import type { Exemption } from "../exemptions.ts";
import type { Responsible } from "../frameworks/framework.ts";
import type { FrameworkKey } from "../frameworks/index.ts";
import type { Verdict } from "../judge.ts";
import type { ControlStatus, Report, ReportedControl, ReportedPolicy, ReportedResult } from "./model.ts";

/* What several formats show of a report. */

/** One thing that a policy found. */
export interface ReportedFinding {
  readonly policy: ReportedPolicy;
  readonly resource: ReportedResult["resource"];
  readonly text: string;
  readonly exemption?: Exemption;
}

/** Every finding, what is exempt too, in the order of the judgement. */
export function findingsOf(report: Report): readonly ReportedFinding[] {
  const policies = policiesByName(report);
  return report.results.flatMap(({ findings, policy: name, resource }) => {
    const policy = policies.get(name);
    return policy ? findings.map((finding) => ({ policy, resource, ...finding })) : [];
  });
}

/** The policies that something stands against, the gravest first, each with what it found and nothing exempts. */
export function failures(
  report: Report,
): ReadonlyArray<{ readonly policy: ReportedPolicy; readonly findings: readonly ReportedFinding[] }> {
  const open = findingsOf(report).filter(({ exemption }) => exemption === undefined);
  return [...Map.groupBy(open, ({ policy }) => policy)]
    .map(([policy, findings]) => ({ policy, findings }))
    .sort((one, other) => graveness(one.policy) - graveness(other.policy));
}

/** Findings that may stand for a while. */
export function exempt(report: Report): ReadonlyArray<ReportedFinding & { readonly exemption: Exemption }> {
  return findingsOf(report).flatMap((finding) => {
    const { exemption } = finding;
    return exemption ? [{ ...finding, exemption }] : [];
  });
}

export function resultsOf(report: Report, verdict: Verdict): readonly ReportedResult[] {
  return report.results.filter((result) => result.verdict === verdict);
}

function policiesByName({ policies }: Report): ReadonlyMap<string, ReportedPolicy> {
  return new Map(policies.map((policy) => [policy.name, policy]));
}

/** What keeps the stack from complying, each in a few words; nothing when it complies. */
export function obstacles(report: Report): readonly string[] {
  const mandatory = failures(report)
    .filter(({ policy }) => policy.enforcement === "mandatory")
    .flatMap(({ findings }) => findings);
  const { expired, unused } = report.exemptions;
  return [
    [mandatory.length, "finding of mandatory policies", "findings of mandatory policies"] as const,
    [report.counts.error, "judgement that failed", "judgements that failed"] as const,
    [expired.length, "expired exemption", "expired exemptions"] as const,
    [unused.length, "exemption that nothing needs", "exemptions that nothing needs"] as const,
  ].flatMap(([number, one, many]) => (number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]));
}

/** How many findings of advisory policies there are; they are no obstacle. */
export function warnings(report: Report): number {
  return failures(report)
    .filter(({ policy }) => policy.enforcement === "advisory")
    .reduce((sum, { findings }) => sum + findings.length, 0);
}

/** `2 policies`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The order in which statuses of controls are shown: what needs somebody first. */
export const statuses = [
  "failed",
  "unknown",
  "exempt",
  "passed",
  "notApplicable",
  "notCovered",
] as const satisfies readonly ControlStatus[];

export const statusTitles: Readonly<Record<ControlStatus, string>> = {
  failed: "failed",
  unknown: "not known yet",
  exempt: "exempt",
  passed: "passed",
  notApplicable: "not applicable",
  notCovered: "not covered",
};

/** The order in which verdicts are counted. */
export const verdicts = ["passed", "failed", "exempt", "unknown", "error"] as const satisfies readonly Verdict[];

export const verdictTitles: Readonly<Record<Verdict, string>> = {
  failed: "failed",
  error: "could not be judged",
  unknown: "not known yet",
  exempt: "exempt",
  passed: "passed",
};

/** Who has to show that a control holds where no policy does. */
export const responsibleTitles: Readonly<Record<Responsible, string>> = {
  technical: "the configuration of infrastructure",
  process: "records of releases and reviews",
  organization: "the organization",
  provider: "AWS",
};

export function controlsOf(report: Report, framework: FrameworkKey): readonly ReportedControl[] {
  return report.controls.filter((control) => control.framework === framework);
}

/** How many controls of a framework have each status. */
export function statusCounts(controls: readonly ReportedControl[]): Readonly<Record<ControlStatus, number>> {
  const number = (status: ControlStatus) => controls.filter((control) => control.status === status).length;
  return Object.fromEntries(statuses.map((status) => [status, number(status)])) as Record<ControlStatus, number>;
}

/** The control's own number, without its framework. */
export function numberOf({ framework, id }: Pick<ReportedControl, "framework" | "id">): string {
  return id.slice(framework.length + 1);
}

function graveness({ severity }: ReportedPolicy): number {
  return (["critical", "high", "medium", "low"] as const satisfies readonly Severity[]).indexOf(severity);
}
