import { type Environment, environmentOfStack } from "./resource.ts";
import type { Enforcement, Rule } from "./rule.ts";
import { rules } from "./rules.ts";
import { isSelected, type Selection } from "./selections.ts";

/** A selection of policies with how strictly each is enforced. */
export type Pack = ReadonlyArray<{ readonly rule: Rule; readonly enforcement: Enforcement }>;

/**
 * How strictly a policy is enforced. Production is held to everything. Staging stands for it, with what is merely untidy as a warning.
 * The stacks of single people and branches are stopped only by what is dangerous anywhere: secrets in inputs, data in the open.
 */
export function enforcementOf(
  { category, severity }: Pick<Rule, "category" | "severity">,
  environment: Environment,
): Enforcement {
  switch (environment) {
    case "production":
    case "preProduction":
      return "mandatory";
    case "staging":
      return severity === "low" ? "advisory" : "mandatory";
    case "development":
    case "feature":
      return severity === "critical" || category === "secrets" ? "mandatory" : "advisory";
  }
}

/**
 * The policies of a stack.
 *
 * @param stack the stack's name; an unknown one is judged strictly
 * @param selection @default all policies
 */
export function packFor(stack: string | undefined, selection: Selection = {}): Pack {
  const environment = environmentOfStack(stack);
  return rules
    .filter((rule) => isSelected(rule, selection))
    .map((rule) => ({ rule, enforcement: enforcementOf(rule, environment) }));
}
