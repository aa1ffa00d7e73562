import { ownValue } from "../../flags/flag.ts";
import type { Debt } from "../../release/model.ts";
import { link, properties, table, text } from "../markdown.ts";
import type { Subject } from "../subject.ts";
import { type Draft, joined, when } from "./draft.ts";

/** "Post-deployment verification results". */
export function verification(subject: Subject): Draft {
  const { deployment, rolledBackAt } = subject;
  const { endedAt, outcome, reason, startedAt, startedBy, verdict, verifiedAt } = deployment;
  const lines = properties([
    ["Deployment", String(deployment.id)],
    ["Started", `${when(startedAt)} by ${text(startedBy)}`],
    ["Ended", endedAt && when(endedAt)],
    ["Outcome", outcome && `**${outcome}**`],
    ["Reason", reason === undefined ? undefined : text(reason)],
    ["Verification", verdict && `**${verdict}**${verifiedAt === undefined ? "" : `, ${when(verifiedAt)}`}`],
    ["Rolled back", rolledBackAt === undefined ? undefined : `from ${when(rolledBackAt)} on`],
  ]);
  return joined({
    heading: "Result",
    lines,
    gaps: verificationGaps(subject),
    found: verdict !== undefined || outcome === "failed",
  });
}

function verificationGaps({ deployment: { outcome, verdict } }: Subject): string[] {
  if (outcome === undefined) return ["The deployment has not ended."];
  // What did not come about has nothing to verify.
  if (outcome === "failed") return [];
  if (verdict === undefined) return ["No verification is stored."];
  return verdict === "error" || verdict === "inconclusive"
    ? [`The verification came to no result ("${verdict}"), and nobody decided since.`]
    : [];
}

/** "Any issues or incidents during deployment". "None" is said only by what was asked. */
export function issues(subject: Subject): Draft {
  const { deployment, incidents, promotion, rolledBackAt } = subject;
  if (deployment.outcome === undefined)
    return { lines: [], gaps: ["The deployment has not ended: nobody can tell yet."], found: false };
  const own = [
    ...(deployment.outcome === "failed"
      ? [`- The deployment failed: ${text(deployment.reason ?? "no reason is stored")}`]
      : []),
    ...(deployment.verdict === undefined || deployment.verdict === "passed"
      ? []
      : [`- Verification: ${deployment.verdict}.`]),
    ...(rolledBackAt === undefined ? [] : [`- It was rolled back, from ${when(rolledBackAt)} on.`]),
    ...(promotion?.rollback === undefined ? [] : [`- It is itself a rollback: ${text(promotion.rollback.reason)}`]),
    ...(promotion?.emergency === undefined
      ? []
      : [
          `- It was an emergency (${text(promotion.emergency.severity)}), for the incident ${text(promotion.emergency.incident)}.`,
        ]),
  ];
  const told = incidents ?? [];
  return joined(
    {
      heading: "What the release records say",
      lines: own.length > 0 ? own : ["No failure, no rollback, no emergency."],
      gaps: [],
      found: true,
    },
    {
      heading: "Incidents",
      lines:
        incidents === undefined
          ? ["No incident system was asked."]
          : told.length === 0
            ? ["None is known from its start until the next deployment."]
            : incidentTable(subject),
      gaps: told.filter(({ endedAt }) => endedAt === undefined).map(({ id }) => `The incident ${id} is not over.`),
      found: told.length > 0,
    },
    {
      heading: "Reviews that are owed",
      lines: debtTable(subject),
      gaps: subject.debts.flatMap((debt) => debtGap(subject, debt)),
      found: false,
    },
  );
}

function incidentTable({ incidents = [] }: Subject): string[] {
  const rows = incidents.map((one) => [
    text(one.id),
    text(one.title),
    when(one.startedAt),
    one.endedAt === undefined ? "**not over**" : when(one.endedAt),
    one.link === undefined ? "" : link(one.link),
  ]);
  return table(["incident", "what", "began", "ended", "link"], rows);
}

function debtTable(subject: Subject): string[] {
  if (subject.debts.length === 0) return [];
  const rows = subject.debts.map((debt) => [
    text(reviewTitle(subject, debt)),
    when(debt.dueAt),
    debt.paidAt === undefined ? "**OPEN**" : `${when(debt.paidAt)} by ${text(debt.paidBy ?? "somebody")}`,
    debt.link === undefined ? "" : link(debt.link),
  ]);
  return table(["review", "due", "done", "link"], rows);
}

function debtGap(subject: Subject, debt: Debt): string[] {
  const title = reviewTitle(subject, debt);
  if (debt.paidAt === undefined) return [`Owed until ${debt.dueAt}: ${title}.`];
  return debt.link === undefined ? [`Done, but no result is linked: ${title}.`] : [];
}

function reviewTitle({ process }: Subject, { review }: Debt): string {
  return ownValue(process.emergency.reviews, review)?.title ?? review;
}
