import { changedInputs, type DynamicImplementation, gone } from "../dynamic-provider.ts";
import { keepsDatabase } from "./keep.ts";
import type { LocalDatabase, LocalDatabaseState, Ownership } from "./local-database.ts";
import {
  ensureLocalDatabase,
  incarnationOf,
  inspectLocalDatabase,
  removeLocalDatabase,
} from "./local-database-server.ts";
import { logsIn } from "./local-roles.ts";

/** The inputs of the dynamic resource `LocalDatabase`; `components/local-platform.ts` makes them. */
export interface LocalDatabaseInputs extends LocalDatabase, Ownership {
  readonly version: number;
  readonly implementation: string;
  /** One line for each database and role, see `wantedState`. */
  readonly state: LocalDatabaseState;
  /** Whether a destroy leaves the database. */
  readonly retainOnDelete: boolean;
}

export interface LocalDatabaseOutputs extends LocalDatabaseInputs {
  /** See `DatabaseReference`. */
  readonly incarnation: string;
}

type Implementation = DynamicImplementation<LocalDatabaseInputs, LocalDatabaseOutputs>;

/**
 * Another name is another database. Owner and application are roles, which can be set right in place.
 *
 * Beside the inputs it tries the passwords: they live on this machine and not in the state, so whoever lost the password
 * file gets a new one with the next `up` and needs no refresh, which could not log in either.
 */
export const diff: Implementation["diff"] = async (_id, olds, news) => {
  const changed = changedInputs(olds, news, [
    "version",
    "implementation",
    "database",
    "owner",
    "application",
    "stack",
    "instance",
    "state",
    "retainOnDelete",
  ]);
  const changes = changed.length > 0 || !(await passwordsWork(news));
  return { changes, replaces: changed.includes("database") ? ["database"] : [] };
};

export const create: Implementation["create"] = async (inputs) => {
  await ensureLocalDatabase(inputs, inputs);
  return { id: inputs.database, outs: await withIncarnation(inputs) };
};

export const read: Implementation["read"] = async (id, props) => {
  const state = await inspectLocalDatabase(props, props);
  if (state === undefined) return gone;
  const { incarnation: _, ...inputs } = { ...props, state };
  return { id, props: await withIncarnation(inputs), inputs };
};

export const update: Implementation["update"] = async (_id, olds, news) => {
  await ensureLocalDatabase(news, news, [olds.instance]);
  return { outs: await withIncarnation(news) };
};

async function withIncarnation(inputs: LocalDatabaseInputs): Promise<LocalDatabaseOutputs> {
  return { ...inputs, incarnation: await incarnationOf(inputs.database) };
}

const remove: Implementation["delete"] = async (_id, props) => {
  await removeLocalDatabase(props, props, props.retainOnDelete || keepsDatabase());
};

export { remove as delete };

/** A server that cannot be reached is no reason for an update; what needs it will say so. */
async function passwordsWork({ database, owner, application }: LocalDatabase): Promise<boolean> {
  for (const role of [owner, application]) {
    if (!(await logsIn(database, role).catch(() => true))) return false;
  }
  return true;
}
