import { table, text } from "../markdown.ts";
import type { Subject } from "../subject.ts";
import { type Draft, joined, place, validationPart, when } from "./draft.ts";

/** "Security and compliance review results". */
export function securityReview(subject: Subject): Draft {
  return withoutNothing(
    joined({ heading: "Reviews", ...validationPart(subject, "security-compliance-review") }),
    subject,
    "review of security, privacy or compliance",
  );
}

/** "Testing evidence and sign-off": tests by machines and by people, and how the bundle did in the environments before. */
export function testingEvidence(subject: Subject): Draft {
  return withoutNothing(
    joined(
      { heading: "Tests and sign-off", ...validationPart(subject, "testing-evidence") },
      { heading: "The same bundle in other environments before", ...before(subject) },
    ),
    subject,
    "test",
  );
}

/** A path that asks for nothing leaves an auditor with nothing: that is told as missing, not passed over. */
function withoutNothing(draft: Draft, { promotion }: Subject, what: string): Draft {
  if (draft.found || draft.gaps.length > 0) return draft;
  const path =
    promotion?.rollback !== undefined
      ? "A rollback asks for none before"
      : promotion?.kind === "emergency"
        ? "The short path asks for none before"
        : "The process asks for none";
  return { ...draft, gaps: [`No ${what} is stored for this bundle. ${path}.`] };
}

function before(subject: Subject): Draft {
  const rows = subject.earlier.map(({ endedAt, environment, id, outcome, verdict }) => [
    String(id),
    text(place(subject, environment)),
    outcome ?? "running",
    `**${verdict ?? "not verified"}**`,
    endedAt === undefined ? "" : when(endedAt),
  ]);
  return {
    lines: rows.length === 0 ? [] : table(["deployment", "environment", "outcome", "verification", "ended"], rows),
    gaps: [],
    found: false,
  };
}
