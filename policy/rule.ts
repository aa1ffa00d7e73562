import {
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type Severity,
  UnknownValueError,
} from "@pulumi/policy";

/** A control of a framework that a policy is evidence for. */
interface Control {
  readonly framework: "SOC 2" | "ISO 27001" | "CIS GitHub";
  /** The framework's edition. */
  readonly version: string;
  readonly id: string;
}

/** What a policy sees of a resource. Reading a property whose value is not known yet throws an UnknownValueError. */
export interface JudgedResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** The stack's name, from the resource's URN. */
  readonly stack: string;
  readonly protect: boolean;
}

/** One policy: what it wants, why, how to mend a violation, and the pure judgement. */
export interface Rule {
  /** Stable, in kebab case: reports and suppressions name it. */
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  /** What must hold, one sentence. */
  readonly description: string;
  /** What happens where it does not hold. */
  readonly rationale: string;
  /** What to change, one sentence. */
  readonly remediation: string;
  readonly controls: readonly Control[];
  /** Type tokens; "every resource" judges all. */
  readonly appliesTo: readonly string[] | "every resource";
  /** What is wrong with the resource; nothing when it complies. Each text completes "<name> ...". */
  readonly judge: (resource: JudgedResource) => readonly string[];
}

export type Enforcement = "mandatory" | "advisory";

/**
 * Makes a policy of a rule. A rule that throws fails the preview, whatever its enforcement: a judgement that could not be made
 * must not look like a good one. Only values that are not known yet are left to the engine, which judges again before it builds.
 */
export function toPolicy(rule: Rule, enforcementLevel: Enforcement): ResourceValidationPolicy {
  const [control] = rule.controls;
  return {
    name: rule.name,
    displayName: rule.title,
    description: rule.description,
    severity: rule.severity,
    enforcementLevel,
    remediationSteps: rule.remediation,
    tags: rule.controls.map(({ framework, id }) => `${framework} ${id}`),
    ...(control && {
      framework: {
        name: control.framework,
        version: control.version,
        reference: control.id,
        specification: rule.description,
      },
    }),
    validateResource: (args, reportViolation) => {
      if (rule.appliesTo !== "every resource" && !rule.appliesTo.includes(args.type)) return;
      for (const finding of judge(rule, args)) {
        reportViolation(`${args.name} ${finding}\n  Why: ${rule.rationale}\n  Mend: ${rule.remediation}`);
      }
    },
  };
}

function judge(rule: Rule, args: ResourceValidationArgs): readonly string[] {
  const { type, name, props, urn, opts } = args;
  try {
    return rule.judge({ type, name, props, stack: stackOf(urn), protect: opts.protect });
  } catch (error) {
    if (error instanceof UnknownValueError) throw error;
    throw new Error(
      `The policy ${rule.name} could not judge ${urn}: ${error instanceof Error ? error.message : String(error)}. ` +
        "This is a fault of the policy, not of the resource; nothing is built until it is mended.",
      { cause: error },
    );
  }
}

/** `urn:pulumi:<stack>::<project>::...` */
function stackOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
}
