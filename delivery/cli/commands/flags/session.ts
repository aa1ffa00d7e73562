import { userInfo } from "node:os";
import { type Command, Option } from "commander";
import type pg from "pg";
import { type Environment, rulesOf } from "../../../../infra/environment.ts";
import { asAdministrator, sqlState, withConnection } from "../../../database/connection.ts";
import type { DatabaseReference } from "../../../database/reference.ts";
import { UsageError, UserError } from "../../../errors.ts";
import { refusedError } from "../../../flags/operate.ts";
import { askForName, consentTo } from "../../consent.ts";
import { stackDatabase } from "../../stack-database.ts";

const roles = ["operator", "auditor"] as const;

/** The options of every command of `flags`. */
export interface FlagOptions {
  readonly sandbox: boolean;
  readonly json?: boolean;
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
    .option("--no-sandbox", "the stack of the environment's backend and cloud instead of the sandbox's")
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
 * Finds a stack's flags.
 * @throws UsageError for no such stack, UserError for one that is not up
 */
export async function flagPlace(command: string, name: string | undefined, options: FlagOptions): Promise<FlagPlace> {
  const { database, environment, stack } = await stackDatabase(`flags ${command}`, name, options);
  return { stack, environment, database: asOperator(database) };
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
