import type { Command } from "commander";
import { checkStackFile } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { requireStack } from "../engine/stacks.ts";
import { runSteps } from "../progress.ts";
import { describeToolchain, readyToolchain } from "../ready.ts";
import { styled, table } from "../terminal.ts";

/** Adds `setup`. */
export function addSetupCommand(program: Command): void {
  program
    .command("setup")
    .summary("install what is missing and nothing more")
    .description(
      "Install what is missing (engine, plugins, cache server), without starting or changing anything. `up` and `test` do this by themselves.\nWhat only stacks in AWS need (their plugin) is installed when one of them is named.",
    )
    .argument("[stack]", "a stack that is going to be worked on", "dev")
    .action(async (name: string) => {
      const { platform } = checkStackFile(checkoutRoot, requireStack(checkoutRoot, "setup", name));
      await runSteps([
        {
          title: "Toolchain",
          run: async (report) => {
            const toolchain = await readyToolchain(checkoutRoot, report, { platform });
            process.stdout.write(
              `${table([...toolchain.values()].map(({ part, origin, file }) => [part.title, styled("green", origin), file]))}\n`,
            );
            return describeToolchain(toolchain);
          },
        },
      ]);
    });
}
