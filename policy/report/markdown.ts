import { table, text } from "../../delivery/evidence/markdown.ts";
import type { Exemption } from "../exemptions.ts";
import type { ReportFormat } from "./format.ts";
import type { Report, ReportedResult } from "./model.ts";
import {
  controlsOf,
  counted,
  exempt,
  failures,
  obstacles,
  type ReportedFinding,
  resultsOf,
  statusCounts,
  statuses,
  statusTitles,
  warnings,
} from "./view.ts";

/** GitHub refuses a comment of more than 65536 characters; what is left is for what else a comment says. */
const longest = 60_000;

/** So many rows are shown as they are; more have to be opened. */
const shortList = 10;

/** For people, and as a comment on a pull request. */
export const markdown: ReportFormat = {
  extension: "md",
  write: (reports) => fitting(reports.map(sections)),
};

/** The parts of a stack's report, the most important first: where they are too long together, the last ones are left out. */
function sections(report: Report): readonly string[] {
  return [
    summary(report),
    ...failures(report).map(failureSection),
    resultSection("Could not be judged", resultsOf(report, "error")),
    exemptionSection(report),
    frameworkSection(report),
    resultSection("Not known yet", resultsOf(report, "unknown")),
  ].filter((section) => section !== "");
}

/** As many sections as fit, and how many do not: the summaries of all stacks before the details of any. */
function fitting(stacks: readonly (readonly string[])[]): string {
  let room = longest;
  const taken = stacks.map((): string[] => []);
  let left = 0;
  const depth = Math.max(0, ...stacks.map((stack) => stack.length));
  for (let index = 0; index < depth; index++)
    for (const [which, stack] of stacks.entries()) {
      const section = stack[index];
      if (section === undefined) continue;
      if (section.length > room) left++;
      else {
        taken[which]?.push(section);
        room -= section.length;
      }
    }
  const rest =
    left > 0 ? [`_${counted(left, "section does", "sections do")} not fit here; the other formats have all._\n`] : [];
  return [...taken.flat(), ...rest].join("\n");
}

function summary(report: Report): string {
  const { compliant, counts, digest, judgedAt, kind, pack, policies, resources, stack, version } = report;
  const advisory = warnings(report);
  const verdict = compliant ? "complies" : `does not comply: ${obstacles(report).join(", ")}`;
  return lines(
    `## Policies on ${text(stack)}`,
    "",
    `**${text(stack)} ${verdict}.**${advisory > 0 ? ` ${counted(advisory, "warning")} of advisory policies.` : ""}`,
    "",
    ...table(
      ["passed", "failed", "exempt", "not known yet", "could not be judged"],
      [[counts.passed, counts.failed, counts.exempt, counts.unknown, counts.error].map(String)],
    ),
    "",
    `${counted(policies.length, "policy", "policies")} of the pack ${text(pack)} on ${counted(resources, "resource")} of ${kind === "state" ? "the state" : "a preview"}, ${text(judgedAt)}, Slipway ${text(version)}. SHA-256 of what was judged: ${code(digest)}.`,
  );
}

function failureSection({ policy, findings }: ReturnType<typeof failures>[number]): string {
  const { controls, enforcement, name, rationale, remediation, severity, title } = policy;
  const rows = findings.map(({ resource, text: finding }) => [resourceCell(resource), text(finding)]);
  return lines(
    `### Failed: ${text(title)}`,
    "",
    `${code(name)}, ${severity}, ${enforcement}. ${text(rationale)}`,
    "",
    ...collapsed(rows.length, counted(rows.length, "finding"), table(["resource", "finding"], rows)),
    "",
    `**Remedy:** ${text(remediation)}  `,
    `**Controls:** ${controls.map(text).join(", ")}`,
  );
}

function resultSection(title: string, results: readonly ReportedResult[]): string {
  if (results.length === 0) return "";
  const rows = results.map(({ policy, reason, resource }) => [
    code(policy),
    resourceCell(resource),
    text(reason ?? ""),
  ]);
  const list = table(["policy", "resource", "reason"], rows);
  return lines(`### ${title}`, "", ...collapsed(rows.length, counted(rows.length, "judgement"), list));
}

function exemptionSection(report: Report): string {
  const { expired, unused } = report.exemptions;
  const current = exempt(report).map((finding) => [...findingCells(finding), ...ownerCells(finding.exemption)]);
  const past = [
    ...expired.map((exemption) => ["expired", ...exemptionCells(exemption), ...ownerCells(exemption)]),
    ...unused.map((exemption) => ["not needed any more", ...exemptionCells(exemption), ...ownerCells(exemption)]),
  ];
  const owner = ["reason", "owner", "approved by", "until"];
  return [
    ...(current.length === 0
      ? []
      : [
          lines(
            "### Exempt",
            "",
            ...collapsed(
              current.length,
              counted(current.length, "finding"),
              table(["policy", "resource", "finding", ...owner], current),
            ),
          ),
        ]),
    ...(past.length === 0
      ? []
      : [
          lines("### Exemptions to be removed", "", ...table(["why", "policy", "resource", "finding", ...owner], past)),
        ]),
  ].join("\n");
}

function frameworkSection(report: Report): string {
  const rows = report.frameworks.map(({ key, name, version }) => {
    const controls = controlsOf(report, key);
    const counts = statusCounts(controls);
    const covered = controls.length - counts.notCovered;
    return [
      text(`${name}, ${version}`),
      `${covered} of ${controls.length}`,
      ...statuses.map((each) => `${counts[each]}`),
    ];
  });
  const head = ["framework", "covered", ...statuses.map((status) => statusTitles[status])];
  const failed = report.controls.filter(({ status }) => status === "failed");
  return lines(
    "### Controls",
    "",
    ...table(head, rows),
    ...(failed.length > 0 ? ["", `**Failed:** ${failed.map(({ id }) => text(id)).join(", ")}`] : []),
  );
}

const resourceCell = ({ name, type }: ReportedResult["resource"]) => `${code(name)} (${code(type)})`;

const findingCells = ({ policy, resource, text: finding }: ReportedFinding) => [
  code(policy.name),
  resourceCell(resource),
  text(finding),
];

const exemptionCells = ({ finding, policy, resource }: Exemption) => [code(policy), code(resource), text(finding)];

const ownerCells = ({ approver, expires, owner, reason }: Exemption) => [reason, owner, approver, expires].map(text);

/** A name in the type of code. Not between backquotes, which would show the escapes of a table's cell. */
function code(name: string): string {
  return `<code>${text(name)}</code>`;
}

function collapsed(rows: number, title: string, content: readonly string[]): readonly string[] {
  if (rows <= shortList) return content;
  return ["<details>", `<summary>${title}</summary>`, "", ...content, "", "</details>"];
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
