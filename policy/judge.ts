import type { Exemption, Exemptions } from "./exemptions.ts";
import type { Pack } from "./packs.ts";
import { environmentOf, type JudgedResource, judgedStack } from "./resource.ts";
import type { Enforcement, Rule } from "./rule.ts";
import { guarded, UnknownValueError } from "./unknown.ts";

/**
 * `unknown`: a value is not known yet, or is a secret that the file does not give away. `error`: the policy itself failed,
 * which never counts as passed.
 */
export type Verdict = "passed" | "failed" | "exempt" | "unknown" | "error";

/** What a policy says of a resource. */
interface Finding {
  /** Completes "<name> ...". */
  readonly text: string;
  readonly exemption?: Exemption;
}

/** What one policy made of one resource that it is about. */
export interface Judgement {
  readonly rule: Rule;
  readonly enforcement: Enforcement;
  readonly resource: JudgedResource;
  readonly verdict: Verdict;
  /** All that is wrong, what is exempt too; empty when it passed. */
  readonly findings: readonly Finding[];
  /** Why it could not be judged. */
  readonly reason?: string;
}

/** A stack to be judged. Rules for one resource see its inputs, and those for a stack what the provider adds to them besides. */
export interface Population {
  readonly inputs: readonly JudgedResource[];
  readonly outputs: readonly JudgedResource[];
}

/** Whether a rule is about a resource: by its type and its environment. */
export function applies(rule: Rule, resource: JudgedResource): boolean {
  if (rule.appliesTo !== "every resource" && !rule.appliesTo.includes(resource.type)) return false;
  return rule.environments === undefined || rule.environments.includes(environmentOf(resource));
}

/** Judges a stack by every rule of a pack, as the engine would: one judgement for each rule and resource that it is about. */
export function judge(pack: Pack, population: Population, exemptions: Exemptions): readonly Judgement[] {
  const inputs = population.inputs.map(checked);
  const stack = judgedStack(population.outputs.map(checked));
  return pack.flatMap(({ rule, enforcement }) =>
    (rule.scope === "stack" ? stack.resources : inputs).flatMap((resource) => {
      const outcome = judgeOne(rule, resource, exemptions, () =>
        rule.scope === "stack" ? rule.judge(resource, stack) : rule.judge(resource),
      );
      return outcome ? [{ rule, enforcement, resource, ...outcome }] : [];
    }),
  );
}

function judgeOne(
  rule: Rule,
  resource: JudgedResource,
  exemptions: Exemptions,
  judgeIt: () => readonly string[],
): Pick<Judgement, "findings" | "reason" | "verdict"> | undefined {
  try {
    if (!applies(rule, resource)) return undefined;
    const findings = judgeIt().map((text): Finding => {
      const exemption = exemptions.find(rule, resource, text);
      return { text, ...(exemption && { exemption }) };
    });
    if (findings.length === 0) return { verdict: "passed", findings };
    return { verdict: findings.every(({ exemption }) => exemption) ? "exempt" : "failed", findings };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { verdict: error instanceof UnknownValueError ? "unknown" : "error", findings: [], reason };
  }
}

/** Reading what is not known yet throws, as it does in the engine. */
function checked(resource: JudgedResource): JudgedResource {
  return { ...resource, props: guarded({ ...resource.props }) };
}
