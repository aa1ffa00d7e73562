import { properties, table, text, verbatim } from "../markdown.ts";
import type { Subject } from "../subject.ts";
import { type Draft, joined, place, validationPart, when } from "./draft.ts";

/** "Change request with business justification": who asked for what, and why. */
export function changeRequest(subject: Subject): Draft {
  return joined(
    { heading: "Request", ...request(subject) },
    { heading: "What changes", ...content(subject) },
    { heading: "Why", ...justification(subject) },
    { heading: "Agreement of the business", ...validationPart(subject, "change-request") },
  );
}

function request(subject: Subject): Draft {
  const { deployment, promotion } = subject;
  if (promotion === undefined)
    return {
      lines: [],
      gaps: [`No promotion ${deployment.promotion} is stored: nobody asked for this deployment.`],
      found: false,
    };
  const { changed, environment, id, kind, process, requestedAt, requestedBy } = promotion;
  return {
    lines: properties([
      ["Promotion", String(id)],
      ["Asked for by", text(requestedBy)],
      ["Asked for", when(requestedAt)],
      ["Environment", text(place(subject, environment))],
      ["Kind", promotion.rollback === undefined ? kind : `rollback (${promotion.rollback.how})`],
      ["Changes", text(changed.join(", ") || "nothing")],
      ["Rules", `process version ${process.version}, ${text(process.digest)}`],
    ]),
    gaps: [],
    found: true,
  };
}

function content({ bundle, deployment, promotion }: Subject): Draft {
  if (bundle === undefined)
    return { lines: [], gaps: [`The bundle ${deployment.bundle} is not stored.`], found: false };
  const rows = Object.entries(bundle.deployables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { commit, image, version }]) => [
      text(name),
      text(version),
      text(commit),
      text(image ?? "–"),
      promotion?.changed.includes(name) ? "changes" : "",
    ]);
  return {
    lines: [
      ...properties([
        ["Bundle", text(bundle.digest)],
        ["Title", text(bundle.title)],
        ["Version", text(bundle.version)],
        ["Made", `${when(bundle.createdAt)} by ${text(bundle.createdBy)}`],
        ["Features", text(bundle.features.join(", ") || "none")],
        ["Newest migration", bundle.migration === undefined ? undefined : text(bundle.migration)],
      ]),
      "",
      ...table(["deployable", "version", "commit", "image", ""], rows),
    ],
    gaps: [],
    found: true,
  };
}

function justification({ bundle, promotion }: Subject): Draft {
  const reasons = properties([
    ["Reason of the emergency", promotion?.emergency && text(promotion.emergency.reason)],
    ["Incident", promotion?.emergency && text(promotion.emergency.incident)],
    ["Reason of the rollback", promotion?.rollback && text(promotion.rollback.reason)],
  ]);
  const changelog = bundle?.changelog.trim() ?? "";
  const titled = bundle !== undefined && bundle.title !== bundle.version;
  const lines = [
    ...reasons,
    ...(reasons.length === 0 && titled ? properties([["Purpose", text(bundle.title)]]) : []),
    ...(changelog === "" ? [] : ["", "Changelog, as it was when people approved:", "", ...verbatim(changelog)]),
  ];
  const gaps = lines.length > 0 ? [] : ["No justification: the bundle has neither a title of its own nor a changelog."];
  return { lines, gaps, found: lines.length > 0 };
}
