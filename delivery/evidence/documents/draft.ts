import { ownValue } from "../../flags/flag.ts";
import type { Evidence } from "../../release/model.ts";
import { link, table, text } from "../markdown.ts";
import type { RequiredValidation, Subject } from "../subject.ts";
import { documentOf } from "../validation-documents.ts";

/** What a document says, before anybody decides whether that is enough. */
export interface Draft {
  /** Markdown, without the heading. */
  readonly lines: readonly string[];
  /** What should be in it and is stored nowhere, each a sentence. */
  readonly gaps: readonly string[];
  /** Whether anything was found that it is about; without that there is no document. */
  readonly found: boolean;
}

/** The validations that one document is made of: those that had to be shown, and what was shown besides. */
export function validationPart(subject: Subject, document: string): Draft {
  const needed = subject.validations.filter(({ validation }) => documentOf(validation) === document);
  const besides = subject.evidence.filter(
    (one) => documentOf(one.validation) === document && !needed.some(({ evidence }) => evidence === one),
  );
  const rows = [
    ...needed.map((one) => row(subject, one.validation, one.environment, one.evidence, "required")),
    ...besides.map((one) => row(subject, one.validation, one.environment, one, remark(subject, one, needed))),
  ];
  const shown = needed.some(({ evidence }) => evidence !== undefined) || besides.length > 0;
  return {
    lines: rows.length === 0 ? [] : table(["what", "where", "result", "by", "when", "link", ""], rows),
    gaps: needed.flatMap((one) => gapOf(subject, one)),
    found: shown,
  };
}

function gapOf(subject: Subject, { environment, evidence, validation }: RequiredValidation): string[] {
  const name = `${validationTitle(subject, validation)} (${validation}, in ${environment})`;
  if (evidence === undefined) return [`No evidence from before the deployment: ${name}.`];
  return evidence.verdict === "passed"
    ? []
    : [`The last result before the deployment was "${evidence.verdict}": ${name}.`];
}

function row(
  subject: Subject,
  validation: string,
  environment: string,
  evidence: Evidence | undefined,
  what: string,
): string[] {
  const shown = evidence
    ? [`**${evidence.verdict}**`, text(evidence.actor), when(evidence.recordedAt), link(evidence.link)]
    : ["**MISSING**", "", "", ""];
  return [text(validationTitle(subject, validation)), text(environment), ...shown, what];
}

function remark({ deployment }: Subject, one: Evidence, needed: readonly RequiredValidation[]): string {
  if (Date.parse(one.recordedAt) > Date.parse(deployment.startedAt)) return "after the deployment began";
  const again = needed.some(
    ({ environment, validation }) => validation === one.validation && environment === one.environment,
  );
  return again ? "superseded" : "not required";
}

function validationTitle({ process }: Subject, validation: string): string {
  return ownValue(process.validations, validation)?.title ?? validation;
}

export function role({ process }: Subject, key: string): string {
  return ownValue(process.roles, key)?.title ?? key;
}

export function place({ process }: Subject, key: string): string {
  return ownValue(process.environments, key)?.title ?? key;
}

export function when(moment: string): string {
  return text(moment.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC"));
}

/** One draft after another; each with its own heading, unless it says nothing. */
export function joined(...parts: readonly (Draft & { readonly heading: string })[]): Draft {
  return {
    lines: parts.flatMap(({ heading, lines }) => (lines.length === 0 ? [] : [`## ${heading}`, "", ...lines, ""])),
    gaps: parts.flatMap(({ gaps }) => gaps),
    found: parts.some(({ found }) => found),
  };
}
