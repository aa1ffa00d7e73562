import type { Severity } from "@pulumi/policy";
import { type FrameworkKey, frameworkKeys, frameworkOf } from "./frameworks/index.ts";
import { type Category, categories, type Rule } from "./rule.ts";

/** Which policies to take; what is left out does not restrict. */
export interface Selection {
  /** Those that are evidence for a control of one of these. */
  readonly frameworks?: readonly FrameworkKey[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  readonly categories?: readonly Category[] | undefined;
}

/** The selections with a name, which `--pack` and `SLIPWAY_POLICY_PACK` take. */
export const selections: Readonly<Record<string, Selection>> = {
  all: {},
  ...Object.fromEntries(frameworkKeys.map((key) => [key.toLowerCase(), { frameworks: [key] }])),
  ...Object.fromEntries(categories.map((category) => [nameOf(category), { categories: [category] }])),
  critical: { severities: ["critical"] },
};

function nameOf(category: Category): string {
  return category.toLowerCase().replaceAll(" ", "-");
}

/** Whether a policy belongs to a selection. */
export function isSelected(
  rule: Pick<Rule, "category" | "controls" | "severity">,
  { categories: only, frameworks, severities }: Selection,
): boolean {
  return (
    (frameworks === undefined || rule.controls.some((control) => frameworks.includes(frameworkOf(control).key))) &&
    (severities === undefined || severities.includes(rule.severity)) &&
    (only === undefined || only.includes(rule.category))
  );
}

/** The names of the selections that a policy is in. */
export function selectionsOf(rule: Rule): readonly string[] {
  return Object.entries(selections).flatMap(([name, selection]) => (isSelected(rule, selection) ? [name] : []));
}

/**
 * The selection of a name.
 *
 * @throws RangeError when there is none of that name, with those that there are
 */
export function selectionOf(name: string): Selection {
  const selection = Object.hasOwn(selections, name) ? selections[name] : undefined;
  if (!selection) throw new RangeError(`there is no pack "${name}"; there are ${Object.keys(selections).join(", ")}`);
  return selection;
}
