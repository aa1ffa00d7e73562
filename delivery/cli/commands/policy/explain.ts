import type { Command } from "commander";
import { frameworkOf } from "../../../../policy/frameworks/index.ts";
import type { enforcementOf } from "../../../../policy/packs.ts";
import { environments } from "../../../../policy/resource.ts";
import type { Rule } from "../../../../policy/rule.ts";
import { selectionsOf } from "../../../../policy/selections.ts";
import { UsageError } from "../../../errors.ts";
import { printJson, styled } from "../../terminal.ts";

/** Adds `policy explain`. */
export function addPolicyExplain(policy: Command): void {
  policy
    .command("explain")
    .description("Say what a policy wants, why, how a violation is mended, and for which controls it is evidence.")
    .argument("<name>", "name of the policy, as `policy list` and findings have it")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway policy explain plain-secrets")
    .action(async (name: string, { json }: { readonly json?: boolean }) => {
      const { enforcementOf } = await import("../../../../policy/packs.ts");
      const { rules } = await import("../../../../policy/rules.ts");
      const rule = rules.find((each) => each.name === name);
      if (!rule)
        throw new UsageError(
          `There is no policy "${name}".${nearest(name, rules)}\n  ./slipway policy list shows all.`,
        );
      if (json) return printJson(explained(rule, enforcementOf));
      process.stdout.write(`${text(rule, enforcementOf)}\n`);
    });
}

function nearest(name: string, rules: readonly Rule[]): string {
  const words = new Set(name.split("-"));
  const shared = (other: string) => other.split("-").filter((word) => words.has(word)).length;
  const best = rules.map((rule) => rule.name).sort((one, other) => shared(other) - shared(one))[0];
  return best !== undefined && shared(best) > 0 ? ` Do you mean "${best}"?` : "";
}

function explained(rule: Rule, enforcement: typeof enforcementOf) {
  const { appliesTo, category, description, name, rationale, remediation, severity, title } = rule;
  return {
    ...{ name, title, severity, category, description, rationale, remediation, appliesTo },
    environments: rule.environments ?? environments,
    enforcement: Object.fromEntries(
      (rule.environments ?? environments).map((environment) => [environment, enforcement(rule, environment)]),
    ),
    remediatesItself: rule.scope !== "stack" && rule.remediate !== undefined,
    controls: rule.controls.map((id) => {
      const { control, controls, name: framework, reference, version } = frameworkOf(id);
      return { id, framework, version, control, title: controls[control]?.title, reference };
    }),
    packs: selectionsOf(rule),
  };
}

function text(rule: Rule, level: typeof enforcementOf): string {
  const { appliesTo, controls, enforcement, remediatesItself } = explained(rule, level);
  const about = appliesTo === "every resource" ? [appliesTo] : appliesTo;
  return [
    `${styled("bold", rule.title)} (${rule.name})`,
    `${rule.severity} severity, protects: ${rule.category}`,
    "",
    `What  ${rule.description}`,
    `Why   ${rule.rationale}`,
    `Mend  ${rule.remediation}${remediatesItself ? "\n      The engine can set it for you: give the policy the enforcement level `remediate`." : ""}`,
    "",
    "Judges",
    ...about.map((type) => `  ${type}`),
    "",
    "Enforcement",
    ...Object.entries(enforcement).map(([environment, each]) => `  ${environment}: ${each}`),
    "",
    "Evidence for",
    ...controls.map(({ control, framework, title, version }) => `  ${framework} ${version}, ${control}: ${title}`),
  ].join("\n");
}
