import type { Report, ReportedPolicy, ReportedResult } from "../model.ts";
import { counted, verdictTitles } from "../view.ts";
import { resourceCells } from "./findings.ts";
import { badge, code, details, html, idPart, table } from "./markup.ts";

/** Every policy with all resources that it is about: what a control's evidence is made of. */
export function policySection(report: Report, id: string): string {
  const results = Map.groupBy(report.results, ({ policy }) => policy);
  return [
    "<h3>Policies, resource by resource</h3>",
    ...report.policies.map((policy) => policyDetails(policy, results.get(policy.name) ?? [], id)),
  ].join("\n");
}

/** Where a policy stands on the page: inside of what has to be opened, so that a link to it opens it. */
export function policyAnchor(id: string, name: string): string {
  return `${id}-policy-${idPart(name)}`;
}

function policyDetails(policy: ReportedPolicy, results: readonly ReportedResult[], id: string): string {
  const { controls, description, enforcement, name, severity, title } = policy;
  const about = [
    `<p id="${policyAnchor(id, name)}">${html(description)}</p>`,
    `<p class="quiet">${code(name)}, ${html(severity)}, ${html(enforcement)}. Controls: ${controls.map(html).join(", ")}.</p>`,
  ];
  const rows = order.flatMap((verdict) =>
    results
      .filter((result) => result.verdict === verdict)
      .map(({ findings, reason, resource }) => [
        ...resourceCells(resource),
        badge(verdict, verdictTitles[verdict]),
        [...findings.map(({ text }) => text), ...(reason === undefined ? [] : [reason])].map(html).join("<br>"),
      ]),
  );
  const resources = table(`Resources that ${name} is about`, ["resource", "type", "verdict", "what it says"], rows);
  return details(
    `<strong>${html(title)}</strong> — ${summaryOf(policy, results.length)}`,
    [...about, rows.length === 0 ? "<p>The stack has nothing that it is about.</p>" : resources].join("\n"),
  );
}

const order = ["failed", "error", "unknown", "exempt", "passed"] as const;

function summaryOf({ counts }: ReportedPolicy, resources: number): string {
  if (resources === 0) return badge("notApplicable", "not applicable");
  const parts = order.flatMap((each) =>
    counts[each] > 0 ? [badge(each, `${counts[each]} ${verdictTitles[each]}`)] : [],
  );
  return `${counted(resources, "resource")}: ${parts.join(", ")}`;
}
