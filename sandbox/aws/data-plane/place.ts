import { chownSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Layout } from "../../layout.ts";
import { choosePlace, type Place, removePlace } from "../../postgres/place.ts";

/** Where the cluster of one database lives: a folder of its own in that of all. */
export function placeOf(layout: Layout, id: string): Place {
  const { directory, account } = choosePlace(layout, "rds");
  const own = path.join(directory, id);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  if (account) chownSync(own, account.uid, account.gid);
  return { directory: own, data: path.join(own, "data"), account };
}

/** Removes one database's folder. */
export function removeDatabase(layout: Layout, id: string): void {
  rmSync(path.join(choosePlace(layout, "rds").directory, id), { recursive: true, force: true });
}

/** Removes the folders of all databases. */
export async function removeDatabases(layout: Layout): Promise<void> {
  await removePlace(layout, "rds");
}
