import { UserError } from "../errors.ts";
import { ownValue } from "../flags/flag.ts";
import type { ReadProcess } from "../process/read.ts";
import { canonicalJson } from "../release/audit/canonical.ts";
import type { Deployment } from "../release/model.ts";
import { type AuditLink, linksOf, subjectsOf } from "./audit-links.ts";
import { controlsOf } from "./controls.ts";
import { approvalRecords } from "./documents/approvals.ts";
import { type Draft, place } from "./documents/draft.ts";
import { issues, verification } from "./documents/outcome.ts";
import { deploymentPlan, rollbackPlan } from "./documents/plans.ts";
import { changeRequest } from "./documents/request.ts";
import { securityReview, testingEvidence } from "./documents/reviews.ts";
import type { EvidenceFacts, Seal } from "./facts.ts";
import { text } from "./markdown.ts";
import { overview } from "./overview.ts";
import { recordsOf } from "./records.ts";
import { type SealedFiles, sealFiles } from "./sealed-files.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** One of the documents that the process requires. */
export interface PlannedDocument {
  /** The process' key: "change-request". */
  readonly key: string;
  readonly title: string;
  /** `incomplete`: something is stored, and something that should be is not. `missing`: nothing is stored, and there is no file. */
  readonly state: "complete" | "incomplete" | "missing";
  /** What is missing, each a sentence; empty only for a complete one. */
  readonly gaps: readonly string[];
  readonly file?: string;
  /** The controls that it serves: "SOC 2 CC8.1". */
  readonly controls: readonly string[];
}

/** The evidence of one deployment, ready to be written. */
export interface EvidencePlan {
  /** "deployment-000012". */
  readonly folder: string;
  readonly deployment: number;
  readonly documents: readonly PlannedDocument[];
  /** All of them complete. */
  readonly complete: boolean;
  readonly sealed: SealedFiles;
}

const writers: Readonly<Record<string, (subject: Subject) => Draft>> = {
  "change-request": changeRequest,
  "approval-records": approvalRecords,
  "security-compliance-review": securityReview,
  "testing-evidence": testingEvidence,
  "deployment-plan": deploymentPlan,
  "rollback-plan": rollbackPlan,
  "post-deployment-verification": verification,
  "issues-and-incidents": issues,
};

/**
 * Decides what each document says, from what is stored and nothing else, and which are missing and why. A pure function: the same facts
 * give the same files, byte by byte.
 *
 * @param id the deployment's number
 * @throws UserError when there is no such deployment
 */
export function planEvidence(rules: ReadProcess, facts: EvidenceFacts, id: number, seal: Seal): EvidencePlan {
  const deployment = facts.deployments.find((one) => one.id === id);
  if (deployment === undefined)
    throw new UserError(`There is no deployment ${id}.\n  ./slipway release history shows them.`);
  const subject = subjectOf(rules.process, facts, deployment);
  const drafts = Object.entries(rules.process.documents).map(([key, title], index) =>
    draftDocument(subject, key, title, index),
  );
  const documents = drafts.map(({ document }) => document);
  const texts = drafts.flatMap(({ document: { file }, content }) =>
    file === undefined ? [] : [[file, content] as const],
  );
  const files = new Map([
    ["README.md", overview(subject, documents)],
    ...texts,
    ["facts.json", `${canonicalJson(stored(subject))}\n`],
    ["manifest.json", `${JSON.stringify(manifest(rules, facts, subject, documents, seal), null, 2)}\n`],
  ]);
  return {
    folder: folderOf(id),
    deployment: id,
    documents,
    complete: documents.every(({ state }) => state === "complete"),
    sealed: sealFiles(files),
  };
}

/** Where a deployment's evidence lies in an export; names sort as numbers do. */
export function folderOf(id: number): string {
  return `deployment-${String(id).padStart(6, "0")}`;
}

function draftDocument(subject: Subject, key: string, title: string, index: number) {
  const writer = ownValue(writers, key);
  const draft = writer?.(subject) ?? unknownDocument();
  const state = !draft.found ? "missing" : draft.gaps.length > 0 ? "incomplete" : "complete";
  const controls = controlsOf(key).map((control) => control.id);
  const file = `${String(index + 1).padStart(2, "0")}-${key}.md`;
  const document: PlannedDocument = {
    key,
    title,
    state,
    gaps: draft.gaps,
    ...(state === "missing" ? {} : { file }),
    controls,
  };
  return { document, content: documentText(subject, document, draft) };
}

/** A process may require what nobody taught this program to write: that is missing until a person adds it. */
function unknownDocument(): Draft {
  return {
    lines: [],
    gaps: ["Nothing that is stored makes this document: it has to be written by hand."],
    found: false,
  };
}

function documentText(subject: Subject, { controls, gaps, title }: PlannedDocument, { lines }: Draft): string {
  const { deployment } = subject;
  const warning =
    gaps.length === 0 ? [] : ["> **INCOMPLETE.** What is missing:", ">", ...gaps.map((gap) => `> - ${text(gap)}`), ""];
  return [
    `# ${text(title)}`,
    "",
    `Deployment ${deployment.id} to ${text(place(subject, deployment.environment))}.${controls.length === 0 ? "" : ` Serves ${controls.join(", ")}.`}`,
    "",
    ...warning,
    ...lines,
    "",
  ]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}

/** What the documents were made of, for who wants to compare. The gate's facts have the digest that the audit names. */
function stored(subject: Subject) {
  const { process: _, ...facts } = subject;
  return facts;
}

function manifest(
  { process, version }: ReadProcess,
  facts: EvidenceFacts,
  { deployment, promotion }: Subject,
  documents: readonly PlannedDocument[],
  seal: Seal,
) {
  const entries = entriesAbout(facts, deployment);
  const proofs = Object.entries(seal.inclusion ?? {}).filter(([seq]) =>
    entries.some((entry) => entry.seq === Number(seq)),
  );
  return {
    format: "slipway evidence 1",
    exportedAt: seal.exportedAt,
    deployment: deployment.id,
    environment: deployment.environment,
    process: { title: process.title, ...version, decidedUnder: promotion?.process ?? null },
    documents,
    audit: {
      head: seal.auditHead ?? null,
      checkpoint: seal.checkpoint ?? null,
      entries: entries.map(({ seq, at, actor, action, subject, hash }) => ({ seq, at, actor, action, subject, hash })),
      inclusion: Object.fromEntries(proofs),
    },
  };
}

/** `linksOf` all entries, of which only those are looked at that may be. */
function entriesAbout(facts: EvidenceFacts, deployment: Deployment): AuditLink[] {
  const { byBundle, byPromotion, bySubject } = recordsOf(facts).audit;
  const found = [
    ...subjectsOf(deployment).flatMap((subject) => bySubject.get(subject) ?? []),
    ...(byPromotion.get(deployment.promotion) ?? []),
    ...(byBundle.get(deployment.bundle) ?? []),
  ];
  return linksOf([...new Set(found)], deployment);
}
