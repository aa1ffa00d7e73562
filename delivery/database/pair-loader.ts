import path from "node:path";
import type { MigrationBuilder, RunnerOption } from "node-pg-migrate";
import type { Migration } from "./migrations.ts";

type Loader = Exclude<NonNullable<RunnerOption["migrationLoaderStrategies"]>[number]["loader"], string>;

/** The one folder that a set of migrations comes from. */
export function directoryOf(migrations: readonly Migration[]): string {
  return path.dirname(migrations[0]?.up.path ?? "migrations/-");
}

/**
 * Hands our pairs to node-pg-migrate. Beside its own pair loader it tells the transaction the file's checksum, which the
 * record of the migration takes as its default: record and checksum are written together or not at all.
 */
export function pairLoader(migrations: readonly Migration[]): Loader {
  return async () =>
    migrations.map(({ name, up, down, checksum }) => ({
      id: path.join(path.dirname(up.path), `${name}.sql`),
      filePaths: [up.path, down.path],
      actions: {
        up: (pgm: MigrationBuilder) => {
          pgm.sql(`SET LOCAL slipway.checksum = '${checksum}'`);
          pgm.sql(up.sql);
        },
        down: (pgm: MigrationBuilder) => pgm.sql(down.sql),
      },
    }));
}
