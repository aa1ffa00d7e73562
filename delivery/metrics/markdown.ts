import type { Dora } from "./dora.ts";
import type { DeployableMetrics, EnvironmentMetrics, MetricsReport } from "./report.ts";
import { fewest, type KpiKey } from "./targets.ts";
import {
  basisText,
  frequencyText,
  hoursText,
  kpiTitles,
  nothing,
  percentText,
  shareText,
  targetText,
  timesText,
  valueText,
  verdictText,
} from "./words.ts";

/** The report for a terminal, a pull request or a job's summary. Titles from the process can neither format nor link. */
export function metricsMarkdown(report: MetricsReport): string {
  const { environments, generatedAt, processVersion, timeZone, title, weeks } = report;
  const lines = [
    `# Release metrics: ${cell(title)}`,
    "",
    `${weeks[0]?.name} to ${weeks.at(-1)?.name}, weeks of ${timeZone}; process version ${processVersion}; as of ${generatedAt}.`,
    "",
    // Production first: it is what most readers came for.
    ...environments.toReversed().flatMap(environmentLines),
    ...legend.map((line) => `- ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a reader has to know of the numbers. */
export const legend: readonly string[] = [
  `${nothing} means that there is nothing to measure: a week without deployments has no success rate.`,
  `“Likely” is the range in which the true share lies with 95 % confidence (Wilson). Under ${fewest.percent} deployments, or ${fewest.hours} approvals, no verdict is given.`,
  "A deployment counts in the week in which it ended; a rollback later on changes that week. Rollbacks are no deployments of their own.",
  "DORA's metrics are told for each deployable apart, because a mean over services describes none of them.",
];

function environmentLines(environment: EnvironmentMetrics): string[] {
  const { deployables, period, roles, title, weeks } = environment;
  const { counts } = period;
  return [
    `## ${cell(title)}`,
    "",
    `${counts.finished} deployments: ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.unjudged} without a verdict. ` +
      `${counts.rolledBack} rolled back, ${counts.emergencies} emergencies.`,
    "",
    ...kpiTable(environment),
    "",
    ...table(
      ["week", "deployments", "succeeded", "failed", "no verdict", "rolled back", "emergencies", "approval time"],
      weeks.map(({ counts: week, kpis, week: name }) => [
        name,
        week.finished,
        week.succeeded,
        week.failed,
        week.unjudged,
        week.rolledBack,
        week.emergencies,
        hoursText(kpis.approvalTime.value),
      ]),
    ),
    "",
    ...(roles.length === 0
      ? []
      : [
          ...table(
            ["role", "waited for"],
            roles.map((one) => [one.title, timesText(one.waits)]),
          ),
          "",
        ]),
    ...deployables.flatMap(deployableLines),
  ];
}

function kpiTable({ hasTargets, period }: EnvironmentMetrics): string[] {
  const keys = Object.keys(kpiTitles) as KpiKey[];
  return table(
    ["", "value", "of", ...(hasTargets ? ["target", "verdict"] : [])],
    keys.map((key) => {
      const kpi = period.kpis[key];
      const judged = hasTargets ? [kpi.target ? targetText(kpi.target, kpi.unit) : nothing, verdictText(kpi)] : [];
      return [kpiTitles[key], valueText(kpi), basisText(kpi), ...judged];
    }),
  );
}

function deployableLines({ badSince, period, title, weeks }: DeployableMetrics): string[] {
  return [
    `### ${cell(title)} (DORA)`,
    "",
    ...(badSince === undefined ? [] : [`**Bad since ${badSince}**: nothing has gone well since.`, ""]),
    ...table(["", "value"], doraRows(period)),
    "",
    ...table(
      ["week", "lead time (half)", "frequency", "recovery (half)", "fail rate", "rework rate"],
      weeks.map((week) => [
        week.week,
        hoursText(week.changeLeadTime.p50),
        frequencyText(week.deploymentFrequency),
        hoursText(week.failedDeploymentRecoveryTime.p50),
        percentText(week.changeFailRate.percent),
        percentText(week.deploymentReworkRate.percent),
      ]),
    ),
    "",
  ];
}

/** The five metrics of a period, with what they are made of. */
export function doraRows(dora: Dora): [string, string][] {
  const { changeFailRate, changeLeadTime, deploymentReworkRate } = dora;
  const since =
    changeLeadTime.since === "commit" || changeLeadTime.since === null ? "" : ", from the making of bundles";
  return [
    ["Change lead time", `${timesText(changeLeadTime)}${since}`],
    ["Deployment frequency", frequencyText(dora.deploymentFrequency)],
    ["Failed deployment recovery time", timesText(dora.failedDeploymentRecoveryTime)],
    ["Change fail rate", `${percentText(changeFailRate.percent)} (${shareText(changeFailRate)})`],
    ["Deployment rework rate", `${percentText(deploymentReworkRate.percent)} (${shareText(deploymentReworkRate)})`],
  ];
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map((one) => cell(String(one))).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)];
}

/** Backslashes only: they also read well where nobody renders the text. */
function cell(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\\`*_{}[\]|#~&<]/g, "\\$&")
    .replace(/@/g, "@\u200b");
}
