import type { Command } from "commander";
import { environments } from "../../../../policy/resource.ts";
import { selectionOf, selectionsOf } from "../../../../policy/selections.ts";
import { printJson, styled, table } from "../../terminal.ts";
import { addPackOption } from "./pack-option.ts";

interface ListOptions {
  readonly pack: string;
  readonly json?: boolean;
}

/** Adds `policy list`. */
export function addPolicyList(policy: Command): void {
  addPackOption(policy.command("list"))
    .description("List the policies with their severity and what they protect.")
    .option("--json", "name, severity, controls, packs and enforcement per environment, as JSON")
    .addHelpText("after", "\nExamples:\n  ./slipway policy list --pack gdpr\n  ./slipway policy list --json")
    .action(async ({ json, pack }: ListOptions) => {
      const { enforcementOf, packFor } = await import("../../../../policy/packs.ts");
      const selected = packFor(undefined, selectionOf(pack)).map(({ rule }) => rule);
      if (json)
        return printJson({
          policies: selected.map((rule) => ({
            name: rule.name,
            title: rule.title,
            severity: rule.severity,
            category: rule.category,
            controls: rule.controls,
            packs: selectionsOf(rule),
            enforcement: Object.fromEntries(
              (rule.environments ?? environments).map((environment) => [environment, enforcementOf(rule, environment)]),
            ),
          })),
        });
      const rows = selected.map(({ category, name, severity, title }) => [name, severity, category, title]);
      const head = ["policy", "severity", "protects", "what"].map((title) => styled("bold", title));
      process.stdout.write(`${table([head, ...rows])}\n\n${selected.length} policies\n`);
    });
}
