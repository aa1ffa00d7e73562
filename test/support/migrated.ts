import path from "node:path";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { up } from "../../delivery/database/migrator.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "./postgres.ts";

interface OwnedDatabase {
  readonly name: string;
  readonly owner: string;
}

/**
 * Makes copies of a database that is prepared once, at the first call, and that nobody touches afterwards: a copy takes a fraction of the
 * time that migrating does.
 */
export function copiesOf(prepare: (database: OwnedDatabase) => Promise<void>): () => Promise<OwnedDatabase> {
  let template: Promise<OwnedDatabase> | undefined;
  const make = async () => {
    const database = await migratableDatabase();
    await prepare(database);
    return database;
  };
  return async () => {
    const known = await template?.catch(() => undefined);
    if (known === undefined || !(await exists(known.name))) template = make();
    return migratableDatabase((await (template as Promise<OwnedDatabase>)).name);
  };
}

/** A suite that needs the server for itself takes the databases of those before it away. */
async function exists(name: string): Promise<boolean> {
  const found = await (await testPostgres()).query("postgres", "SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  return found.length > 0;
}

/** A database of its own with every migration applied and no rows, for suites that do not look at migrating itself. */
export const migratedDatabase = copiesOf(async ({ name, owner }) => {
  const { environment } = await testPostgres();
  await up(
    { kind: "environment", database: name, user: owner },
    readMigrations(path.join(checkoutRoot, "migrations")),
    {
      environment,
    },
  );
});
