import path from "node:path";
import type { Command } from "commander";
import type pg from "pg";
import { rulesOf } from "../../../../infra/environment.ts";
import { readSettings } from "../../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { asAdministrator, withConnection } from "../../../database/connection.ts";
import { compareMigrations, type MigrationStatus, readApplied } from "../../../database/migration-status.ts";
import { type Migration, readMigrations } from "../../../database/migrations.ts";
import { readProgress } from "../../../database/progress.ts";
import type { VerifyContext } from "../../../database/verify-context.ts";
import { UsageError } from "../../../errors.ts";
import { askForName, consentTo } from "../../consent.ts";
import { requireStack } from "../../engine/stacks.ts";
import { runOwnCommand } from "../../own-command-task.ts";
import { makeReady } from "../../ready.ts";
import { isInside, type StackDatabase, stackDatabase } from "../../stack-database.ts";
import { backupOf, backupProblemsOf } from "./backup.ts";

/** The options of every command of `db`. */
export interface DbOptions {
  readonly sandbox: boolean;
  readonly json?: boolean;
  readonly environment?: string;
}

/** The options of those that change something. */
export interface DbChangeOptions extends DbOptions {
  readonly confirm?: string;
  readonly backupTaken?: string;
}

/** A stack's database and this checkout's migrations. */
export interface DbPlace extends StackDatabase {
  readonly migrations: readonly Migration[];
  /** Outside of the sandbox, a task or the runner no session can be had. */
  readonly sandbox: boolean;
}

/** Adds a command of `db` with the stack as its first argument. */
export function dbCommand(db: Command, name: string, help: { summary: string; example: string }): Command {
  return db
    .command(name)
    .description(help.summary)
    .argument("[stack]", "name of the stack: dev, staging, prod, pr-<number>")
    .option("--no-sandbox", "the stack of the environment's backend and cloud, by a task inside its VPC")
    .option("--environment <name>", "preProduction instead of the stack's own environment, in a stack that has both")
    .option("--json", "as JSON")
    .addHelpText("after", `\nExample:\n  ${help.example}`);
}

/** The options of a command that changes the schema. */
export function changing(command: Command): Command {
  return command
    .option("--confirm <environment>", "say yes to a change of an environment that asks for its name")
    .option("--backup-taken <snapshot>", "rest on this fresh RDS snapshot where a backup is required, and take none");
}

/** A command of `db`, and what it takes to run it elsewhere. */
export interface DbCall<Options extends DbOptions> {
  /** "migrate" */
  readonly command: string;
  readonly stack: string | undefined;
  readonly options: Options;
  /** The command's own options, for a task that runs it. */
  readonly words: readonly string[];
  /** Set for a command that changes the schema: the part of a backup's name that says before what it was taken. */
  readonly changes?: boolean;
}

/**
 * Does a command's work where the database can be reached: here for a stack on this machine, the sandbox, a task or the runner; else
 * in a task (ECS) or Job (EKS) inside the VPC, which runs the same command.
 */
export async function atDatabase<Options extends DbChangeOptions>(
  call: DbCall<Options>,
  work: (place: DbPlace) => Promise<number>,
): Promise<void> {
  const { options, stack: name } = call;
  const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
  if (!options.sandbox && name !== undefined && !isInside(name)) {
    const stack = requireStack(checkoutRoot, `db ${call.command}`, name);
    if (readSettings(checkoutRoot, stack).platform !== "local") {
      process.exitCode = await inTask(call, migrations);
      return;
    }
  }
  const place = await stackDatabase(`db ${call.command}`, name, options);
  process.exitCode = await work({ ...place, migrations, sandbox: options.sandbox });
}

async function inTask<Options extends DbChangeOptions>(
  call: DbCall<Options>,
  migrations: readonly Migration[],
): Promise<number> {
  const { command, options, words } = call;
  const place = await stackDatabase(`db ${command}`, call.stack, { ...options, json: true });
  const { environment, settings, stack } = place;
  if (settings === undefined) throw new Error(`${stack} is not inside a task, but has no settings`);
  const more: string[] = [...words];
  if (options.json) more.push("--json");
  if (call.changes) {
    await consent(`db ${command}`, place, options);
    more.push("--confirm", environment);
    const backup = await backupOf({ ...place, migrations, sandbox: options.sandbox }, command, options.backupTaken);
    if (backup !== undefined) more.push("--backup-taken", backup);
  }
  const { env } = await makeReady({
    root: checkoutRoot,
    sandbox: false,
    platform: settings.platform,
    account: settings.aws?.accountId,
    quiet: true,
  });
  return runOwnCommand({
    root: checkoutRoot,
    stack,
    settings,
    environment,
    name: `db ${command}`,
    words: ["db", command, stack, ...more],
    env,
  });
}

/**
 * Somebody says yes, where the environment asks for it.
 * @throws UserError without the confirmation that the environment asks for
 */
export async function consent(
  command: string,
  { environment, stack }: Pick<StackDatabase, "environment" | "stack">,
  { confirm }: DbChangeOptions,
): Promise<void> {
  const { askFor } = consentTo({
    command,
    stack,
    environment,
    given: [],
    confirm,
    terminal: process.stdin.isTTY && process.stdout.isTTY,
    requireConfirmation: rulesOf(environment).requireConfirmation,
  });
  if (askFor) await askForName(askFor, `"${command} ${stack}"`);
}

/** Works in a session of the owner's that writes nothing, with how the database stands to the migrations. */
export async function reading<T>(
  place: DbPlace,
  work: (client: pg.Client, status: MigrationStatus) => Promise<T>,
): Promise<T> {
  return withConnection(place.database, { applicationName: "slipway db" }, async (client) => {
    await client.query("SET default_transaction_read_only = on; SET statement_timeout = '60s'");
    const status = compareMigrations(place.migrations, await readApplied(client), await readProgress(client));
    return work(client, status);
  });
}

/** What checks look at, in a session of `reading`. */
export function verifyContext(place: DbPlace, client: pg.Client, status: MigrationStatus): VerifyContext {
  const { database, environment, migrations } = place;
  return {
    client,
    migrations,
    status,
    environment,
    // On this machine the administrator takes the roles: no login of a local stack may.
    roles: database.kind === "environment" ? asAdministrator(database.database) : database,
    ...(rulesOf(environment).requireBackup && { backup: () => backupProblemsOf(place) }),
  };
}

/** @throws UsageError for what is no number of migrations */
export function countOption(command: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`"db ${command}" takes --count as a whole number from 1 on, not "${text}".`);
}
