import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { until } from "./wait.ts";

/** A lock that is held. The system frees it when its holder ends, however it ends. */
export interface Lock {
  /** Whether the file that was locked is still the one at that path: not so after `rm -r .slipway`. */
  isInPlace(): boolean;
  release(): void;
}

const sqliteBusy = 5;

/** Keeps held locks from the garbage collector, which would close them. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock on `file`, or returns undefined when another process holds it. Node has no flock(2), but its SQLite
 * locks files with fcntl(2): an exclusive transaction that never writes is an advisory lock that dies with its process.
 * Do not open the file in any other way: closing it would drop the lock.
 */
export function tryLock(file: string): Lock | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) return undefined;
    throw error;
  }
  held.add(database);
  const inode = statSync(file).ino;
  return {
    isInPlace: () => statSync(file, { throwIfNoEntry: false })?.ino === inode,
    release: () => {
      held.delete(database);
      database.close();
    },
  };
}

/**
 * Waits for the lock.
 * @param limit milliseconds
 * @returns undefined when another process held it all the time
 */
export async function waitForLock(file: string, limit: number): Promise<Lock | undefined> {
  let lock: Lock | undefined;
  await until(() => {
    lock = tryLock(file);
    return lock !== undefined;
  }, limit);
  return lock;
}
