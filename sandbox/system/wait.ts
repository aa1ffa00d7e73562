import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks `condition` again and again until it holds.
 * @param limit milliseconds
 * @returns whether it held within the limit
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limit: number,
  interval = 50,
): Promise<boolean> {
  const end = Date.now() + limit;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= end) return false;
    await delay(interval);
  }
}

/** Waits `milliseconds`, or less when the signal comes first. Never throws. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal: stop }).catch(() => undefined);
}
