import type { Severity } from "@pulumi/policy";
import type { Exemption, Exemptions } from "../exemptions.ts";
import type { Responsible } from "../frameworks/framework.ts";
import { allControls, type ControlId, type FrameworkKey, frameworkKeys, frameworks } from "../frameworks/index.ts";
import type { Judgement, Verdict } from "../judge.ts";
import type { Pack } from "../packs.ts";
import type { Category, Enforcement } from "../rule.ts";

/**
 * What can be said of a control. `passed`: everything that its policies are about complies. `failed`: something does not, or could not be
 * judged. `exempt`: nothing fails but what may stand for a while. `unknown`: a value was not known. `notApplicable`: its policies are
 * about nothing that the stack has. `notCovered`: no policy is evidence for it.
 */
export type ControlStatus = "exempt" | "failed" | "notApplicable" | "notCovered" | "passed" | "unknown";

/** What one policy said of one resource. */
export interface ReportedResult {
  readonly policy: string;
  readonly resource: { readonly urn: string; readonly type: string; readonly name: string };
  readonly verdict: Verdict;
  readonly findings: ReadonlyArray<{ readonly text: string; readonly exemption?: Exemption }>;
  /** Why it could not be judged. */
  readonly reason?: string;
}

export interface ReportedPolicy {
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly category: Category;
  readonly enforcement: Enforcement;
  readonly description: string;
  readonly rationale: string;
  readonly remediation: string;
  readonly controls: readonly ControlId[];
  /** Verdicts over the resources that it is about. */
  readonly counts: Counts;
}

export interface ReportedControl {
  readonly id: ControlId;
  readonly framework: FrameworkKey;
  readonly title: string;
  readonly responsible: Responsible;
  readonly status: ControlStatus;
  readonly policies: readonly string[];
  readonly counts: Counts;
}

export type Counts = Readonly<Record<Verdict, number>>;

/** Everything that an auditor may ask of one judgement of one stack. All formats are written from it. */
export interface Report {
  readonly stack: string;
  /** What was judged: the state, or a preview. */
  readonly kind: "preview" | "state";
  /** SHA-256 of what was judged. */
  readonly digest: string;
  /** Number of resources in it. */
  readonly resources: number;
  /** When, as ISO 8601 in UTC. */
  readonly judgedAt: string;
  /** Name of the pack. */
  readonly pack: string;
  /** Slipway's version. */
  readonly version: string;
  readonly frameworks: ReadonlyArray<{
    readonly key: FrameworkKey;
    readonly name: string;
    readonly version: string;
    readonly reference: string;
  }>;
  readonly policies: readonly ReportedPolicy[];
  readonly controls: readonly ReportedControl[];
  readonly results: readonly ReportedResult[];
  readonly exemptions: {
    readonly used: readonly Exemption[];
    readonly expired: readonly Exemption[];
    readonly unused: readonly Exemption[];
  };
  readonly counts: Counts;
  /** Whether a mandatory policy failed or could not judge, or an exemption has no reason to be any more. */
  readonly compliant: boolean;
}

/** What a report is made of. */
export interface ReportFacts
  extends Pick<Report, "digest" | "judgedAt" | "kind" | "pack" | "resources" | "stack" | "version"> {
  readonly selected: Pack;
  readonly judgements: readonly Judgement[];
  /** After the judgement, which notes those that were needed. */
  readonly exemptions: Exemptions;
  /** The frameworks whose controls are reported. @default all */
  readonly about?: readonly FrameworkKey[] | undefined;
}

/** Makes a report of judgements. */
export function planReport(facts: ReportFacts): Report {
  const { about: keys = frameworkKeys, exemptions, judgements, selected, ...about } = facts;
  const byPolicy = Map.groupBy(judgements, ({ rule }) => rule.name);
  const policies = selected.map(({ enforcement, rule }): ReportedPolicy => {
    const { category, controls, description, name, rationale, remediation, severity, title } = rule;
    const counts = count(byPolicy.get(name) ?? []);
    return { name, title, severity, category, enforcement, description, rationale, remediation, controls, counts };
  });
  const used = [...new Set(judgements.flatMap(({ findings }) => findings.flatMap(({ exemption }) => exemption ?? [])))];
  // A part of the policies does not need the exemptions of the others.
  const names = new Set(policies.map(({ name }) => name));
  const concerns = ({ policy, stack }: Exemption) => stack === about.stack && names.has(policy);
  const unused = exemptions.unused(about.stack).filter(concerns);
  const expired = exemptions.expired.filter(concerns);
  const stops = judgements.some(
    ({ enforcement, verdict }) => verdict === "error" || (verdict === "failed" && enforcement === "mandatory"),
  );
  return {
    ...about,
    frameworks: keys.map((key) => {
      const { name, reference, version } = frameworks[key];
      return { key, name, version, reference };
    }),
    policies,
    controls: controlsOf(policies).filter(({ framework }) => keys.includes(framework)),
    results: judgements.map(({ findings, reason, resource, rule, verdict }) => ({
      policy: rule.name,
      resource: { urn: resource.urn, type: resource.type, name: resource.name },
      verdict,
      findings,
      ...(reason !== undefined && { reason }),
    })),
    exemptions: { used, expired, unused },
    counts: count(judgements),
    compliant: !stops && unused.length === 0 && expired.length === 0,
  };
}

function controlsOf(policies: readonly ReportedPolicy[]): readonly ReportedControl[] {
  return allControls().map(({ framework, id, responsible, title }) => {
    const evidence = policies.filter(({ controls }) => controls.includes(id));
    const counts = sum(evidence.map((policy) => policy.counts));
    const names = evidence.map(({ name }) => name);
    return { id, framework, title, responsible, status: statusOf(names.length > 0, counts), policies: names, counts };
  });
}

function statusOf(covered: boolean, counts: Counts): ControlStatus {
  if (!covered) return "notCovered";
  if (counts.failed > 0 || counts.error > 0) return "failed";
  if (counts.unknown > 0) return "unknown";
  if (counts.exempt > 0) return "exempt";
  return counts.passed > 0 ? "passed" : "notApplicable";
}

const none: Counts = { passed: 0, failed: 0, exempt: 0, unknown: 0, error: 0 };

function count(judgements: readonly Pick<Judgement, "verdict">[]): Counts {
  const counts: Record<Verdict, number> = { ...none };
  for (const { verdict } of judgements) counts[verdict]++;
  return counts;
}

function sum(all: readonly Counts[]): Counts {
  const total: Record<Verdict, number> = { ...none };
  for (const counts of all) for (const verdict of Object.keys(none) as Verdict[]) total[verdict] += counts[verdict];
  return total;
}
