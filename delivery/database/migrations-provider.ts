import path from "node:path";
import { changedInputs, type DynamicImplementation, gone } from "../dynamic-provider.ts";
import { isMissingDatabase, isRefusedLogin } from "./connection.ts";
import { readMigrations } from "./migrations.ts";
import { status, up } from "./migrator.ts";
import { assertAsPlanned, refuseChangedFiles } from "./planned-migrations.ts";
import { type DatabaseReference, sameDatabase } from "./reference.ts";

/** The inputs of the dynamic resource `Migrations`; `components/database-migrations.ts` makes them. */
export interface MigrationsInputs {
  readonly version: number;
  readonly implementation: string;
  readonly database: DatabaseReference;
  /** Checksum by name: a new migration is one new line in a preview. After a refresh: what the database has. */
  readonly migrations: Readonly<Record<string, string>>;
}

export interface MigrationsOutputs extends MigrationsInputs {
  /** The names of what is applied, in order. */
  readonly applied: readonly string[];
}

type Implementation = DynamicImplementation<MigrationsInputs, MigrationsOutputs>;

const directory = path.resolve(import.meta.dirname, "..", "..", "migrations");

/** Refuses an applied file that was changed. */
export const check: NonNullable<Implementation["check"]> = async (olds, news) => {
  refuseChangedFiles(olds, news, "migrations");
  return { inputs: news, failures: [] };
};

export const diff: Implementation["diff"] = async (_id, olds, news) => {
  const changed = changedInputs(olds, news, ["version", "implementation", "database", "migrations"]);
  return { changes: changed.length > 0, replaces: sameDatabase(olds.database, news.database) ? [] : ["database"] };
};

export const create: Implementation["create"] = async (inputs) => ({
  id: `migrations of ${inputs.database.database}`,
  outs: await migrate(inputs),
});

export const read: Implementation["read"] = async (id, props) => {
  try {
    const { applied } = await status(props.database, readMigrations(directory));
    const migrations = Object.fromEntries(applied.map(({ name, checksum }) => [name, checksum]));
    const { applied: _, ...inputs } = { ...props, migrations };
    return { id, props: { ...inputs, applied: applied.map(({ name }) => name) }, inputs };
  } catch (error) {
    if (isMissingDatabase(error)) return gone;
    if (!isRefusedLogin(error)) throw error;
    // The resource that made the login finds that its password is lost, and the next `up` makes a new one.
    const { applied: _, ...inputs } = props;
    return { id, props, inputs };
  }
};

export const update: Implementation["update"] = async (_id, _olds, news) => ({ outs: await migrate(news) });

/**
 * Leaves schema and data as they are. A destroy drops the database with all there is, or is asked to leave it; in neither case
 * would running every down migration first do any good, and in the second it would take the application's data away.
 * Going back is the migrator's `down` (delivery/database/migrator.ts), which is asked for in so many words.
 */
const remove: Implementation["delete"] = async () => {};

export { remove as delete };

async function migrate(inputs: MigrationsInputs): Promise<MigrationsOutputs> {
  const migrations = readMigrations(directory);
  assertAsPlanned(inputs.migrations, migrations, "migrations");
  await up(inputs.database, migrations);
  const { applied } = await status(inputs.database, migrations);
  return { ...inputs, applied: applied.map(({ name }) => name) };
}
