import path from "node:path";
import type { Command } from "commander";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { processFilePath, readProcess } from "../../process/read.ts";
import { readWorkflowFacts } from "../../workflows/facts.ts";
import { compareWorkflows, type Difference, writeWorkflows } from "../../workflows/files.ts";
import { planWorkflows } from "../../workflows/plan.ts";
import { routeOf } from "../../workflows/route.ts";
import { printJson, printNote } from "../terminal.ts";

interface WorkflowOptions {
  readonly process?: string;
  readonly json?: boolean;
}

/** Adds `workflows generate|check|route`. */
export function addWorkflowsCommand(program: Command): void {
  const workflows = program
    .command("workflows")
    .summary("the GitHub Actions workflows, derived from the process: generate, check, route")
    .description(
      "The workflows of GitHub Actions in .github/workflows. They are derived from delivery/process.yaml and the stacks' files, so\nthat a rule is changed in one place.",
    );
  const processOption = ["--process <file>", "another process than delivery/process.yaml"] as const;

  workflows
    .command("generate")
    .description(
      "Write the workflows, and remove those derived ones that the process no longer asks for. Files that do not begin with the\nheader of derived files are never touched.",
    )
    .option(...processOption)
    .option("--json", "what was written and removed, as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway workflows generate && git diff .github/workflows")
    .action((options: WorkflowOptions) => {
      const differences = compare(program, options);
      writeWorkflows(checkoutRoot, differences);
      if (options.json) printJson({ differences: differences.map(forPrograms) });
      else if (differences.length === 0) printNote("the workflows are those of the process already");
      else
        for (const { file, kind } of differences) printNote(`${kind === "superfluous" ? "removed" : "wrote"} ${file}`);
    });

  workflows
    .command("check")
    .description("Say whether the workflows are those of the process. Exit code 1 when they are not.")
    .option(...processOption)
    .option("--json", "the differences as JSON")
    .action((options: WorkflowOptions) => {
      const differences = compare(program, options);
      if (options.json) printJson({ differences: differences.map(forPrograms) });
      if (differences.length === 0) {
        if (!options.json) printNote("the workflows are those of the process");
        return;
      }
      if (options.json) process.exitCode = 1;
      else throw new UserError(outdated(differences, options));
    });

  workflows
    .command("route")
    .description(
      "Say to which environments a push of a branch or tag asks to be taken, in the order of promotion. The workflows ask this.",
    )
    .argument("<ref>", "as git has it: refs/heads/main, refs/tags/v1.2.3")
    .option(...processOption)
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway workflows route refs/heads/main --json")
    .action((ref: string, options: WorkflowOptions) => {
      const environments = routeOf(readProcess(processFile(options)).process, ref);
      if (options.json) printJson({ ref, environments });
      else if (environments.length === 0) printNote(`a push of ${ref} goes to no environment`);
      else process.stdout.write(`${environments.join("\n")}\n`);
    });
}

function compare(program: Command, options: WorkflowOptions): Difference[] {
  const { process } = readProcess(processFile(options));
  return compareWorkflows(checkoutRoot, planWorkflows(readWorkflowFacts(checkoutRoot, process, commandsOf(program))));
}

function processFile({ process }: WorkflowOptions): string {
  return process ?? path.relative(globalThis.process.cwd(), path.join(checkoutRoot, processFilePath));
}

/** Every command with its parents: "db migrate". */
export function commandsOf(program: Command, above = ""): Set<string> {
  return new Set(
    program.commands.flatMap((command) => {
      const name = `${above}${command.name()}`;
      return [name, ...commandsOf(command, `${name} `)];
    }),
  );
}

function forPrograms({ file, kind }: Difference) {
  return { file, kind };
}

const words: Readonly<Record<Difference["kind"], string>> = {
  missing: "is missing",
  changed: "is not what the process says",
  superfluous: "is asked for by nothing in the process any more",
};

function outdated(differences: readonly Difference[], { process }: WorkflowOptions): string {
  const lines = differences.map(({ file, kind }) => `  - ${file} ${words[kind]}`);
  const option = process === undefined ? "" : ` --process ${process}`;
  return `The workflows are not those of the process:\n${lines.join("\n")}\n  Run ./slipway workflows generate${option}, and commit what it writes.`;
}
