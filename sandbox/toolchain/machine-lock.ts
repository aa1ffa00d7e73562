import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "../system/lock.ts";

/**
 * Runs `work` while no other process on this machine runs it under the same lock file. The system frees the lock of a
 * process that is killed.
 * @param waiting called once when somebody else holds the lock
 * @throws the system's error when the lock's folder cannot be made or written
 */
export async function withMachineLock<T>(file: string, work: () => Promise<T>, waiting?: () => void): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  // SQLite, which locks, would only say that it cannot open the file.
  accessSync(existsSync(file) ? file : path.dirname(file), constants.W_OK);
  let lock = tryLock(file);
  if (!lock) waiting?.();
  while (!lock) {
    await sleep(200);
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
