import { controls } from "./controls.ts";
import { place, when } from "./documents/draft.ts";
import { properties, table, text } from "./markdown.ts";
import type { PlannedDocument } from "./plan.ts";
import type { Subject } from "./subject.ts";

/** The first page of a folder: which deployment it is about, what is there and what is not. */
export function overview(subject: Subject, documents: readonly PlannedDocument[]): string {
  const { bundle, deployment, promotion } = subject;
  const complete = documents.filter(({ state }) => state === "complete").length;
  const gaps = documents.filter((one) => one.gaps.length > 0);
  const used = Object.entries(controls).filter(([id]) => documents.some((one) => one.controls.includes(id)));
  const lines = [
    `# Evidence of deployment ${deployment.id}`,
    "",
    ...properties([
      ["Environment", text(place(subject, deployment.environment))],
      ["Bundle", bundle === undefined ? text(deployment.bundle) : `${text(bundle.title)}, ${text(bundle.version)}`],
      ["Started", `${when(deployment.startedAt)} by ${text(deployment.startedBy)}`],
      ["Outcome", `${deployment.outcome ?? "running"}; verification: ${deployment.verdict ?? "none"}`],
      ["Asked for by", promotion === undefined ? "**nobody**" : text(promotion.requestedBy)],
    ]),
    "",
    `${complete} of ${documents.length} documents are complete.`,
    "",
    ...table(
      ["document", "state", "file", "serves"],
      documents.map((one) => [
        text(one.title),
        one.state === "complete" ? "complete" : `**${one.state.toUpperCase()}**`,
        one.file === undefined ? "–" : `[${one.file}](${one.file})`,
        one.controls.join(", "),
      ]),
    ),
    "",
    ...gaps.flatMap((one) => [`## Missing in: ${text(one.title)}`, "", ...one.gaps.map((gap) => `- ${text(gap)}`), ""]),
    "## Controls",
    "",
    ...table(
      ["control", "about", "source"],
      used.map(([id, { about, source }]) => [id, about, text(source)]),
    ),
    "",
    "## How to check this folder",
    "",
    "`index.json` has the SHA-256 of every file; its own is in the audit, in the entry of the export. `facts.json` is what the documents",
    "were made of. `manifest.json` names the audit's entries about this deployment with their hashes, and where the audit ended then.",
    "`./slipway audit verify` verifies the audit itself.",
    "",
  ];
  return lines.join("\n");
}
