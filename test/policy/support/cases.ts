import { unknownCheckingProxy } from "@pulumi/policy";
import { applies } from "../../../policy/judge.ts";
import { type JudgedResource, judgedStack } from "../../../policy/resource.ts";
import type { Rule } from "../../../policy/rule.ts";

/** A resource of a case, of which only what matters is said. Its stack is prod, which is held to everything. */
export interface Given extends Partial<Omit<JudgedResource, "dependencies">> {
  readonly type: string;
  /** For each input, the names of the resources of the case that its value comes from. */
  readonly from?: Readonly<Record<string, readonly string[]>>;
}

/** One resource, what else is in its stack, and what the policy has to say of it, to the letter. */
export interface Case {
  readonly title: string;
  readonly resource: Given;
  readonly others?: readonly Given[];
  readonly findings: readonly string[];
}

/** By the policy's name. */
export type Cases = Readonly<Record<string, readonly Case[]>>;

/** What the engine sends in a preview for a text that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the policy finds in the case. A value that is not known yet throws, as in the engine. */
export function findingsOf(
  rule: Rule,
  { resource, others = [] }: Pick<Case, "others" | "resource">,
): readonly string[] {
  const given = [resource, ...others];
  const urns = new Map(given.map((each) => [nameOf(each), urnOf(each)]));
  const judged = given.map((each): JudgedResource => {
    const { from = {}, props = {} } = each;
    return {
      urn: urnOf(each),
      type: each.type,
      name: nameOf(each),
      stack: stackNameOf(each),
      protect: each.protect ?? false,
      id: each.id,
      props: unknownCheckingProxy(props) as Record<string, unknown>,
      dependencies: Object.fromEntries(
        Object.entries(from).map(([property, names]) => [property, names.map((name) => urns.get(name) ?? name)]),
      ),
    };
  });
  const [first] = judged;
  if (!first || !applies(rule, first)) return [];
  return rule.scope === "stack" ? rule.judge(first, judgedStack(judged)) : rule.judge(first);
}

const nameOf = ({ name }: Given) => name ?? "it";
const stackNameOf = ({ stack }: Given) => stack ?? "prod";
const urnOf = (given: Given) => `urn:pulumi:${stackNameOf(given)}::teamflow::${given.type}::${nameOf(given)}`;
