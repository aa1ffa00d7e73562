import type { Severity } from "@pulumi/policy";
import type { ControlId } from "./frameworks/index.ts";
import type { Environment, JudgedResource, JudgedStack } from "./resource.ts";

/** What a policy protects. */
export const categories = [
  "access matrix",
  "cost",
  "encryption",
  "exposure",
  "identity",
  "isolation",
  "Kubernetes",
  "logging",
  "release process",
  "resilience",
  "secrets",
  "supply chain",
] as const;
export type Category = (typeof categories)[number];

interface RuleText {
  /** Stable, in kebab case: reports and exemptions name it. */
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly category: Category;
  /** What must hold, one sentence. */
  readonly description: string;
  /** What happens where it does not hold. */
  readonly rationale: string;
  /** What to change, one sentence. */
  readonly remediation: string;
  /** Controls that the policy is evidence for: `<framework> <control>`, see frameworks/. */
  readonly controls: readonly ControlId[];
  /** Type tokens; "every resource" judges all. */
  readonly appliesTo: readonly string[] | "every resource";
  /** Environments whose resources are judged. @default all */
  readonly environments?: readonly Environment[];
}

/** A rule that looks at one resource by itself. */
export interface ResourceRule extends RuleText {
  readonly scope?: "resource";
  /** What is wrong with the resource; nothing when it complies. Each text completes "<name> ...". */
  readonly judge: (resource: JudgedResource) => readonly string[];
  /** The inputs with which it would comply, where they can be chosen without loss; undefined where nothing is to mend. */
  readonly remediate?: (resource: JudgedResource) => Readonly<Record<string, unknown>> | undefined;
}

/** A rule that judges each resource of its types with the rest of the stack at hand. */
export interface StackRule extends RuleText {
  readonly scope: "stack";
  readonly judge: (resource: JudgedResource, stack: JudgedStack) => readonly string[];
}

/** One policy: what it wants, why, how to mend a violation, and the pure judgement. */
export type Rule = ResourceRule | StackRule;

export type Enforcement = "mandatory" | "advisory";
