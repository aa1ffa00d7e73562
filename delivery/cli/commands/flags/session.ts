import { userInfo } from "node:os";
import { type Command, Option } from "commander";
import type pg from "pg";
import { type Environment, rulesOf } from "../../../../infra/environment.ts";
import { readSettings } from "../../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { asAdministrator, sqlState, withConnection } from "../../../database/connection.ts";
import type { DatabaseReference } from "../../../database/reference.ts";
import { UsageError, UserError } from "../../../errors.ts";
import { refusedError } from "../../../flags/operate.ts";
import { askForName, consentTo } from "../../consent.ts";
import { requireCloudAccess } from "../../engine/cloud.ts";
import { requireStack } from "../../engine/stacks.ts";
import { makeReady } from "../../ready.ts";
import { isInside, stackDatabase } from "../../stack-database.ts";
import { environmentOf } from "../task.ts";
import { type Elsewhere, runElsewhere } from "./elsewhere.ts";

const roles = ["operator", "auditor"] as const;

/** The options of every command of `flags`. */
export interface FlagOptions {
  readonly sandbox: boolean;
  readonly json?: boolean;
  readonly environment?: string;
  readonly role?: (typeof roles)[number];
}

/** The options of those that change something. */
export interface ChangeOptions extends FlagOptions {
  readonly reason?: string;
  readonly confirm?: string;
}

/** A stack's flags: which environment's, and in which database. */
export interface FlagPlace {
  readonly stack: string;
  readonly environment: Environment;
  readonly database: DatabaseReference;
}

/** Adds a command of `flags` with the stack as its first argument. */
export function flagCommand(flags: Command, name: string, help: { summary: string; example: string }): Command {
  return flags
    .command(name)
    .description(help.summary)
    .argument("[stack]", "name of the stack: dev, staging, prod, pr-<number>")
    .option("--no-sandbox", "the stack of the environment's backend and cloud, by a task inside its VPC")
    .option("--environment <name>", "preProduction instead of the stack's own environment, in a stack that has both")
    .addOption(new Option("--role <role>", "the database role to act in").choices(roles))
    .option("--json", "as JSON")
    .addHelpText("after", `\nExample:\n  ${help.example}`);
}

/** The options of a command that changes something. */
export function changing(command: Command): Command {
  return command
    .option("--reason <text>", "why, for the history (required)")
    .option("--confirm <environment>", "say yes to a change of an environment that asks for its name");
}

/**
 * Does a command's work where the database can be reached: here for a stack on this machine, the sandbox, a task or the runner; else
 * in a task (ECS) or Job (EKS) inside the VPC, which runs the same command.
 * @param call the command as commander has parsed it; its first argument is the stack
 * @param elsewhere what a task has to be told otherwise
 * @throws UsageError for no such stack, UserError for one that is not up
 */
export async function atFlags(
  call: Command,
  work: (place: FlagPlace) => Promise<void>,
  elsewhere: Elsewhere = {},
): Promise<void> {
  const options = call.opts<ChangeOptions>();
  const command = `flags ${call.name()}` as const;
  const [name] = call.args;
  if (!options.sandbox && name !== undefined && !isInside(name)) {
    const stack = requireStack(checkoutRoot, command, name);
    const settings = readSettings(checkoutRoot, stack);
    const { aws, platform } = settings;
    if (platform !== "local") {
      requireCloudAccess(platform);
      const environment = environmentOf(stack, settings, options.environment);
      if (elsewhere.changes) await consentedReason(call.name(), { environment, stack }, options);
      const ready = { root: checkoutRoot, sandbox: false, platform, account: aws?.accountId, quiet: true };
      const { env } = await makeReady(ready);
      const place = { root: checkoutRoot, stack, settings, environment, env };
      process.exitCode = await runElsewhere(call, place, actor(), elsewhere);
      return;
    }
  }
  const { database, environment, stack } = await stackDatabase(command, name, options);
  await work({ stack, environment, database: asOperator(database) });
}

/** On this machine the administrator takes the operator's role: no login of a local stack is an operator. */
function asOperator(reference: DatabaseReference): DatabaseReference {
  return reference.kind === "environment" ? asAdministrator(reference.database) : reference;
}

/** Works in a session that has a role of the flags and nothing more. */
export async function inRole<T>(
  { database }: FlagPlace,
  role: (typeof roles)[number],
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withConnection(database, { applicationName: `slipway flags, ${role}` }, async (client) => {
    await takeRole(client, `slipway_${role}`);
    try {
      return await work(client);
    } catch (error) {
      throw refusedError(error) ?? error;
    }
  });
}

async function takeRole(client: pg.Client, role: string): Promise<void> {
  try {
    const { rows } = await client.query("SELECT pg_has_role(current_user, $1, 'SET') AS may", [role]);
    // RDS's master user made the role and administers it, which does not yet let it act in it.
    if (!rows[0]?.may) await client.query(`GRANT ${role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`);
    await client.query(`SET ROLE ${role}`);
  } catch (error) {
    if (sqlState(error) === "42704")
      throw new UserError(`This server has no role ${role}.\n  Run ./slipway up, which makes it.`, { cause: error });
    throw refusedError(error) ?? error;
  }
}

/** Who changes flags: $SLIPWAY_ACTOR, else the account of this machine. */
export function actor(): string {
  return process.env.SLIPWAY_ACTOR || userInfo().username;
}

/**
 * The reason that was given, once whoever gave it may change the environment.
 * @throws UsageError without a reason; UserError without the confirmation that the environment asks for
 */
export async function consentedReason(
  command: string,
  { environment, stack }: Pick<FlagPlace, "environment" | "stack">,
  { confirm, reason }: ChangeOptions,
): Promise<string> {
  if (!reason?.trim())
    throw new UsageError(`"flags ${command}" needs to know why: add --reason "...". The history keeps it.`);
  const { askFor } = consentTo({
    command: `flags ${command}`,
    stack,
    environment,
    given: [],
    confirm,
    terminal: process.stdin.isTTY && process.stdout.isTTY,
    requireConfirmation: rulesOf(environment).requireConfirmation,
  });
  if (askFor) await askForName(askFor, `"flags ${command} ${stack}"`);
  return reason.trim();
}
