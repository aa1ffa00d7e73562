import type { Command } from "commander";
import { feltLocks, type PlannedMigration, planMigrations } from "../../../database/plan.ts";
import { migrationNumbered } from "../../../database/rollback-plan.ts";
import { printJson, styled } from "../../terminal.ts";
import { atDatabase, type DbOptions, dbCommand, reading } from "./session.ts";

interface PlanOptions extends DbOptions {
  readonly to?: string;
}

/** Adds `db plan`. */
export function addPlan(db: Command): void {
  dbCommand(db, "plan", {
    summary:
      "Say what migrate would do, file by file: how it runs, how many rows a backfill has to do, which tables it locks against whom,\nand whether its way back keeps all data. Changes nothing.",
    example: "./slipway db plan prod --to 14",
  })
    .option("--to <number>", "the last migration to look at")
    .action((stack: string | undefined, options: PlanOptions) =>
      atDatabase(
        { command: "plan", stack, options, words: options.to === undefined ? [] : ["--to", options.to] },
        (place) => {
          const through = options.to === undefined ? undefined : migrationNumbered(place.migrations, options.to);
          return reading(place, async (client, status) => {
            const planned = await planMigrations(client, place.migrations, status, through);
            if (options.json) printJson({ stack: place.stack, environment: place.environment, migrations: planned });
            else
              process.stdout.write(`${planned.length > 0 ? planned.map(planText).join("\n") : "nothing is pending"}\n`);
            return 0;
          });
        },
      ),
    );
}

const modes = {
  transaction: "in one transaction",
  statements: "statement by statement",
  backfill: "in batches",
} as const;

/** One planned migration for people. */
export function planText({ back, begun, locks, mode, name, phase, rows }: PlannedMigration): string {
  const lines = [
    `${styled("bold", name)}  ${phase ? `phase ${phase}, ` : ""}${modes[mode]}${rows === undefined ? "" : `, ${rows} rows to go`}${begun ? `, begun (${begun})` : ""}`,
    ...feltLocks(locks).map(({ blocks, mode: lock, table }) => {
      const text = `locks ${table} (${lock}): ${blocks} wait`;
      return `  ${blocks === "reads and writes" ? styled("yellow", text) : text}`;
    }),
    back.loses.length > 0
      ? `  ${styled("red", `its way back loses ${back.loses.join(", ")}`)}`
      : `  its way back keeps all data${back.archives.length > 0 ? ": it goes to slipway_archive" : ""}`,
  ];
  return lines.join("\n");
}
