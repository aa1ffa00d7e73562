import { readFileSync } from "node:fs";
import path from "node:path";
import { isMap, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { JudgedResource } from "./resource.ts";
import type { Rule } from "./rule.ts";

/** Longest time that an exemption may run, in days: whoever still needs it after a year has to say so again. */
const longestDays = 366;

const exact = (what: string) =>
  z
    .string()
    .min(1)
    .refine((text) => !/[*?]/.test(text), {
      message: `names exactly one ${what}: patterns are refused, since they also exempt what nobody has looked at`,
    });

const exemptionSchema = z
  .strictObject({
    policy: exact("policy"),
    stack: exact("stack"),
    /** `<type> <name>`, as reports write it. */
    resource: exact("resource").regex(/^\S+ \S+$/, "is the type and the name of one resource, with a space between"),
    /** The text of the finding, to the letter. */
    finding: z.string().min(1),
    reason: z.string().trim().min(20, "says in a sentence why the finding may stand"),
    owner: z.string().trim().min(1),
    approver: z.string().trim().min(1),
    expires: z.iso.date("is a day: 2027-06-30"),
  })
  .refine(({ approver, owner }) => approver.toLowerCase() !== owner.toLowerCase(), {
    path: ["approver"],
    message: "is somebody else than the owner",
  });

/** One finding that may stand, for a while, and who answers for it. */
export type Exemption = z.infer<typeof exemptionSchema>;

const fileSchema = z.strictObject({ exemptions: z.array(exemptionSchema).nullable() });

/** The exemptions in force, which note which of them were needed. */
export interface Exemptions {
  readonly all: readonly Exemption[];
  /** Those whose last day has passed; they exempt nothing. */
  readonly expired: readonly Exemption[];
  /** Those of a stack that no finding has needed so far. */
  unused(stack: string): readonly Exemption[];
  /** The exemption of a finding, which is noted as needed. */
  find(rule: Rule, resource: JudgedResource, finding: string): Exemption | undefined;
  covers(rule: Rule, resource: JudgedResource, finding: string): boolean;
}

/** @param today the day in UTC, `2026-12-01`; an exemption holds on its last day */
export function exemptionsOf(all: readonly Exemption[], today: string): Exemptions {
  const needed = new Set<Exemption>();
  const expired = all.filter(({ expires }) => expires < today);
  const valid = all.filter((each) => !expired.includes(each));
  const find: Exemptions["find"] = (rule, { name, stack, type }, finding) => {
    const found = valid.find(
      (each) =>
        each.policy === rule.name &&
        each.stack === stack &&
        each.resource === `${type} ${name}` &&
        each.finding === finding,
    );
    if (found) needed.add(found);
    return found;
  };
  return {
    all,
    expired,
    find,
    covers: (...finding) => find(...finding) !== undefined,
    unused: (stack) => valid.filter((each) => each.stack === stack && !needed.has(each)),
  };
}

/** What is wrong with a file of exemptions: every problem, each with its line. */
export class ExemptionsError extends Error {
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`${file} is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.file = file;
    this.problems = problems;
  }
}

/** Where the pack's own exemptions stand. */
export const exemptionsFile = path.join(import.meta.dirname, "exemptions.yaml");

/**
 * Reads a file of exemptions.
 *
 * @param today the day in UTC
 * @param policies names of all policies there are
 * @throws ExemptionsError with every problem of it
 */
export function readExemptions(file: string, today: string, policies: readonly string[]): Exemptions {
  return parseExemptions(readFileSync(file, "utf8"), path.basename(file), today, policies);
}

/** As {@link readExemptions}, of a text. */
export function parseExemptions(text: string, file: string, today: string, policies: readonly string[]): Exemptions {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw new ExemptionsError(
      file,
      document.errors.map(({ message }) => message),
    );
  const lineOf = (place: readonly PropertyKey[]): number => {
    for (let length = place.length; length > 0; length--) {
      const node = document.getIn(place.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return isMap(document.contents) ? lines.linePos(document.contents.range?.[0] ?? 0).line : 1;
  };
  const parsed = fileSchema.safeParse(document.toJS());
  const at = (place: readonly PropertyKey[], message: string) =>
    `line ${lineOf(place)}: ${place.map(String).join(".")}: ${message}`;
  if (!parsed.success)
    throw new ExemptionsError(
      file,
      parsed.error.issues.map(({ message, path: place }) => at(place, message)),
    );
  const all = parsed.data.exemptions ?? [];
  const latest = new Date(Date.parse(today) + longestDays * 86_400_000).toISOString().slice(0, 10);
  const problems = all.flatMap((each, index) => [
    ...(policies.includes(each.policy)
      ? []
      : [at(["exemptions", index, "policy"], `there is no policy "${each.policy}" (./slipway policy list)`)]),
    ...(each.expires > latest
      ? [at(["exemptions", index, "expires"], `is more than a year ahead; ${latest} is the latest day`)]
      : []),
    ...(all.slice(0, index).some((earlier) => sameFinding(earlier, each))
      ? [at(["exemptions", index], "exempts what an earlier entry exempts already")]
      : []),
  ]);
  if (problems.length > 0) throw new ExemptionsError(file, problems);
  return exemptionsOf(all, today);
}

function sameFinding(one: Exemption, other: Exemption): boolean {
  return (["policy", "stack", "resource", "finding"] as const).every((key) => one[key] === other[key]);
}
