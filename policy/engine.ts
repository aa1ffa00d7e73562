import {
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import type { Exemptions } from "./exemptions.ts";
import { frameworkOf } from "./frameworks/index.ts";
import { applies } from "./judge.ts";
import { type JudgedResource, judgedStack, stackOf } from "./resource.ts";
import type { Enforcement, ResourceRule, Rule, StackRule } from "./rule.ts";

/**
 * Makes a policy of a rule. A rule that throws fails the preview, whatever its enforcement: a judgement that could not be made
 * must not look like a good one. Only values that are not known yet are left to the engine, which judges again before it builds.
 *
 * @param exemptions findings that are not reported, each explained
 */
export function toPolicy(
  rule: Rule,
  enforcementLevel: Enforcement,
  exemptions: Exemptions,
): ResourceValidationPolicy | StackValidationPolicy {
  const [control] = rule.controls;
  const framework = control && frameworkOf(control);
  const metadata = {
    name: rule.name,
    displayName: rule.title,
    description: rule.description,
    severity: rule.severity,
    enforcementLevel,
    remediationSteps: rule.remediation,
    tags: [rule.category, ...rule.controls],
    ...(framework && {
      framework: {
        name: framework.name,
        version: framework.version,
        reference: framework.control,
        specification: rule.description,
      },
    }),
  };
  return rule.scope === "stack"
    ? { ...metadata, ...stackValidation(rule, exemptions) }
    : { ...metadata, ...resourceValidation(rule, exemptions) };
}

function resourceValidation(
  rule: ResourceRule,
  exemptions: Exemptions,
): Pick<ResourceValidationPolicy, "remediateResource" | "validateResource"> {
  const { remediate } = rule;
  return {
    validateResource: (args, report) => {
      const resource = judged(args);
      const findings = attempt(rule, resource, () => (applies(rule, resource) ? rule.judge(resource) : []));
      for (const finding of findings)
        if (!exemptions.covers(rule, resource, finding)) report(message(rule, resource, finding));
    },
    ...(remediate && {
      remediateResource: (args) => {
        const resource = judged(args);
        return attempt(rule, resource, () => (applies(rule, resource) ? remediate(resource) : undefined));
      },
    }),
  };
}

function stackValidation(rule: StackRule, exemptions: Exemptions): Pick<StackValidationPolicy, "validateStack"> {
  return {
    validateStack: ({ resources }, report) => {
      const stack = judgedStack(resources.map(judgedOfStack));
      let unknown: UnknownValueError | undefined;
      for (const resource of stack.resources) {
        try {
          const findings = attempt(rule, resource, () => (applies(rule, resource) ? rule.judge(resource, stack) : []));
          for (const finding of findings)
            if (!exemptions.covers(rule, resource, finding)) report(message(rule, resource, finding), resource.urn);
        } catch (error) {
          if (!(error instanceof UnknownValueError)) throw error;
          // The other resources are judged all the same; the engine is told afterwards that one could not be.
          unknown ??= error;
        }
      }
      if (unknown) throw unknown;
    },
  };
}

function message(rule: Rule, { name }: JudgedResource, finding: string): string {
  return `${name} ${finding}\n  Why: ${rule.rationale}\n  Mend: ${rule.remediation}`;
}

function attempt<T>(rule: Rule, { urn }: JudgedResource, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof UnknownValueError) throw error;
    throw new Error(
      `The policy ${rule.name} could not judge ${urn}: ${error instanceof Error ? error.message : String(error)}. ` +
        "This is a fault of the policy, not of the resource; nothing is built until it is mended.",
      { cause: error },
    );
  }
}

function judged({ type, name, props, urn, opts }: ResourceValidationArgs): JudgedResource {
  return { urn, type, name, props, stack: stackOf(urn), protect: opts.protect, dependencies: {} };
}

function judgedOfStack({ type, name, props, urn, opts, propertyDependencies }: PolicyResource): JudgedResource {
  const dependencies = Object.fromEntries(
    Object.entries(propertyDependencies).map(([property, resources]) => [property, resources.map((each) => each.urn)]),
  );
  return { urn, type, name, props, stack: stackOf(urn), protect: opts.protect, dependencies };
}
