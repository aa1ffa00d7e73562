import { Temporal } from "temporal-polyfill";
import { UsageError } from "../../../errors.ts";
import type { Period } from "../../../evidence/population.ts";

/**
 * The time from the beginning of one day to the end of another, by the clocks of a time zone.
 * @param zone IANA name
 * @throws UsageError for what is no day, or a last day before the first
 */
export function periodOf(from: string, to: string, zone: string): Period {
  const [first, last] = [dayOf("--from", from), dayOf("--to", to)];
  if (Temporal.PlainDate.compare(last, first) < 0)
    throw new UsageError(`--to ${to} is before --from ${from}.\n  Both days belong to the period.`);
  return { from: startOf(first, zone), to: startOf(last.add({ days: 1 }), zone) };
}

function dayOf(option: string, text: string): Temporal.PlainDate {
  try {
    // Nothing but a date: Temporal itself takes a time behind it, too.
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UsageError(`${option} is a day such as 2026-10-01, not "${text}".`);
}

function startOf(day: Temporal.PlainDate, zone: string): string {
  return new Date(day.toZonedDateTime(zone).epochMilliseconds).toISOString();
}
