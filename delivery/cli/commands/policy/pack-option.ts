import { type Command, Option } from "commander";
import { selections } from "../../../../policy/selections.ts";

/** Adds `--pack`. @default all */
export function addPackOption(command: Command): Command {
  return command.addOption(
    new Option("--pack <name>", "the policies of one framework, category or severity only")
      .choices(Object.keys(selections))
      .default("all"),
  );
}
