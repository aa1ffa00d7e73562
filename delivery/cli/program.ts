import { readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { addAuditCommand } from "./commands/audit.ts";
import { addBackendCommand } from "./commands/backend.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addDatabaseCommand } from "./commands/db.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEksTokenCommand } from "./commands/eks-token.ts";
import { addEnvCommand } from "./commands/env.ts";
import { addEnvironmentCommands } from "./commands/environments.ts";
import { addEvidenceCommand } from "./commands/evidence.ts";
import { addFeaturesCommand } from "./commands/features.ts";
import { addFlagsCommand } from "./commands/flags.ts";
import { addOperatorCommand } from "./commands/operator.ts";
import { addPolicyCommand } from "./commands/policy.ts";
import { addReleaseCommand } from "./commands/release.ts";
import { addSandboxCommand } from "./commands/sandbox.ts";
import { addSetupCommand } from "./commands/setup.ts";
import { addStackCommands } from "./commands/stack.ts";
import { addTaskCommand } from "./commands/task.ts";
import { addTestCommand } from "./commands/test.ts";
import { addWorkflowsCommand } from "./commands/workflows.ts";
import { styled } from "./terminal.ts";

/** The whole command line of `./slipway`, without running anything. */
export function createProgram(): Command {
  const program = new Command("slipway")
    .description(
      "Takes a web application from a laptop to production: Pulumi stacks, migrations, feature flags, policy.",
    )
    .version(version(), "-V, --version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showHelpAfterError("(./slipway --help shows all commands)")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, styled("red", "slipway:", process.stderr))),
    })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .enablePositionalOptions()
    .exitOverride();
  program.addHelpText(
    "after",
    "\nThe two commands that do all the set-up on a fresh machine:\n  ./slipway up dev   installs what is missing, starts the sandbox, runs `pulumi up` on the dev stack\n  ./slipway test     installs what is missing, runs every test\n\nExit codes: 0 done, 1 refused or failed, 2 wrong use, 3 a gate says not now.",
  );
  addStackCommands(program);
  addTaskCommand(program);
  addDatabaseCommand(program);
  addFeaturesCommand(program);
  addFlagsCommand(program);
  addReleaseCommand(program);
  addAuditCommand(program);
  addPolicyCommand(program);
  addEvidenceCommand(program);
  addWorkflowsCommand(program);
  addEnvironmentCommands(program);
  addTestCommand(program);
  addSetupCommand(program);
  addEnvCommand(program);
  addSandboxCommand(program);
  addBackendCommand(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  addOperatorCommand(program);
  addEksTokenCommand(program);
  inheritManners(program);
  return program;
}

/** Subcommands report wrong use the way the top one does. */
function inheritManners(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritManners(child);
  }
}

function version(): string {
  const file = path.join(import.meta.dirname, "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
