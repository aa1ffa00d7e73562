import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { sqlState } from "./connection.ts";

/** 55P03 lock_not_available, 40P01 deadlock_detected: what was begun was rolled back whole and may be tried again. */
export const lockStates = ["55P03", "40P01"];

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
 * through) and works again.
 *
 * @throws GivenUp with the last error as its cause; the transaction, if any, is rolled back.
 */
export async function withRetries<T>(
  client: pg.Client,
  states: readonly string[],
  retries: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly retries: number }> {
  for (let attempt = 0; ; attempt++) {
    try {
      return { result: await work(), retries: attempt };
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      if (!states.includes(sqlState(error) ?? "") || attempt >= retries) throw new GivenUp(error, attempt + 1);
      await sleep(Math.min(100 * 2 ** attempt, 2000) * (0.5 + Math.random()));
    }
  }
}
