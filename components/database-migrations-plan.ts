import path from "node:path";
import { readMigrations } from "../delivery/database/migrations.ts";

/**
 * What the migrations resource is told: each migration's checksum by its name, in order.
 * @throws UserError when the folder's files are not proper pairs.
 */
export function planMigrations(directory: string): Record<string, string> {
  const shown = path.relative(process.cwd(), directory) || directory;
  return Object.fromEntries(readMigrations(shown).map(({ name, checksum }) => [name, checksum]));
}
