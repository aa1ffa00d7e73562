import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import type { Place } from "../../postgres/place.ts";
import { writeAtomically } from "../../system/files.ts";

/*
 * Copies of clusters that are servers of their own when they are started: what RDS makes of a point in time or of a snapshot. They are
 * base backups by PostgreSQL's own protocol, so that the cluster goes on serving; initdb, pg_ctl and postgres are all the programs that
 * there are. No log of changes is kept, so that a copy holds the moment at which it was made and none before it.
 */

/** What a base backup leaves out (PostgreSQL, "Making an Exclusive Low-Level Backup"): it belongs to the running server alone. */
const leftOut: ReadonlySet<string> = new Set(["postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map"]);
/** Folders that are needed, empty. */
const emptied: ReadonlySet<string> = new Set([
  "pg_dynshmem",
  "pg_notify",
  "pg_replslot",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);

/**
 * Copies a cluster to a place that has none yet. All that was committed when this was called is in the copy; what is committed
 * meanwhile may be.
 * @param administrator how to log in to the cluster; undefined when it does not run
 */
export async function copyCluster(from: Place, to: Place, administrator: pg.ClientConfig | undefined): Promise<void> {
  const temporary = path.join(to.directory, "new-copy");
  rmSync(temporary, { recursive: true, force: true });
  try {
    if (administrator) await backUp(from, temporary, to, administrator);
    else await copyTree(from.data, temporary, to, (name) => name === "postmaster.pid");
    renameSync(temporary, to.data);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function backUp(from: Place, target: string, place: Place, administrator: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...administrator, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    // A slot of this session keeps the log of changes that the copy needs until it is copied too.
    await client.query("SELECT pg_create_physical_replication_slot('slipway_copy_' || pg_backend_pid(), true, true)");
    await client.query("SELECT pg_backup_start('slipway copy', fast => true)");
    await copyTree(from.data, target, place, (name) => leftOut.has(name) || name === "pg_wal");
    const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
    await copyTree(path.join(from.data, "pg_wal"), path.join(target, "pg_wal"), place, () => false);
    const label = path.join(target, "backup_label");
    writeFileSync(label, rows[0]?.labelfile ?? "", { mode: 0o600 });
    own(label, place);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function copyTree(from: string, to: string, place: Place, skip: (name: string) => boolean): Promise<void> {
  mkdirSync(to, { mode: 0o700 });
  own(to, place);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry;
    if (skip(name) || name.startsWith("pgsql_tmp")) continue;
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (entry.isDirectory()) await copyTree(source, target, place, emptied.has(name) ? () => true : () => false);
    else if (entry.isFile() && (await copyUnlessGone(source, target))) own(target, place);
  }
}

/** A table may be dropped while it is copied; the log of changes tells the copy. */
async function copyUnlessGone(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && !existsSync(source)) return false;
    throw error;
  }
}

function own(file: string, { account }: Place): void {
  if (account) chownSync(file, account.uid, account.gid);
}

/** Keeps the superuser's password with a copy that no registry knows. */
export function keepPassword(place: Place, password: string): void {
  writeAtomically(path.join(place.directory, "password"), password);
}

/** @returns undefined when nothing is kept there */
export function keptPassword(place: Place): string | undefined {
  const known = existsSync(place.directory) && readdirSync(place.directory).includes("password");
  return known ? readFileSync(path.join(place.directory, "password"), "utf8") : undefined;
}
