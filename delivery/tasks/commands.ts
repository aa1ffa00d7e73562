import type { Operation } from "../../infra/environment.ts";

/** A command that runs inside a stack's network, next to its database. */
export interface OperatorCommand {
  readonly summary: string;
  /** Changes something, so that an environment that asks for confirmation asks here too. */
  readonly changes: boolean;
  /** Changes the schema, so that an environment that requires a backup wants a fresh one. */
  readonly needsBackup: boolean;
  /** What it is in the matrix of what may be done where, when that knows it. */
  readonly operation?: Operation;
}

/** What `./slipway task` can run. */
export const operatorCommands = {
  migrate: { summary: "apply the pending migrations", changes: true, needsBackup: true },
  "migration-status": {
    summary: "say which migrations are applied and which are pending",
    changes: false,
    needsBackup: false,
  },
  "migration-rehearsal": {
    summary: "apply the pending migrations, take them back and apply them again, to try their way back",
    changes: true,
    needsBackup: false,
    operation: "migrationTesting",
  },
  "flags-seed": { summary: "bring the declared feature flags into the database", changes: true, needsBackup: false },
} as const satisfies Readonly<Record<string, OperatorCommand>>;

export type OperatorCommandName = keyof typeof operatorCommands;

/** Their names, in the order in which they are shown. */
export const operatorCommandNames = Object.keys(operatorCommands) as OperatorCommandName[];
