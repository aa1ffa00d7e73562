import type { Command } from "commander";
import { type Environment, judge, rulesOf } from "../../../infra/environment.ts";
import type { Settings } from "../../../infra/settings.ts";
import { readSettings } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UsageError, UserError } from "../../errors.ts";
import {
  type OperatorCommand,
  type OperatorCommandName,
  operatorCommandNames,
  operatorCommands,
} from "../../tasks/commands.ts";
import { askForName, consentTo } from "../consent.ts";
import { requireCloudAccess } from "../engine/cloud.ts";
import { requireStack } from "../engine/stacks.ts";
import { makeReady } from "../ready.ts";
import { runInCloud, runOnThisMachine } from "../task-run.ts";
import { refusal } from "./environments.ts";

/** The options of `task`. */
export interface TaskOptions {
  readonly sandbox: boolean;
  readonly environment?: string;
  readonly confirm?: string;
  readonly backupTaken?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** Adds `task`. */
export function addTaskCommand(program: Command): void {
  const list = operatorCommandNames.map((name) => `  ${name.padEnd(20)} ${operatorCommands[name].summary}`).join("\n");
  program
    .command("task")
    .summary("run a one-off command next to a stack's database (migrate, flags-seed ...)")
    .description(
      `Run a one-off command where a stack's database can be reached: as an ECS task or a Kubernetes Job inside its network, from\nthis project's own image, or as a process here for a stack on this machine. Its lines are shown as they come, and its exit code is ours.\n\nCommands:\n${list}`,
    )
    .usage("<stack> <command> [options]")
    .argument("[stack]", "name of the stack: dev, staging, prod, pr-<number>")
    .argument("[command...]", "what to run")
    .option("--no-sandbox", "use the cloud accounts and the backend of the environment instead of the sandbox")
    .option("--environment <name>", "preProduction instead of the stack's own environment, in a stack that has both")
    .option("--confirm <environment>", "say yes to a change of an environment that asks for its name")
    .option("--backup-taken <snapshot>", "the RDS snapshot that the change may rest on, where a backup is required")
    .option("--detach", "do not wait for the end; say how to follow it")
    .option("--json", "the outcome as JSON; the task's lines go to standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ./slipway task staging migration-status\n  ./slipway task staging migrate\n  ./slipway task prod migration-status --environment preProduction\n  ./slipway task staging migrate --no-sandbox --detach --json",
    )
    .action(async (name: string | undefined, words: string[], options: TaskOptions) => {
      process.exitCode = await runTaskCommand(requireStack(checkoutRoot, "task", name), commandOf(words), options);
    });
}

/** @throws UsageError when it is none, or one with words after it */
function commandOf(words: readonly string[]): OperatorCommandName {
  const [first, ...more] = words;
  const known = operatorCommandNames.find((name) => name === first);
  if (known !== undefined && more.length === 0) return known;
  const commands = `Commands: ${operatorCommandNames.join(", ")}.`;
  if (known !== undefined)
    throw new UsageError(
      `The command "${known}" takes no words after it, but "${more.join(" ")}" came.\n  ${commands}`,
    );
  if (first === undefined) throw new UsageError(`"task" needs to know what to run.\n  ${commands}`);
  throw new UsageError(`A task cannot run "${first}".\n  ${commands}`);
}

async function runTaskCommand(stack: string, name: OperatorCommandName, options: TaskOptions): Promise<number> {
  const root = checkoutRoot;
  const settings = readSettings(root, stack);
  const { platform } = settings;
  const environment = environmentOf(stack, settings, options.environment);
  const { requireBackup, requireConfirmation } = rulesOf(environment);
  if (platform === "local" && options.detach)
    throw new UsageError(
      `The tasks of ${stack} are processes of this machine: there is nothing to detach from.\n  Leave --detach out.`,
    );
  const command: OperatorCommand = operatorCommands[name];
  if (command.operation !== undefined) {
    const verdict = judge(environment, command.operation);
    if (verdict.permission === "never") throw new UserError(refusal(stack, verdict));
  }
  if (!options.sandbox) requireCloudAccess(platform);
  if (command.changes) {
    const terminal = process.stdin.isTTY && process.stdout.isTTY;
    const consent = consentTo({
      command: `task ${name}`,
      stack,
      environment,
      given: [],
      confirm: options.confirm,
      terminal,
      requireConfirmation,
    });
    if (consent.askFor) await askForName(consent.askFor, `"task ${stack} ${name}"`);
  }
  const account = settings.aws?.accountId;
  const { env } = await makeReady({ root, sandbox: options.sandbox, platform, account, quiet: options.json ?? false });
  const request = { root, stack, name, settings, env, options };
  if (platform === "local") return runOnThisMachine(request);
  const backup = command.needsBackup && requireBackup;
  if (platform === "eks") {
    // Kubernetes' client is loaded by stacks on it only.
    const { runInCluster } = await import("../task-cluster.ts");
    return runInCluster({ ...request, environment, backup });
  }
  return runInCloud({ ...request, backup });
}

/**
 * The environment of the stack that is meant: its own, or pre-production beside it.
 * @throws UsageError when the stack has none of that name
 */
export function environmentOf(
  stack: string,
  { environment, preProduction }: Pick<Settings, "environment" | "preProduction">,
  asked: string | undefined,
): Environment {
  if (asked === undefined || isSameEnvironment(asked, environment)) return environment;
  if (preProduction !== undefined && isSameEnvironment(asked, "preProduction")) return "preProduction";
  const there = [environment, ...(preProduction ? ["preProduction"] : [])].join(", ");
  throw new UsageError(`The stack ${stack} has no environment "${asked}".\n  It has: ${there}.`);
}

/** Whether somebody means this environment: `pre-production` is pre-production too. */
export function isSameEnvironment(asked: string, environment: Environment): boolean {
  return asked === environment || asked.replace("-", "").toLowerCase() === environment.toLowerCase();
}
