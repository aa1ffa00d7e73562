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

/** What the policies of a run know together; the process may serve a preview and then the update. */
interface Run {
  /** Judgements that wait for values, by the rule's name. */
  readonly waiting: Map<string, number>;
  /** What the program asked for, by URN. */
  readonly inputs: Map<string, Readonly<Record<string, unknown>>>;
}

/**
 * Makes the policies of a pack, and one more that says, in one line, how many judgements wait for values that a preview does not know:
 * the engine asks again, with all values, before it builds a resource.
 *
 * @param exemptions findings that are not reported, each explained
 */
export function toPolicies(pack: Pack, exemptions: Exemptions): readonly Policy[] {
  const run: Run = { waiting: new Map(), inputs: new Map() };
  return [
    inputsAskedFor(run),
    ...pack.map(({ enforcement, rule }) => toPolicy(rule, enforcement, exemptions, run)),
    judgementsToCome(run),
  ];
}

/**
 * Remembers what the program asks for. The engine shows a stack's policies outputs, of which a preview knows little, and of what a
 * provider that is not configured yet would build nothing at all.
 */
function inputsAskedFor({ inputs }: Run): ResourceValidationPolicy {
  return {
    name: "inputs-asked-for",
    description: "What the program asks for is remembered, so that policies of the whole stack judge by it.",
    enforcementLevel: "advisory",
    severity: "low",
    validateResource: ({ props, urn }) => {
      inputs.set(urn, props);
    },
  };
}

/** The engine asks in the order of the list, so that this one, the last, knows what the others wait for. */
function judgementsToCome({ inputs, waiting }: Run): StackValidationPolicy {
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
      inputs.clear();
    },
  };
}

/**
 * Makes a policy of a rule. A rule that throws fails the preview, whatever its enforcement: a judgement that could not be made
 * must not look like a good one. Only values that are not known yet are left to the engine, which judges again before it builds.
 */
function toPolicy(rule: Rule, enforcementLevel: Enforcement, exemptions: Exemptions, run: Run): Policy {
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
    ? { ...metadata, ...stackValidation(rule, exemptions, run) }
    : { ...metadata, ...resourceValidation(rule, exemptions, run) };
}

function resourceValidation(
  rule: ResourceRule,
  exemptions: Exemptions,
  { waiting }: Run,
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
  { inputs, waiting }: Run,
): Pick<StackValidationPolicy, "validateStack"> {
  return {
    validateStack: ({ resources }, report) => {
      const stack = judgedStack(resources.map((resource) => judgedOfStack(resource, inputs)));
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
function attempt<T>(rule: Rule, { urn }: JudgedResource, waiting: Run["waiting"], judge: () => T): T | undefined {
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

function judgedOfStack(
  { type, name, props: outputs, urn, opts, propertyDependencies }: PolicyResource,
  inputs: Run["inputs"],
): JudgedResource {
  const asked = inputs.get(urn);
  return {
    urn,
    type,
    name,
    props: asked ? over(asked, outputs) : outputs,
    stack: stackOf(urn),
    protect: opts.protect,
    // Few are asked for, of many resources, by many policies.
    get dependencies() {
      return Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, all]) => [property, all.map((each) => each.urn)]),
      );
    },
  };
}

/** Both as one object, without reading a value before somebody asks for it: it may be one that is not known yet. */
function over(
  upper: Readonly<Record<string, unknown>>,
  lower: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, key) => Reflect.get(Reflect.has(upper, key) ? upper : lower, key),
      has: (_, key) => Reflect.has(upper, key) || Reflect.has(lower, key),
      ownKeys: () => [...new Set([...Reflect.ownKeys(upper), ...Reflect.ownKeys(lower)])],
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, writable: true, value: undefined }),
    },
  );
}
