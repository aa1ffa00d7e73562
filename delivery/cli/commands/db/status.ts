import type { Command } from "commander";
import { backfillsLeft } from "../../../database/backfill-counts.ts";
import type { MigrationStatus } from "../../../database/migration-status.ts";
import type { Migration } from "../../../database/migrations.ts";
import { runnerAtWork } from "../../../database/runner-lock.ts";
import { printJson, styled, table } from "../../terminal.ts";
import { atDatabase, type DbOptions, dbCommand, reading } from "./session.ts";

interface StatusOptions extends DbOptions {
  readonly check?: boolean;
}

/** Adds `db status`. */
export function addStatus(db: Command): void {
  dbCommand(db, "status", {
    summary:
      "Say which migrations are applied (when, by whom, in which phase), pending or half done, and whether files and database agree.\nExit code 1 when they do not.",
    example: "./slipway db status staging --check",
  })
    .option("--check", "exit code 1 also when something is pending")
    .action((stack: string | undefined, options: StatusOptions) =>
      atDatabase({ command: "status", stack, options, words: options.check ? ["--check"] : [] }, (place) =>
        reading(place, async (client, status) => {
          const { environment, migrations, stack: name } = place;
          const left: Record<string, number> = {};
          for (const pending of status.pending) {
            const rows = await backfillsLeft(client, pending);
            if (rows !== undefined) left[pending] = rows;
          }
          const runner = await runnerAtWork(client);
          const sound = status.changed.length + status.unknown.length + status.late.length === 0;
          if (options.json)
            printJson({
              stack: name,
              environment,
              sound,
              ...described(migrations, status, left),
              ...(runner && { runner }),
            });
          else print(migrations, status, left, runner);
          return sound && !(options.check && status.pending.length > 0) ? 0 : 1;
        }),
      ),
    );
}

function described(migrations: readonly Migration[], status: MigrationStatus, left: Readonly<Record<string, number>>) {
  const phases = phasesOf(migrations);
  return {
    ...status,
    applied: status.applied.map((applied) => ({ ...applied, phase: phases.get(applied.name) ?? null })),
    pending: status.pending.map((name) => ({
      name,
      phase: phases.get(name) ?? null,
      ...(left[name] !== undefined && { rows: left[name] }),
    })),
  };
}

function phasesOf(migrations: readonly Migration[]): ReadonlyMap<string, string | undefined> {
  return new Map(migrations.map(({ name, up }) => [name, up.directives.phase]));
}

function print(
  migrations: readonly Migration[],
  status: MigrationStatus,
  left: Readonly<Record<string, number>>,
  runner: string | undefined,
): void {
  const phases = phasesOf(migrations);
  const wrong = new Map([
    ...status.changed.map(({ name }) => [name, "changed after it was applied"] as const),
    ...status.unknown.map((name) => [name, "not in this version"] as const),
    ...status.late.map((name) => [name, "later ones are applied already"] as const),
  ]);
  const row = (name: string, state: string) => [
    wrong.has(name) ? styled("red", name) : name,
    phases.get(name) ?? "-",
    wrong.has(name) ? `${state}, ${styled("red", wrong.get(name) ?? "")}` : state,
  ];
  const rows = [
    ...status.applied.map(({ appliedAt, appliedBy, name }) =>
      row(name, `applied ${appliedAt.toISOString().slice(0, 19)}Z by ${appliedBy}`),
    ),
    ...status.pending.map((name) => {
      const begun = status.unfinished.find((progress) => progress.name === name);
      const rest = left[name] === undefined ? "" : `, ${left[name]} rows to go`;
      if (begun === undefined) return row(name, `${styled("yellow", "pending")}${rest}`);
      const way = begun.direction === "up" ? "half applied" : "half taken back";
      return row(
        name,
        `${styled("yellow", way)}: ${begun.affected} rows in ${begun.batches} batches by ${begun.updatedAt.toISOString().slice(0, 19)}Z${rest}`,
      );
    }),
  ];
  const summary = [
    `${status.applied.length} applied, ${status.pending.length} pending`,
    ...(wrong.size > 0 ? [`${wrong.size} not as this checkout has it`] : []),
    ...(runner ? [`${runner} is migrating it now`] : []),
  ];
  process.stdout.write(`${table([["migration", "phase", "state"], ...rows])}\n${summary.join("; ")}\n`);
}
