import { type Command, Option } from "commander";
import { UserError } from "../../../errors.ts";
import { formatReport, readReport } from "../../../flags/experiments/report.ts";
import { readOperated } from "../../../flags/operate.ts";
import { parseTargeting } from "../../../flags/targeting.ts";
import { printJson } from "../../terminal.ts";
import { requireFlag } from "./list.ts";
import { atFlags, type FlagOptions, type FlagPlace, flagCommand, inRole } from "./session.ts";

interface ReportOptions extends FlagOptions {
  readonly metric: string;
  readonly measure: "rate" | "sum";
  readonly control?: string;
}

/** Adds `flags report`. */
export function addReport(flags: Command): void {
  flagCommand(flags, "report", {
    summary:
      "Compare the variants of a flag by a metric that the application tracks. You may look as often as you like.",
    example: "./slipway flags report prod new_dashboard --metric signup",
  })
    .argument("<flag>", "the flag's key")
    .requiredOption("--metric <name>", "the event that the application tracks")
    .addOption(
      new Option("--measure <measure>", "rate: the share of users with an event; sum: the sum of its values")
        .choices(["rate", "sum"])
        .default("rate"),
    )
    .option("--control <variant>", "the variant that the others are compared with (default: the first)")
    .action((_stack: string | undefined, key: string, options: ReportOptions, call: Command) =>
      atFlags(call, (place) => report(place, key, options)),
    );
}

async function report(place: FlagPlace, key: string, options: ReportOptions): Promise<void> {
  const { control, measure, metric } = options;
  const { environment } = place;
  const found = await inRole(place, options.role ?? "auditor", async (client) => {
    const flag = requireFlag(await readOperated(client, environment), key, environment);
    const variants = parseTargeting(flag.targeting).targeting?.variants?.map((variant) => variant.name) ?? [];
    if (variants.length < 2 || (control !== undefined && !variants.includes(control)))
      throw new UserError(
        `${key} has ${control === undefined ? "no variants to compare" : `no variant "${control}"`}.\n  Variants: ${variants.join(", ") || "none"}.`,
      );
    return readReport(client, { environment, key, flag, metric, measure, control });
  });
  if (options.json) printJson(found);
  else process.stdout.write(`${formatReport(found)}\n`);
}
