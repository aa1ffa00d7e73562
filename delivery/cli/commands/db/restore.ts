import { type Command, Option } from "commander";
import { z } from "zod";
import { readSettings } from "../../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import type { Rehearsal } from "../../../database/rehearsal.ts";
import { parseMoment, parseTarget } from "../../../database/rehearsal-plan.ts";
import { UsageError, UserError } from "../../../errors.ts";
import { requireCloudAccess } from "../../engine/cloud.ts";
import { requireStack } from "../../engine/stacks.ts";
import { makeReady } from "../../ready.ts";
import { connectionOptions, readOutputs } from "../../task-run.ts";
import { printJson, printNote } from "../../terminal.ts";
import { environmentOf } from "../task.ts";
import { rehearsalText } from "./restore-text.ts";

interface RestoreOptions {
  readonly rehearse?: boolean;
  readonly at?: string;
  readonly latest?: boolean;
  readonly environment?: string;
  readonly keep?: boolean;
  readonly rto: string;
  readonly rpo: string;
  readonly json?: boolean;
  readonly sandbox: boolean;
}

/** Adds `db restore`. */
export function addRestore(db: Command): void {
  db.command("restore")
    .summary("rehearse a restore: into a copy beside the live database, compared and deleted again")
    .description(
      "Restore a moment of a stack's database into an instance of its own beside the live one, log in to it, compare it with the live\none (migrations, tables, rows, times, row-level security), say how long it took and how old the moment was, and delete it.\nThe live database is read and nothing else, so that no environment asks for a confirmation; the copy costs what such an\ninstance costs by the hour.",
    )
    .argument("[stack]", "name of the stack: staging, prod, pr-<number>")
    .option("--rehearse", "what this command does; it does nothing without it")
    .addOption(new Option("--at <time>", "the moment to restore, such as 2026-03-01T14:30:00Z").conflicts("latest"))
    .option("--latest", "the latest moment that can be restored (the default)")
    .option("--environment <name>", "preProduction instead of the stack's own environment, in a stack that has both")
    .option("--keep", "leave the copy when it is compared, and say how to delete it")
    .option("--rto <time>", "how long a restore may take: 90s, 60m, 4h", "60m")
    .option("--rpo <time>", "how old the latest moment may be that can be restored", "10m")
    .option("--json", "the result as JSON")
    .option("--no-sandbox", "use the cloud accounts and the backend of the environment instead of the sandbox")
    .addHelpText(
      "after",
      "\nExit code 0: proved; 1: not proved, or it could not be tried.\n\nExamples:\n  ./slipway db restore prod --rehearse\n  ./slipway db restore prod --rehearse --environment preProduction --rto 30m --json\n  ./slipway db restore prod --rehearse --at 2026-03-01T14:30:00Z --keep --no-sandbox",
    )
    .action(async (name: string | undefined, options: RestoreOptions) => {
      process.exitCode = await runRestore(requireStack(checkoutRoot, "db restore", name), options);
    });
}

const databaseOutputs = z.object({
  database: z.object({
    host: z.string(),
    port: z.number(),
    identifier: z.string(),
    name: z.string(),
    owner: z.string(),
  }),
});

