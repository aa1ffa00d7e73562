import { createHash } from "node:crypto";
import type { ReportFormat } from "../format.ts";
import type { Report } from "../model.ts";
import { counted, obstacles, verdicts, verdictTitles, warnings } from "../view.ts";
import { controlSections } from "./controls.ts";
import { exemptionSection, failureSection, undecidedSection } from "./findings.ts";
import { badge, code, html as escaped, facts, idPart } from "./markup.ts";
import { policySection } from "./policies.ts";
import { style } from "./style.ts";

/**
 * One page for auditors that needs nothing else: no script, font or picture, and no style but its own, which its content security policy
 * names by hash.
 */
export const html: ReportFormat = { extension: "html", write: page };

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function page(reports: readonly Report[]): string {
  const title = escaped(`Policy report: ${reports.map(({ stack }) => stack).join(", ")}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">What the policies say of the resources of ${counted(reports.length, "stack")}, and which controls they are evidence for. Titles of controls are in our own words.</p>
${contents(reports)}
</header>
<main>
${reports.map(stackSection).join("\n")}
</main>
</body>
</html>
`;
}

function contents(reports: readonly Report[]): string {
  const entry = (report: Report) =>
    `<li><a href="#${idOf(report)}">${escaped(report.stack)}</a>: ${verdict(report)}</li>`;
  return `<nav aria-label="Stacks"><ul>${reports.map(entry).join("")}</ul></nav>`;
}

function stackSection(report: Report): string {
  const { compliant, counts, digest, judgedAt, kind, pack, policies, resources, stack, version } = report;
  const id = idOf(report);
  const stands = obstacles(report);
  const advisory = warnings(report);
  const judgements = verdicts.map((each) => `${counts[each]} ${verdictTitles[each]}`);
  const sections = [
    failureSection(report),
    undecidedSection(report),
    exemptionSection(report),
    controlSections(report, id),
    policySection(report, id),
  ];
  return `<section class="stack" aria-labelledby="${id}">
<h2 id="${id}">Stack ${escaped(stack)}</h2>
<p class="verdict ${compliant ? "passed" : "failed"}">${verdict(report)}${stands.length > 0 ? `: ${stands.join(", ")}` : ""}${advisory > 0 ? `. ${counted(advisory, "warning")} of advisory policies` : ""}</p>
${facts([
  ["Judged at", `<time datetime="${escaped(judgedAt)}">${escaped(judgedAt)}</time>`],
  [
    "What",
    `${kind === "state" ? "the state, as it is built" : "a preview, as it would be built"}: ${counted(resources, "resource")}`,
  ],
  ["SHA-256 of it", code(digest)],
  ["Policies", `${policies.length}, of the pack ${escaped(pack)}`],
  ["Judgements", judgements.join(", ")],
  ["Slipway", escaped(version)],
])}
${sections.join("\n")}
</section>`;
}

function verdict({ compliant }: Report): string {
  return badge(compliant ? "passed" : "failed", compliant ? "complies" : "does not comply");
}

/** The digest sets two reports on one stack apart. */
function idOf({ digest, stack }: Report): string {
  return `stack-${idPart(stack)}-${digest.slice(0, 8)}`;
}
