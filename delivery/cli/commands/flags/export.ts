import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { stringify } from "yaml";
import { UserError } from "../../../errors.ts";
import { readOperated } from "../../../flags/operate.ts";
import { atFlags, type FlagOptions, type FlagPlace, flagCommand, inRole } from "./session.ts";

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
    .action((_stack: string | undefined, options: ExportOptions, call: Command) =>
      atFlags(call, async (place) => write(await content(place, options), options), {
        // A log keeps no empty lines, of which YAML may have some, and files are written on this side.
        options: { format: undefined, output: undefined, json: undefined },
        arguments: ["--format=json"],
        read: (printed) => write(parsePrinted(printed), options),
      }),
    );
}

async function content(place: FlagPlace, options: ExportOptions): Promise<object> {
  const { flags, segments } = await inRole(place, options.role ?? "auditor", (client) =>
    readOperated(client, place.environment),
  );
  return { environment: place.environment, flags, segments };
}

/** Between its braces: a task's log has what it writes to standard error too. */
function parsePrinted(text: string): object {
  const lines = text.split("\n");
  return JSON.parse(lines.slice(lines.indexOf("{"), lines.lastIndexOf("}") + 1).join("\n"));
}

function write(content: object, { format, json, output: file }: ExportOptions): void {
  const text =
    json || format === "json"
      ? `${JSON.stringify(content, null, 2)}\n`
      : stringify(content, { aliasDuplicateObjects: false });
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
}
