import { Temporal } from "temporal-polyfill";

/** A week of ISO 8601 (Monday to Sunday) by the clocks of one time zone. */
export interface Week {
  /** "2026-W49". The year is that of its Thursday, so that 1 January 2027 lies in 2026-W53. */
  readonly name: string;
  /** Its Monday: "2026-11-30". */
  readonly first: string;
  /** Its Sunday. */
  readonly last: string;
  /** When it begins, UTC. */
  readonly start: string;
  /** When the next one begins: 167 or 169 hours later where the clocks change in between. */
  readonly end: string;
}

/**
 * The week in which a moment lies.
 * @param moment ISO 8601 in UTC
 * @param zone IANA name
 */
export function weekOf(moment: string, zone: string): Week {
  const date = Temporal.Instant.from(moment).toZonedDateTimeISO(zone).toPlainDate();
  return weekFrom(date.subtract({ days: date.dayOfWeek - 1 }), zone);
}

/**
 * The last weeks, the oldest first; the one in which `now` lies is the last of them.
 * @param count 1 at least
 */
export function lastWeeks(now: string, count: number, zone: string): Week[] {
  const monday = Temporal.PlainDate.from(weekOf(now, zone).first);
  return Array.from({ length: count }, (_, index) => weekFrom(monday.subtract({ weeks: count - 1 - index }), zone));
}

/** Whether a moment lies in a stretch of time: its start belongs to it, its end does not. */
export function within(moment: string, { start, end }: { readonly start: string; readonly end: string }): boolean {
  const time = Date.parse(moment);
  return Date.parse(start) <= time && time < Date.parse(end);
}

function weekFrom(monday: Temporal.PlainDate, zone: string): Week {
  return {
    name: `${monday.yearOfWeek}-W${String(monday.weekOfYear).padStart(2, "0")}`,
    first: monday.toString(),
    last: monday.add({ days: 6 }).toString(),
    start: startOf(monday, zone),
    end: startOf(monday.add({ weeks: 1 }), zone),
  };
}

function startOf(date: Temporal.PlainDate, zone: string): string {
  return new Date(date.toZonedDateTime(zone).epochMilliseconds).toISOString();
}
