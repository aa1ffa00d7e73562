import { ownValue } from "../../flags/flag.ts";
import { properties, table, text } from "../markdown.ts";
import type { Subject } from "../subject.ts";
import { type Draft, joined, role, validationPart, when } from "./draft.ts";

/** "Technical review and approval records": who let it through, in which role, when, and having seen what. */
export function approvalRecords(subject: Subject): Draft {
  return joined(
    { heading: "Needed roles", ...neededRoles(subject) },
    { heading: "Decisions", ...decisions(subject) },
    { heading: "The gate's answer", ...gateAnswer(subject) },
    { heading: "Technical review", ...validationPart(subject, "approval-records") },
  );
}

function neededRoles(subject: Subject): Draft {
  const needed = subject.gate?.answer.approvals ?? byProcess(subject);
  if (needed.length === 0 && subject.promotion === undefined)
    return { lines: [], gaps: ["Without a promotion nobody can have approved this deployment."], found: false };
  const rows = needed.map((one) => [
    text(role(subject, one.role)),
    one.actor === undefined ? "**MISSING**" : text(one.actor),
    text(one.deployables.join(", ")),
  ]);
  return {
    lines:
      rows.length === 0
        ? ["The rules asked for no approval of this deployment."]
        : table(["role", "filled by", "for"], rows),
    gaps: needed.flatMap((one) => gapsOf(subject, one)),
    found: subject.gate !== undefined,
  };
}

/** Where the gate's answer is not stored: the roles of the rules that hold now, each with who approved in it. */
function byProcess({ decisions: given, deployment, process, promotion }: Subject) {
  if (promotion === undefined || promotion.kind === "emergency" || promotion.rollback !== undefined) return [];
  const cells = ownValue(process.environments, deployment.environment)?.approvals ?? {};
  const roles = new Set(promotion.changed.flatMap((one) => ownValue(cells, one) ?? []));
  return [...roles].sort().map((key) => {
    const actor = given.find((one) => one.decision === "approve" && one.role === key)?.actor;
    const deployables = promotion.changed.filter((one) => ownValue(cells, one)?.includes(key));
    return { role: key, deployables, ...(actor === undefined ? {} : { actor }) };
  });
}

function gapsOf(subject: Subject, needed: { readonly role: string; readonly actor?: string }): string[] {
  const title = role(subject, needed.role);
  const { decisions: given, deployment, promotion } = subject;
  if (needed.actor === undefined) return [`Nobody approved as ${title}.`];
  // Who may act alone has approved by asking.
  if (needed.actor === promotion?.requestedBy)
    return promotion.kind === "emergency" ? [] : [`${needed.actor} filled ${title} and had asked for it.`];
  const decision = given.find(
    (one) =>
      one.actor === needed.actor &&
      one.role === needed.role &&
      one.decision === "approve" &&
      one.bundle === deployment.bundle &&
      Date.parse(one.decidedAt) <= Date.parse(deployment.startedAt),
  );
  return decision === undefined
    ? [`The approval of ${needed.actor} as ${title}, from before the deployment, is not stored.`]
    : [];
}

function decisions(subject: Subject): Draft {
  const rows = subject.decisions.map((one) => [
    text(one.actor),
    text(role(subject, one.role)),
    `**${one.decision === "approve" ? "approved" : "rejected"}**`,
    when(one.decidedAt),
    one.source === "github" ? "in GitHub" : "by command",
    text(one.bundle),
    `version ${one.process.version}`,
    text(one.comment ?? ""),
  ]);
  return {
    lines:
      rows.length === 0
        ? []
        : table(["who", "as", "decision", "when", "where", "bundle that they saw", "rules", "comment"], rows),
    gaps: [],
    found: rows.length > 0,
  };
}

function gateAnswer({ deployment, gate, promotion }: Subject): Draft {
  if (gate === undefined)
    return { lines: [], gaps: ["The gate's answer, on which it was let through, is not stored."], found: false };
  const { answer, facts, factsDigest } = gate;
  const alone =
    promotion?.kind === "emergency" && answer.approvals.some(({ actor }) => actor === promotion.requestedBy);
  return {
    lines: [
      ...properties([
        ["Answer", answer.verdict],
        ["Asked", when(facts.now)],
        ["Deployment began", `${when(deployment.startedAt)}, by ${text(deployment.startedBy)}`],
        ["What it looked at", `${text(factsDigest)} (facts.json)`],
        ["Window", answer.closesAt === undefined ? undefined : `open until ${when(answer.closesAt)}`],
      ]),
      ...(alone
        ? ["", "Who asked let it through too: the power of whoever is on call, for which reviews are owed afterwards."]
        : []),
    ],
    gaps: answer.verdict === "open" ? [] : [`The gate's answer was "${answer.verdict}".`],
    found: true,
  };
}
