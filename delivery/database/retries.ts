import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { sqlState } from "./connection.ts";

/** 55P03 lock_not_available, 40P01 deadlock_detected: what was begun was rolled back whole and may be tried again. */
export const lockStates = ["55P03", "40P01"];

/** How a migration waits for locks that the application holds. */
export interface LockPatience {
  /** How often it steps back and tries again. */
  readonly lockRetries: number;
  /** The longest that one statement waits, in milliseconds. */
  readonly lockTimeout: number;
}

/** Milliseconds that a statement waits for a lock at first, and for how many tries it is so. */
const shortWait = 50;
const shortWaits = 10;

/**
 * How long a statement of this try waits for a lock, in milliseconds. Whoever comes after a waiting statement waits for it, so that clients
 * wait as long as it does: tries are short, and grow only when short ones have not met a free moment in some ten seconds. The longest is
 * for the server's own work: an autovacuum gives way to who has waited for a second (deadlock_timeout).
 */
export function lockWait(attempt: number, { lockTimeout }: Pick<LockPatience, "lockTimeout">): number {
  return Math.min(lockTimeout, shortWait * 2 ** Math.max(0, attempt - shortWaits + 1));
}

/** The error of a last try. */
export class GivenUp extends Error {
  readonly attempts: number;
  constructor(cause: unknown, attempts: number) {
    super("given up", { cause });
    this.attempts = attempts;
  }
}

/**
 * Works, and after an error of one of these SQLSTATEs steps back, waits (longer each time, so that whoever holds the lock gets
 * through) and works again. The session waits for locks as `lockWait` says; it is to begin with the first try's.
 *
 * @throws GivenUp with the last error as its cause; the transaction, if any, is rolled back.
 */
export async function withRetries<T>(
  client: pg.Client,
  states: readonly string[],
  patience: LockPatience,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly retries: number }> {
  const shortest = lockWait(0, patience);
  let wait = shortest;
  const setWait = async (milliseconds: number) => {
    if (milliseconds === wait) return;
    await client.query(`SET lock_timeout = ${milliseconds}`);
    wait = milliseconds;
  };
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await work();
      await setWait(shortest);
      return { result, retries: attempt };
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      if (!states.includes(sqlState(error) ?? "") || attempt >= patience.lockRetries)
        throw new GivenUp(error, attempt + 1);
      await sleep(Math.min(100 * 2 ** attempt, 2000) * (0.5 + Math.random()));
      await setWait(lockWait(attempt + 1, patience));
    }
  }
}
