import type { Command } from "commander";
import { addMigrate } from "./db/migrate.ts";
import { addPlan } from "./db/plan.ts";
import { addRestore } from "./db/restore.ts";
import { addRollback } from "./db/rollback.ts";
import { addStatus } from "./db/status.ts";
import { addVerify } from "./db/verify.ts";

/** Adds `db status|plan|migrate|rollback|verify|restore`. */
export function addDatabaseCommand(program: Command): void {
  const db = program
    .command("db")
    .summary("a stack's database: status, plan, migrate, rollback, verify, restore")
    .description(
      "Look after the database of a stack: migrate its schema, take that back without loss, see how it stands, try its backups.\n\nA stack on this machine and the sandbox's are reached from here; one in AWS by a task inside its VPC, which this starts.",
    );
  for (const add of [addStatus, addPlan, addMigrate, addRollback, addVerify, addRestore]) add(db);
}
