import type { Exemption } from "../../exemptions.ts";
import type { Report, ReportedResult } from "../model.ts";
import { counted, exempt, failures, resultsOf, verdictTitles } from "../view.ts";
import { badge, code, html, table } from "./markup.ts";

/** What nothing exempts, the gravest policies first. */
export function failureSection(report: Report): string {
  const all = failures(report);
  if (all.length === 0) return "<h3>Failed</h3>\n<p>Nothing.</p>";
  const parts = all.map(({ findings, policy }) => {
    const { controls, enforcement, name, rationale, remediation, severity, title } = policy;
    const rows = findings.map(({ resource, text }) => [...resourceCells(resource), html(text)]);
    return [
      `<h4>${html(title)}</h4>`,
      `<p class="quiet">${code(name)}, ${html(severity)}, ${html(enforcement)}</p>`,
      `<p>${html(rationale)}</p>`,
      `<p><strong>Remedy:</strong> ${html(remediation)}</p>`,
      `<p><strong>Controls:</strong> ${controls.map(html).join(", ")}</p>`,
      table(`${counted(findings.length, "finding")} of ${name}`, ["resource", "type", "finding"], rows),
    ].join("\n");
  });
  return `<h3>Failed</h3>\n${parts.join("\n")}`;
}

/** What a policy could not say, and why. */
export function undecidedSection(report: Report): string {
  const rows = (["error", "unknown"] as const).flatMap((verdict) =>
    resultsOf(report, verdict).map(({ policy, reason, resource }) => [
      ...resourceCells(resource),
      code(policy),
      badge(verdict, verdictTitles[verdict]),
      html(reason ?? ""),
    ]),
  );
  if (rows.length === 0) return "";
  return `<h3>Not decided</h3>
<p>A judgement that failed counts as failed. A value that is not known yet is judged before anything is built.</p>
${table("Judgements without a verdict", ["resource", "type", "policy", "verdict", "reason"], rows)}`;
}

/** What may stand for a while, and exemptions that have to go. */
export function exemptionSection(report: Report): string {
  const { expired, unused } = report.exemptions;
  const current = exempt(report).map(({ exemption, policy, resource, text }) => [
    ...resourceCells(resource),
    code(policy.name),
    html(text),
    ...ownerCells(exemption),
  ]);
  const past = [
    ...expired.map((exemption) => ["expired", exemption] as const),
    ...unused.map((exemption) => ["not needed any more", exemption] as const),
  ].map(([why, exemption]) => [
    code(exemption.resource),
    code(exemption.policy),
    html(exemption.finding),
    ...ownerCells(exemption),
    why,
  ]);
  const owner = ["reason", "owner", "approved by", "until"];
  return [
    "<h3>Exemptions</h3>",
    current.length === 0
      ? "<p>Nothing is exempt.</p>"
      : table("Findings that may stand", ["resource", "type", "policy", "finding", ...owner], current),
    ...(past.length === 0
      ? []
      : [table("Exemptions to be removed", ["resource", "policy", "finding", ...owner, "why"], past)]),
  ].join("\n");
}

export function resourceCells({ name, type }: ReportedResult["resource"]): readonly string[] {
  return [code(name), code(type)];
}

function ownerCells({ approver, expires, owner, reason }: Exemption): readonly string[] {
  return [html(reason), html(owner), html(approver), `<time datetime="${html(expires)}">${html(expires)}</time>`];
}
