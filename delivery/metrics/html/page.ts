import { doraRows, legend } from "../markdown.ts";
import type { DeployableMetrics, EnvironmentMetrics, MetricsReport } from "../report.ts";
import type { KpiKey } from "../targets.ts";
import {
  basisText,
  hoursText,
  kpiTitles,
  percentText,
  targetText,
  timesText,
  valueText,
  verdictText,
} from "../words.ts";
import { barChart, type Chart, key, type Layer, pointChart } from "./chart.ts";
import { html } from "./escape.ts";
import { style } from "./style.ts";

/**
 * The report as one page that needs nothing else: no script, no font, no picture from elsewhere (its content security policy
 * forbids them). Charts are drawn inline, with a table beneath each; nothing is told by colour alone.
 */
export function metricsHtml(report: MetricsReport): string {
  const { environments, generatedAt, processVersion, timeZone, title, weeks } = report;
  const names = weeks.map(({ name }) => name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(`Release metrics: ${title}`)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${html(`Release metrics: ${title}`)}</h1>
<p class="quiet">${html(`${names[0]} to ${names.at(-1)}, weeks of ${timeZone}. Process version ${processVersion}. As of ${generatedAt}; the last week is not over.`)}</p>
</header>
<main>
${environments
  .toReversed()
  .map((environment) => environmentSection(environment, names))
  .join("\n")}
<section>
<h2>How to read this</h2>
<ul>${legend.map((line) => `<li>${html(line)}</li>`).join("")}</ul>
</section>
</main>
</body>
</html>
`;
}

function environmentSection(environment: EnvironmentMetrics, weeks: readonly string[]): string {
  const { counts } = environment.period;
  const summary = `${counts.finished} deployments: ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.unjudged} without a verdict; ${counts.rolledBack} rolled back, ${counts.emergencies} emergencies.`;
  return [
    `<section><h2>${html(environment.title)}</h2>`,
    `<p>${html(summary)}</p>`,
    kpiCards(environment),
    '<div class="figures">',
    deploymentsFigure(environment, weeks),
    approvalFigure(environment, weeks),
    "</div>",
    roleTable(environment),
    '<div class="figures">',
    ...environment.deployables.map((deployable) => deployableSection(environment, deployable, weeks)),
    "</div>",
    "</section>",
  ].join("\n");
}

function kpiCards({ period }: EnvironmentMetrics): string {
  const cards = (Object.keys(kpiTitles) as KpiKey[]).map((name) => {
    const kpi = period.kpis[name];
    const { target, unit, verdict } = kpi;
    const [sign, kind] = verdict === "met" ? ["✓", "met"] : verdict === "missed" ? ["✗", "missed"] : ["…", "few"];
    const judged =
      target === undefined || verdict === undefined
        ? ""
        : `<span class="verdict ${kind}"><span aria-hidden="true">${sign}</span> ${html(verdictText(kpi))}</span> <span class="quiet">target ${html(targetText(target, unit))}</span><br>`;
    return `<li>${html(kpiTitles[name])}<span class="value">${html(valueText(kpi))}</span>${judged}<span class="quiet">${html(basisText(kpi))}</span></li>`;
  });
  return `<ul class="kpis">${cards.join("")}</ul>`;
}

function deploymentsFigure(
  { environment, period, title, weeks }: EnvironmentMetrics,
  names: readonly string[],
): string {
  const layers: Layer[] = [
    { label: "succeeded", pattern: "solid", values: weeks.map(({ counts }) => counts.succeeded) },
    { label: "failed", pattern: "hatched", values: weeks.map(({ counts }) => counts.failed) },
    { label: "without a verdict", pattern: "dotted", values: weeks.map(({ counts }) => counts.unjudged) },
  ];
  const { target } = period.kpis.deploymentFrequency;
  const chart: Chart = {
    id: id("deployments", environment),
    title: `Deployments a week, ${title}`,
    description: `A bar for each week: ${period.counts.finished} deployments in ${names.length} weeks, ${period.counts.failed} of which failed.`,
    weeks: names,
    unit: "deployments",
    lines: [target?.least, target?.most].flatMap((at, index) =>
      at === undefined ? [] : [{ at, label: `${index === 0 ? "least" : "most"} ${at}` }],
    ),
  };
  const rows = weeks.map(({ counts, week }) => [
    week,
    ...[counts.finished, counts.succeeded, counts.failed, counts.unjudged, counts.rolledBack, counts.emergencies].map(
      String,
    ),
  ]);
  return figure(chart.title, barChart(chart, layers) + key(chart.id, layers), [
    ["week", "all", "succeeded", "failed", "no verdict", "rolled back", "emergency"],
    ...rows,
  ]);
}

function approvalFigure({ environment, title, weeks }: EnvironmentMetrics, names: readonly string[]): string {
  const values = weeks.map(({ kpis }) => kpis.approvalTime.value);
  const { target } = weeks[0]?.kpis.approvalTime ?? {};
  const chart: Chart = {
    id: id("approval", environment),
    title: `Average approval time, ${title}`,
    description:
      "A point for each week in which promotions got their last approval: the mean time since they were asked for.",
    weeks: names,
    unit: "hours",
    lines: target?.value === undefined ? [] : [{ at: target.value, label: targetText(target, "hours") }],
  };
  const rows = weeks.map(({ kpis: { approvalTime }, week }) => [
    week,
    String(approvalTime.observations),
    hoursText(approvalTime.value),
    hoursText(approvalTime.p50 ?? null),
    hoursText(approvalTime.p90 ?? null),
  ]);
  return figure(chart.title, pointChart(chart, values), [
    ["week", "approved", "mean", "half within", "9 of 10 within"],
    ...rows,
  ]);
}

function roleTable({ roles }: EnvironmentMetrics): string {
  if (roles.length === 0) return "";
  const rows = roles.map(({ title, waits }) => [title, timesText(waits)]);
  return `<h3>How long each role's approval took</h3>${table([["role", "time"], ...rows], "words")}`;
}