async function runRestore(stack: string, options: RestoreOptions): Promise<number> {
  if (!options.rehearse) throw notWithoutRehearsal(stack);
  const targets = { recoveryTime: parseTarget("--rto", options.rto), recoveryPoint: parseTarget("--rpo", options.rpo) };
  const at = options.at === undefined ? undefined : parseMoment(options.at, new Date());
  const settings = readSettings(checkoutRoot, stack);
  const { aws, platform } = settings;
  const environment = environmentOf(stack, settings, options.environment);
  if (platform === "local" || aws === undefined)
    throw new UsageError(
      `The database of ${stack} is one of this machine, of which nobody takes backups.\n  Rehearse the restore of a stack in AWS: staging, prod.`,
    );
  if (!options.sandbox) requireCloudAccess(platform);
  const { sandbox, json: quiet = false } = options;
  const { env } = await makeReady({ root: checkoutRoot, sandbox, platform, account: aws.accountId, quiet });
  // This process connects as the engine would.
  for (const key of Object.keys(process.env)) if (env[key] === undefined) delete process.env[key];
  Object.assign(process.env, env);

  const wanted = { none: "no database to restore", where: "where its database is" };
  const { database } =
    environment === settings.environment
      ? await readOutputs(checkoutRoot, stack, env, databaseOutputs, wanted)
      : (await readOutputs(checkoutRoot, stack, env, z.object({ preProduction: databaseOutputs }), wanted))
          .preProduction;
  const { identifier, name, owner: arn, host, port } = database;
  const [{ RDSClient }, { rehearse }, { deletion, leftCopies }] = await Promise.all([
    import("@aws-sdk/client-rds"),
    import("../../../database/rehearsal.ts"),
    import("../../../database/rehearsal-copy.ts"),
  ]);
  const rds = new RDSClient(connectionOptions(env, aws.region, sandbox));
  for (const left of await leftCopies(rds, identifier))
    printNote(`a copy of an earlier rehearsal is there and costs money: ${left}\n  ${deletion(left, aws.region)}`);

  const result = await untilStopped((signal, begun) =>
    rehearse(
      {
        identifier,
        database: { kind: "secret", arn, host, port, database: name },
        at,
        keep: options.keep ?? false,
        targets,
      },
      { rds, signal, ...(sandbox ? { interval: 500, settle: 11_000 } : { interval: 10_000, settle: 70_000 }) },
      {
        step: printNote,
        begun: (copy, live) => {
          begun(`${copy} may be left; it costs money:\n  ${deletion(copy, aws.region)}`);
          printNote(
            `restoring into ${copy}. Until it is deleted it costs what a ${live.DBInstanceClass} with ${live.AllocatedStorage} GiB costs by the hour (10 minutes at least); ${identifier} stays as it is`,
          );
        },
      },
    ),
  ).catch((error: unknown) => {
    throw sandbox ? error : withWayThere(error, stack);
  });
  if (result === undefined) return 1;
  if (options.json) printJson(jsonOf({ stack, environment, live: identifier, targets, result }));
  else process.stdout.write(`${rehearsalText({ stack, live: identifier, targets, result })}\n`);
  if (result.kept)
    printNote(
      `the copy stays: ${result.copy} at ${result.copyHost}, its password in its own secret. Delete it with\n  ${deletion(result.copy, aws.region)}`,
    );
  return result.proved ? 0 : 1;
}

/** No number is infinite in JSON. */
function jsonOf({ result, ...rest }: { readonly result: Rehearsal } & Readonly<Record<string, unknown>>) {
  const { tables, ...outcome } = result;
  const finite = (bounds: readonly [number, number] | undefined) =>
    bounds?.map((bound) => (Number.isFinite(bound) ? bound : null));
  return { ...rest, ...outcome, tables: tables.map((table) => ({ ...table, between: finite(table.between) ?? null })) };
}

/** Ctrl-C ends the rehearsal, which deletes its copy; a second one leaves at once and says what is left. */
async function untilStopped<T>(
  work: (signal: AbortSignal, begun: (left: string) => void) => Promise<T>,
): Promise<T | undefined> {
  const stop = new AbortController();
  let left = "";
  const onSignal = () => {
    if (stop.signal.aborted) {
      if (left) printNote(left);
      process.exit(1);
    }
    printNote("stopping; Ctrl-C again leaves at once");
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  try {
    return await work(stop.signal, (text) => {
      left = text;
    });
  } catch (error) {
    if (!stop.signal.aborted || (error as Error).name !== "AbortError") throw error;
    printNote("stopped: nothing is proved");
    return undefined;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  }
}

/** Where a database cannot be reached from here, says from where it can. */
function withWayThere(error: unknown, stack: string): unknown {
  if (!(error instanceof UserError) || !error.message.includes("cannot be reached")) return error;
  return new UserError(
    `${error.message}\n  The comparison needs a login, which the network allows from inside only. In a workflow on the stack's delivery runner\n  (its output "runner" has the label), with a role that may restore, describe and delete database instances:\n    ./slipway db restore ${stack} --rehearse --no-sandbox`,
    { cause: error },
  );
}

/** What a real restore is, since this command does none. */
function notWithoutRehearsal(stack: string): UserError {
  return new UserError(
    `"db restore" does not put a restored database in the live one's place: that throws away what was written since, and is for a person to decide.\n` +
      `  Rehearse it:               ./slipway db restore ${stack} --rehearse\n` +
      "  For a real restore:\n" +
      "    1. Stop what writes: scale the backend to 0.\n" +
      `    2. ./slipway db restore ${stack} --rehearse --at <time before the damage> --keep   makes the copy and says what it holds.\n` +
      "    3. Look at it. When only some rows are needed, copy them from it into the live database, and go to 6.\n" +
      "    4. Give the live instance another name, and the copy the live one's (aws rds modify-db-instance\n" +
      "       --new-db-instance-identifier ... --apply-immediately; the live one's deletion protection stays on).\n" +
      `    5. Tell the stack: pulumi stack export, write the copy's resource id (db-...) where the live one's stands, pulumi stack\n` +
      `       import, then ./slipway up ${stack} --refresh, which gives it backups, the second zone and protection again.\n` +
      "    6. Start what writes. Delete what is left over when nobody misses anything.",
  );
}
