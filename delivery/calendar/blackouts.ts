import { Temporal } from "temporal-polyfill";
import type { Blackout, CalendarRules } from "../process/schema-calendar.ts";
import { publicHolidays } from "./holidays.ts";
import type { Span } from "./spans.ts";
import type { ZoneClock } from "./zone-clock.ts";

/** One time that a blackout comes about. */
export interface BlackoutSpan extends Span {
  readonly blackout: Blackout;
  /** The rule's title and the occasion: "Major holidays: Thanksgiving Day", "End of quarter: Q4 2026". */
  readonly title: string;
  /** The whole days that it takes, both included; absent for hours. */
  readonly days?: { readonly first: string; readonly last: string };
}

/** The blackouts whose days or hours the rules name themselves; they may last longer than a year. */
export function datedBlackouts(rules: CalendarRules, clock: ZoneClock): BlackoutSpan[] {
  return rules.blackouts.flatMap((blackout) => {
    if ("first" in blackout) return [wholeDays(clock, blackout, blackout.title, blackout.first, blackout.last)];
    if (!("start" in blackout)) return [];
    const [start, end] = [blackout.start, blackout.end].map((local) => Date.parse(`${local}:00Z`)) as [number, number];
    return [{ blackout, title: blackout.title, start: clock.earliest(start), end: clock.latest(end) }];
  });
}

/** The blackouts that come every year, those that begin in `year`. */
export function yearlyBlackouts(rules: CalendarRules, clock: ZoneClock, year: number): BlackoutSpan[] {
  return rules.blackouts.flatMap((blackout) => {
    const { title } = blackout;
    if ("holidays" in blackout) {
      return publicHolidays(blackout.holidays, year).map(({ name, first, last }) =>
        wholeDays(clock, blackout, `${title}: ${name}`, first, last),
      );
    }
    if ("rule" in blackout) {
      const friday = dayAfterThanksgiving(year);
      return [wholeDays(clock, blackout, title, `${friday}`, `${friday.add({ days: 3 })}`)];
    }
    if ("lastBusinessDaysOfQuarter" in blackout) {
      const off = daysOff(rules, year);
      return [1, 2, 3, 4].flatMap((quarter) =>
        runs(lastBusinessDays(year, quarter, blackout.lastBusinessDaysOfQuarter, off)).map(({ first, last }) =>
          wholeDays(clock, blackout, `${title}: Q${quarter} ${year}`, first, last),
        ),
      );
    }
    return [];
  });
}

function wholeDays(clock: ZoneClock, blackout: Blackout, title: string, first: string, last: string): BlackoutSpan {
  const start = clock.earliest(Date.parse(first));
  const end = clock.latest(Date.parse(`${Temporal.PlainDate.from(last).add({ days: 1 })}`));
  return { blackout, title, start, end, days: { first, last } };
}

/** Thanksgiving is the fourth Thursday of November (5 U.S.C. § 6103), which is not always the last. */
function dayAfterThanksgiving(year: number): Temporal.PlainDate {
  const november = Temporal.PlainDate.from({ year, month: 11, day: 1 });
  const firstThursday = november.add({ days: (11 - november.dayOfWeek) % 7 });
  return firstThursday.add({ weeks: 3, days: 1 });
}

/** The days on which a `holidays` blackout of the same rules rests, whomever it stops. */
function daysOff(rules: CalendarRules, year: number): Set<string> {
  const days = new Set<string>();
  for (const blackout of rules.blackouts) {
    if (!("holidays" in blackout)) continue;
    // Those that began in December may last into the new year.
    for (const { first, last } of [year - 1, year].flatMap((from) => publicHolidays(blackout.holidays, from))) {
      for (let day = Temporal.PlainDate.from(first); `${day}` <= last; day = day.add({ days: 1 })) days.add(`${day}`);
    }
  }
  return days;
}

/** The last business days of a quarter, Monday to Friday without days off, oldest first; fewer when the quarter has no more. */
function lastBusinessDays(
  year: number,
  quarter: number,
  count: number,
  off: ReadonlySet<string>,
): Temporal.PlainDate[] {
  const begin = Temporal.PlainDate.from({ year, month: quarter * 3 - 2, day: 1 });
  const found: Temporal.PlainDate[] = [];
  let day = begin.add({ months: 3 }).subtract({ days: 1 });
  while (found.length < count && Temporal.PlainDate.compare(day, begin) >= 0) {
    if (day.dayOfWeek <= 5 && !off.has(`${day}`)) found.unshift(day);
    day = day.subtract({ days: 1 });
  }
  return found;
}

/** Days that follow each other as one run: Thursday, Friday, Monday are two. */
function runs(days: readonly Temporal.PlainDate[]): { first: string; last: string }[] {
  const found: { first: string; last: string }[] = [];
  for (const day of days) {
    const run = found.at(-1);
    if (run && run.last === `${day.subtract({ days: 1 })}`) run.last = `${day}`;
    else found.push({ first: `${day}`, last: `${day}` });
  }
  return found;
}
