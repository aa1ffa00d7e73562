import { type Command, Option } from "commander";
import { down } from "../../../database/migrator.ts";
import { migrationNumbered, planRollback } from "../../../database/rollback-plan.ts";
import { type ArchivedNow, countArchived } from "../../../database/way-back.ts";
import { runSteps } from "../../progress.ts";
import { printJson, printNote } from "../../terminal.ts";
import { backupOf } from "./backup.ts";
import {
  atDatabase,
  changing,
  consent,
  countOption,
  type DbChangeOptions,
  type DbPlace,
  dbCommand,
  reading,
} from "./session.ts";

interface RollbackOptions extends DbChangeOptions {
  readonly count?: string;
  readonly to?: string;
}

/** Adds `db rollback`. */
export function addRollback(db: Command): void {
  changing(
    dbCommand(db, "rollback", {
      summary:
        "Take applied migrations back, newest first. Data that the older schema cannot hold goes to the schema slipway_archive, from where\nthe next migrate brings it back; what would be lost is refused.",
      example: "./slipway db rollback staging --to 14",
    }),
  )
    .addOption(new Option("--count <n>", "how many (default: 1)").conflicts("to"))
    .option("--to <number>", "the migration that stays the last one; 0 for none")
    .action((stack: string | undefined, options: RollbackOptions) => {
      const wanted =
        options.to === undefined ? { count: countOption("rollback", options.count ?? "1") } : { to: options.to };
      const words = "to" in wanted ? ["--to", wanted.to] : ["--count", String(wanted.count)];
      return atDatabase({ command: "rollback", stack, options, words, changes: true }, (place) =>
        rollback(place, wanted, options),
      );
    });
}

async function rollback(
  place: DbPlace,
  wanted: { readonly count: number } | { readonly to: string },
  options: RollbackOptions,
): Promise<number> {
  const { database, environment, migrations, stack } = place;
  const goal =
    "count" in wanted ? wanted : { to: /^0+$/.test(wanted.to) ? "" : migrationNumbered(migrations, wanted.to) };
  const { archive, changed, planned } = await reading(place, async (client, status) => {
    const rollbacks = planRollback(migrations, status, goal);
    return {
      planned: rollbacks,
      changed: status.changed,
      archive: await countArchived(
        client,
        rollbacks.map(({ back }) => back),
      ),
    };
  });
  const names = planned.map(({ migration }) => migration.name);
  if (names.length === 0) {
    if (options.json) printJson({ stack, environment, ran: [], archived: [] });
    else process.stdout.write("nothing to take back\n");
    return 0;
  }
  for (const { name } of changed.filter((file) => names.includes(file.name)))
    printNote(`${name} was changed after it was applied: its way back may not fit what was applied`);
  if (!options.json) process.stderr.write(`${announcement(names, archive).join("\n")}\n`);
  await consent("db rollback", place, options);
  const backup = await backupOf(place, "rollback", options.backupTaken);
  const ran: string[] = [];
  await runSteps(
    [
      {
        title: "Rollback",
        run: async (report) => {
          const result = await down(database, migrations, {
            only: names,
            onWait: (holder) => printNote(`waits for another runner: ${holder}`),
            onStart: ({ name }) => report(name),
            onProgress: ({ affected, name }) => report(`${name}: ${affected} rows`),
          });
          ran.push(...result.ran);
          return `took back ${result.ran.length}`;
        },
      },
    ],
    { quiet: options.json ?? false },
  );
  if (options.json) printJson({ stack, environment, ran, archived: archive, ...(backup && { backup }) });
  else process.stdout.write(`${ran.map((name) => `took back ${name}`).join("\n")}\n`);
  return 0;
}

function announcement(names: readonly string[], archive: readonly ArchivedNow[]): string[] {
  const going = archive.filter(({ rows }) => rows !== undefined && rows > 0);
  return [
    `takes back ${names.join(", ")}`,
    ...going.map(({ column, part, rows, table }) => {
      const what = column === undefined ? `rows of ${table}` : `values of ${table}.${column}`;
      return `  to the archive: ${part ? "up to " : ""}${rows} ${what}`;
    }),
    ...(going.length === 0 ? ["  nothing goes to the archive"] : []),
  ];
}