function deployableSection(
  { environment, title: place }: EnvironmentMetrics,
  { badSince, deployable, period, title, weeks }: DeployableMetrics,
  names: readonly string[],
): string {
  const hours = weeks.map((week) => week.changeLeadTime.p50);
  const inDays = Math.max(...hours.map((value) => value ?? 0)) >= 72;
  const chart: Chart = {
    id: id("lead-time", `${environment}-${deployable}`),
    title: `Change lead time, ${title} in ${place}`,
    description:
      "A point for each week with deployments: the time that half of them took from their oldest new change.",
    weeks: names,
    unit: inDays ? "days" : "hours",
    lines: [],
  };
  const rows = weeks.map((week) => [
    week.week,
    hoursText(week.changeLeadTime.p50),
    week.deploymentFrequency === null ? "–" : String(week.deploymentFrequency),
    hoursText(week.failedDeploymentRecoveryTime.p50),
    percentText(week.changeFailRate.percent),
    percentText(week.deploymentReworkRate.percent),
  ]);
  const scale = inDays ? 24 : 1;
  const drawn = pointChart(
    chart,
    hours.map((value) => (value === null ? null : value / scale)),
  );
  return [
    `<div><h3>${html(`${title}: DORA`)}</h3>`,
    badSince === undefined
      ? ""
      : `<p class="missed"><strong>Bad since ${html(badSince)}</strong>: nothing has gone well since.</p>`,
    table([["metric", "value"], ...doraRows(period)], "words"),
    figure(chart.title, drawn, [["week", "lead time", "deployments", "recovery", "fail rate", "rework"], ...rows]),
    "</div>",
  ].join("");
}

function figure(caption: string, drawing: string, rows: readonly (readonly string[])[]): string {
  // A narrow screen scrolls the table, which has to work by keyboard too.
  const scrolled = `<div class="wide" role="region" tabindex="0" aria-label="${html(`Table: ${caption}`)}">${table(rows)}</div>`;
  return `<figure><figcaption>${html(caption)}</figcaption>${drawing}${scrolled}</figure>`;
}

function table([head = [], ...rows]: readonly (readonly string[])[], kind = ""): string {
  const cells = (row: readonly string[], tag: "td" | "th") =>
    row.map((cell) => `<${tag}${tag === "th" ? ' scope="col"' : ""}>${html(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
  return `<table${kind ? ` class="${kind}"` : ""}><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Keys of the process are letters, digits and dashes; what is stored from older ones could be more. */
function id(kind: string, name: string): string {
  return `${kind}-${name.replace(/[^a-z0-9-]/gi, "_")}`;
}
