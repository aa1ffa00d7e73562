import { doraRows, legend } from "../../../metrics/markdown.ts";
import type { EnvironmentMetrics, MetricsReport } from "../../../metrics/report.ts";
import type { KpiKey } from "../../../metrics/targets.ts";
import {
  basisText,
  kpiTitles,
  nothing,
  targetText,
  timesText,
  valueText,
  verdictText,
} from "../../../metrics/words.ts";
import { styled, table } from "../../terminal.ts";

const verdictStyles = { met: "green", missed: "red", "too few": "yellow" } as const;

/** The report's sums for a terminal; the weeks one by one are in the other forms. Production comes first. */
export function metricsText({ environments, generatedAt, timeZone, title, weeks }: MetricsReport): string {
  const period = `${weeks[0]?.name} to ${weeks.at(-1)?.name}, weeks of ${timeZone}, as of ${generatedAt}`;
  return [
    `${styled("bold", title)}: ${period}`,
    ...environments.toReversed().flatMap(environmentLines),
    "",
    ...legend.map((line) => `- ${line}`),
  ].join("\n");
}

function environmentLines({ deployables, hasTargets, period, roles, title }: EnvironmentMetrics): string[] {
  const { counts, kpis } = period;
  const rows = (Object.keys(kpiTitles) as KpiKey[]).map((key) => {
    const kpi = kpis[key];
    const verdict = kpi.verdict === undefined ? "" : styled(verdictStyles[kpi.verdict], verdictText(kpi));
    const judged = hasTargets ? [kpi.target ? targetText(kpi.target, kpi.unit) : nothing, verdict] : [];
    return [`  ${kpiTitles[key]}`, valueText(kpi), ...judged, basisText(kpi)];
  });
  return [
    "",
    `${styled("bold", title)}: ${counts.finished} deployments, ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.unjudged} without a verdict, ${counts.rolledBack} rolled back, ${counts.emergencies} emergencies`,
    table([["  KPI", "value", ...(hasTargets ? ["target", "verdict"] : []), "of"], ...rows]),
    ...(roles.length > 0
      ? ["  Approvals by role", table(roles.map(({ title: role, waits }) => [`    ${role}`, timesText(waits)]))]
      : []),
    ...deployables.flatMap(({ badSince, period: dora, title: deployable }) => [
      `  ${deployable}${badSince === undefined ? "" : `, ${styled("red", `bad since ${badSince}`)}`}`,
      table(doraRows(dora).map(([name, value]) => [`    ${name}`, value])),
    ]),
  ];
}
