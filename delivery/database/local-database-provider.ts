import { changedInputs, type DynamicImplementation, gone } from "../dynamic-provider.ts";
import type { LocalDatabase, LocalDatabaseState, Ownership } from "./local-database.ts";
import { ensureLocalDatabase, inspectLocalDatabase, removeLocalDatabase } from "./local-database-server.ts";

/** The inputs of the dynamic resource `LocalDatabase`; `components/local-platform.ts` makes them. They are its outputs too. */
export interface LocalDatabaseInputs extends LocalDatabase, Ownership {
  readonly version: number;
  readonly implementation: string;
  /** One line for each database and role, see `wantedState`. */
  readonly state: LocalDatabaseState;
  /** Whether a destroy leaves the database. */
  readonly retainOnDelete: boolean;
}

type Implementation = DynamicImplementation<LocalDatabaseInputs, LocalDatabaseInputs>;

/** Another name is another database. Owner and application are roles, which can be set right in place. */
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
  return { changes: changed.length > 0, replaces: changed.includes("database") ? ["database"] : [] };
};

export const create: Implementation["create"] = async (inputs) => {
  await ensureLocalDatabase(inputs, inputs);
  return { id: inputs.database, outs: inputs };
};

export const read: Implementation["read"] = async (id, props) => {
  const state = await inspectLocalDatabase(props, props);
  if (state === undefined) return gone;
  const read = { ...props, state };
  return { id, props: read, inputs: read };
};

export const update: Implementation["update"] = async (_id, olds, news) => {
  await ensureLocalDatabase(news, news, [olds.instance]);
  return { outs: news };
};

const remove: Implementation["delete"] = async (_id, props) => {
  await removeLocalDatabase(props, props, props.retainOnDelete);
};

export { remove as delete };
