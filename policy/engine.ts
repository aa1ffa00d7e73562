import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Exemptions } from "./exemptions.ts";
import { frameworkOf } from "./frameworks/index.ts";
import { applies } from "./judge.ts";
import type { Pack } from "./packs.ts";
import { type JudgedResource, judgedStack, stackOf } from "./resource.ts";
import type { Enforcement, ResourceRule, Rule, StackRule } from "./rule.ts";
import { UnknownValueError } from "./unknown.ts";

type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** Judgements that wait for values, by the rule's name. */
type Waiting = Map<string, number>;

/**
 * Makes the policies of a pack, and one more that says, in one line, how many judgements wait for values that a preview does not know:
 * the engine asks again, with all values, before it builds a resource.
 *
 * @param exemptions findings that are not reported, each explained
 */
export function toPolicies(pack: Pack, exemptions: Exemptions): readonly Policy[] {
  const waiting: Waiting = new Map();
  return [
    ...pack.map(({ enforcement, rule }) => toPolicy(rule, enforcement, exemptions, waiting)),
    judgementsToCome(waiting),
  ];
}

/** The engine asks in the order of the list, so that this one, the last, knows what the others wait for. */
function judgementsToCome(waiting: Waiting): StackValidationPolicy {
  return {
    name: "judgements-to-come",
    description: "Values that are not known in a preview are judged before they are used.",
    enforcementLevel: "advisory",
    severity: "low",
    validateStack: (_, report) => {
      const count = [...waiting.values()].reduce((sum, each) => sum + each, 0);
      if (count > 0)
        report(
          `${count} judgements by ${waiting.size} policies wait for values that are not known yet. Each is made before its resource is built; ./slipway policy check judges what is built.`,
        );
      waiting.clear();
    },
  };
}

/**
 * Makes a policy of a rule. A rule that throws fails the preview, whatever its enforcement: a judgement that could not be made
 * must not look like a good one. Only values that are not known yet are left to the engine, which judges again before it builds.
 */
function toPolicy(rule: Rule, enforcementLevel: Enforcement, exemptions: Exemptions, waiting: Waiting): Policy {
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
    ? { ...metadata, ...stackValidation(rule, exemptions, waiting) }
    : { ...metadata, ...resourceValidation(rule, exemptions, waiting) };
}

function resourceValidation(
  rule: ResourceRule,
  exemptions: Exemptions,
  waiting: Waiting,
): Pick<ResourceValidationPolicy, "remediateResource" | "validateResource"> {
  const { remediate } = rule;
  return {
    validateResource: (args, report) => {
      const resource = judged(args);
      const findings = attempt(rule, resource, waiting, () => (applies(rule, resource) ? rule.judge(resource) : []));
      if (!findings) return args.notApplicable("it waits for a value that is not known yet");
      for (const finding of findings)
        if (!exemptions.covers(rule, resource, finding)) report(message(rule, resource, finding));
    },
    ...(remediate && {
      remediateResource: (args) => {
        const resource = judged(args);
        // Told by the validation: what is not known is not mended either.
        return attempt(rule, resource, new Map(), () => (applies(rule, resource) ? remediate(resource) : undefined));
      },
    }),
  };
}

function stackValidation(
  rule: StackRule,
  exemptions: Exemptions,
  waiting: Waiting,
): Pick<StackValidationPolicy, "validateStack"> {
  return {
    validateStack: ({ resources }, report) => {
      const stack = judgedStack(resources.map(judgedOfStack));
      for (const resource of stack.resources) {
        const judgeIt = () => (applies(rule, resource) ? rule.judge(resource, stack) : []);
        for (const finding of attempt(rule, resource, waiting, judgeIt) ?? [])
          if (!exemptions.covers(rule, resource, finding)) report(message(rule, resource, finding), resource.urn);
      }
    },
  };
}

function message(rule: Rule, { name }: JudgedResource, finding: string): string {
  return `${name} ${finding}\n  Why: ${rule.rationale}\n  Mend: ${rule.remediation}`;
}

/** @returns undefined when a value is not known yet that decides */
function attempt<T>(rule: Rule, { urn }: JudgedResource, waiting: Waiting, judge: () => T): T | undefined {
  try {
    return judge();
  } catch (error) {
    if (error instanceof UnknownValueError) {
      waiting.set(rule.name, (waiting.get(rule.name) ?? 0) + 1);
      return undefined;
    }
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
