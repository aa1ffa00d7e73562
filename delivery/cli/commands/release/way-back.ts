import path from "node:path";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { readMigrations } from "../../../database/migrations.ts";
import { functionBodies } from "../../../database/sql-text.ts";
import { wayBack } from "../../../database/way-back.ts";
import type { Bundle } from "../../../release/model.ts";

const folder = path.join(checkoutRoot, "migrations");

/**
 * Migrations between two bundles' schemas that could not come back without a loss, or that this checkout does not know. Code goes
 * back over a schema that is newer (each migration leaves the old code working); but what the older schema cannot hold has to have
 * a place in the archive, or nobody may say that there is a way back.
 */
export function irreversibleBetween(standing: Bundle | undefined, target: Bundle | undefined): readonly string[] {
  const [newest, oldest] = [standing?.migration, target?.migration];
  if (newest === undefined || oldest === undefined || newest <= oldest) return [];
  const migrations = readMigrations(folder);
  const between = migrations.filter(({ name }) => name > oldest && name <= newest);
  const unknown = migrations.some(({ name }) => name === newest) ? [] : [newest];
  const bodies = functionBodies(migrations);
  return [...between.filter((one) => wayBack(one, bodies).loses.length > 0).map(({ name }) => name), ...unknown];
}
