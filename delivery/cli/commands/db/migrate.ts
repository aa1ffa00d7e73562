import type { Command } from "commander";
import { assertSound } from "../../../database/migration-status.ts";
import type { Migration } from "../../../database/migrations.ts";
import { up } from "../../../database/migrator.ts";
import { type PlannedMigration, planMigrations } from "../../../database/plan.ts";
import { migrationNumbered } from "../../../database/rollback-plan.ts";
import { phaseProblems } from "../../../database/verify.ts";
import { UserError } from "../../../errors.ts";
import { type Report, runSteps } from "../../progress.ts";
import { printJson, printNote } from "../../terminal.ts";
import { backupOf } from "./backup.ts";
import { planText } from "./plan.ts";
import {
  atDatabase,
  changing,
  consent,
  type DbChangeOptions,
  type DbPlace,
  dbCommand,
  reading,
  verifyContext,
} from "./session.ts";

interface MigrateOptions extends DbChangeOptions {
  readonly to?: string;
}

/** Adds `db migrate`. */
export function addMigrate(db: Command): void {
  changing(
    dbCommand(db, "migrate", {
      summary:
        "Apply the pending migrations, phase by phase; a phase begins when what must hold for it does. Killed anywhere, the next run\nfinishes; a second run waits for the first. Exit code 3 when a phase cannot begin yet.",
      example: "./slipway db migrate prod --to 10 --confirm production",
    }),
  )
    .option("--to <number>", "the last migration to apply")
    .action((stack: string | undefined, options: MigrateOptions) =>
      atDatabase(
        {
          command: "migrate",
          stack,
          options,
          words: options.to === undefined ? [] : ["--to", options.to],
          changes: true,
        },
        (place) => migrate(place, options),
      ),
    );
}

async function migrate(place: DbPlace, options: MigrateOptions): Promise<number> {
  const { database, environment, migrations, stack } = place;
  const through = options.to === undefined ? undefined : migrationNumbered(migrations, options.to);
  const planned = await reading(place, async (client, status) => {
    assertSound(status);
    return planMigrations(client, migrations, status, through);
  });
  if (planned.length === 0) {
    if (options.json) printJson({ stack, environment, ran: [] });
    else process.stdout.write("nothing to apply\n");
    return 0;
  }
  if (!options.json) process.stderr.write(`${planned.map(planText).join("\n")}\n`);
  await consent("db migrate", place, options);
  const backup = await backupOf(place, "migrate", options.backupTaken);

  const ran: string[] = [];
  const waits = (report: Report) => (holder: string) => {
    const text = `waits for another runner: ${holder}`;
    if (process.stderr.isTTY && !options.json) report(text);
    else printNote(text);
  };
  const apply = async (group: readonly PlannedMigration[], report: Report) => {
    await enterPhase(place, group);
    const last = (group.at(-1) as PlannedMigration).name;
    const rows = new Map(group.map((migration) => [migration.name, migration.rows]));
    const result = await up(database, migrations, {
      through: last,
      onWait: waits(report),
      onStart: ({ name }: Migration) => report(name),
      onProgress: ({ affected, name }) => report(`${name}: ${affected} of about ${rows.get(name) ?? "?"} rows`),
    });
    ran.push(...result.ran);
    return result.ran.length > 0 ? `applied ${result.ran.join(", ")}` : "another runner did it meanwhile";
  };
  const steps = byPhase(planned).map((group) => ({
    title: group[0]?.phase ? `Phase ${group[0].phase}` : "Migrations",
    run: (report: Report) => apply(group, report),
  }));
  await runSteps(steps, { quiet: options.json ?? false });
  if (options.json) printJson({ stack, environment, ran, ...(backup && { backup }) });
  else process.stdout.write(`${ran.map((name) => `applied ${name}`).join("\n") || "nothing was left to apply"}\n`);
  return 0;
}

/** Neighbours of the same phase, in their order. */
function byPhase(planned: readonly PlannedMigration[]): PlannedMigration[][] {
  const groups: PlannedMigration[][] = [];
  for (const migration of planned) {
    const group = groups.at(-1);
    if (group !== undefined && group[0]?.phase === migration.phase) group.push(migration);
    else groups.push([migration]);
  }
  return groups;
}

/** @throws UserError (exit code 3) when what must hold before the phase does not */
async function enterPhase(place: DbPlace, [first]: readonly PlannedMigration[]): Promise<void> {
  const phase = first?.phase;
  if (phase === undefined) return;
  const missing = await reading(place, (client, status) =>
    // A phase that has begun is finished.
    place.migrations.some(({ name, up: file }) => file.directives.phase === phase && !status.pending.includes(name))
      ? Promise.resolve([])
      : phaseProblems(verifyContext(place, client, status), phase),
  );
  if (missing.length === 0) return;
  const reasons = missing.map(({ id, problems, what }) => `  ${id}: not so that ${what}: ${problems.join("; ")}`);
  throw new UserError(
    `Phase ${phase} cannot begin yet; what came before it is applied, and nothing of it is:\n${reasons.join("\n")}\n  Mend that and run ./slipway db migrate ${place.stack} again.`,
    { exitCode: 3 },
  );
}
