import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { stringify } from "yaml";
import { UserError } from "../../../errors.ts";
import { readOperated } from "../../../flags/operate.ts";
import { type FlagOptions, flagCommand, flagPlace, inRole } from "./session.ts";

interface ExportOptions extends FlagOptions {
  readonly format?: "yaml" | "json";
  readonly output?: string;
}

/** Adds `flags export`. */
export function addExport(flags: Command): void {
  flagCommand(flags, "export", {
    summary: "Write the flags and shared segments as they act now, in a form that `flags import` reads.",
    example: "./slipway flags export staging > flags-staging.yaml",
  })
    .addOption(new Option("--format <format>", "yaml (default) or json").choices(["yaml", "json"]))
    .option("--output <file>", "into this file instead of standard output")
    .action(async (name: string | undefined, options: ExportOptions) => {
      const place = await flagPlace("export", name, options);
      const { flags, segments } = await inRole(place, options.role ?? "auditor", (client) =>
        readOperated(client, place.environment),
      );
      const content = { environment: place.environment, flags, segments };
      const json = options.json || options.format === "json";
      const text = json
        ? `${JSON.stringify(content, null, 2)}\n`
        : stringify(content, { aliasDuplicateObjects: false });
      if (options.output === undefined) process.stdout.write(text);
      else write(options.output, text);
    });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
}
