import type { Counts, Report, ReportedControl } from "../model.ts";
import {
  controlsOf,
  counted,
  numberOf,
  responsibleTitles,
  statusCounts,
  statuses,
  statusTitles,
  verdicts,
  verdictTitles,
} from "../view.ts";
import { badge, details, html, table } from "./markup.ts";
import { policyAnchor } from "./policies.ts";

/** Frameworks at a glance, then every control: what covers it and how that went, or who else has to show that it holds. */
export function controlSections(report: Report, id: string): string {
  const rows = report.frameworks.map(({ key, name, version }) => {
    const controls = controlsOf(report, key);
    const counts = statusCounts(controls);
    return [
      html(`${name}, ${version}`),
      `${controls.length - counts.notCovered} of ${controls.length}`,
      ...statuses.map((status) => (counts[status] === 0 ? "0" : badge(status, String(counts[status])))),
    ];
  });
  const head = ["framework", "covered", ...statuses.map((status) => statusTitles[status])];
  return [
    "<h3>Controls</h3>",
    table("Controls of each framework, by status", head, rows),
    ...report.frameworks.map((framework) => frameworkSection(report, framework, id)),
    notCoveredSection(report),
  ].join("\n");
}

function frameworkSection(report: Report, framework: Report["frameworks"][number], id: string): string {
  const { key, name, reference, version } = framework;
  const covered = controlsOf(report, key).filter(({ status }) => status !== "notCovered");
  const ordered = statuses.flatMap((status) => covered.filter((control) => control.status === status));
  return [
    `<h4>${html(name)}</h4>`,
    `<p class="quiet">${html(version)}. <a href="${html(reference)}" rel="noreferrer">The publisher's page</a></p>`,
    ...(ordered.length === 0 ? ["<p>No policy is evidence for any of its controls.</p>"] : []),
    ...ordered.map((control) => controlDetails(report, control, id)),
  ].join("\n");
}

function controlDetails(report: Report, control: ReportedControl, id: string): string {
  const { counts, policies, status, title } = control;
  const rows = report.policies
    .filter(({ name }) => policies.includes(name))
    .map((policy) => [
      `<a href="#${policyAnchor(id, policy.name)}">${html(policy.title)}</a>`,
      ...verdicts.map((verdict) => String(policy.counts[verdict])),
    ]);
  const summary = `<strong>${html(numberOf(control))}</strong> ${html(title)} — ${badge(status, statusTitles[status])}${total(counts)}`;
  const head = ["policy", ...verdicts.map((verdict) => verdictTitles[verdict])];
  return details(summary, table(`What covers ${control.id}, by number of resources`, head, rows));
}

function total(counts: Counts): string {
  const parts = verdicts.flatMap((verdict) =>
    counts[verdict] > 0 ? [`${counts[verdict]} ${verdictTitles[verdict]}`] : [],
  );
  return parts.length === 0 ? "" : ` <span class="quiet">(${parts.join(", ")})</span>`;
}

function notCoveredSection(report: Report): string {
  const left = report.controls.filter(({ status }) => status === "notCovered");
  if (left.length === 0) return "";
  const rows = left.map(({ id, responsible, title }) => [html(id), html(title), html(responsibleTitles[responsible])]);
  return `<h4>Not covered</h4>
<p>No policy is evidence for these. Whoever is named has to show that they hold.</p>
${details(counted(left.length, "control"), table("Controls that no policy covers", ["control", "what it asks for", "shown by"], rows))}`;
}
