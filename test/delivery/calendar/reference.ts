import { DateTime, IANAZone } from "luxon";
import {
  type Blackout,
  type CalendarRules,
  type DeploymentKind,
  deploymentKinds,
  type Window,
} from "../../../delivery/process/schema-calendar.ts";

/**
 * A second implementation of the calendar, on luxon, that knows no intervals: it asks of one moment what the clocks on the
 * wall have shown and will show. A span from `from` to `to` in local time holds at a moment when a clock has shown `from` or
 * later by then, and will show a time before `to` at that moment or after it, or will show `to` itself once more. That gives gaps and
 * folds their meaning without a rule for either. Holidays are computed from the law's own words, not taken from a package.
 */

const minute = 60_000;
const day = 86_400_000;

/** The latest and the earliest that clocks show, as milliseconds of UTC with the same digits: until a moment, and from it on. */
interface Shown {
  readonly until: number;
  readonly from: number;
  /** The earliest to which they are put after the moment; infinity when they are not moved soon. */
  readonly again: number;
}

function shownAt(zone: string, moment: number): Shown {
  const clock = IANAZone.create(zone);
  const shown = (at: number) => at + clock.offset(at) * minute;
  const now = shown(moment);
  let [until, again] = [now, Number.POSITIVE_INFINITY];
  const year = new Date(moment).getUTCFullYear();
  for (const change of [...changesOf(zone, year - 1), ...changesOf(zone, year), ...changesOf(zone, year + 1)]) {
    if (moment - 26 * 60 * minute < change && change <= moment) until = Math.max(until, shown(change - minute));
    if (moment < change && change < moment + 26 * 60 * minute) again = Math.min(again, shown(change));
  }
  return { until, from: Math.min(now, again), again };
}

const changes = new Map<string, number[]>();

/** The moments of a year in which a zone's clocks are moved, which are found by looking at them every week. */
export function changesOf(zone: string, year: number): readonly number[] {
  return remembered(changes, `${zone} ${year}`, () => {
    const clock = IANAZone.create(zone);
    const found: number[] = [];
    for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 7 * day) {
      const change = changeBetween(clock, at, at + 7 * day);
      if (change !== undefined && change < Date.UTC(year + 1, 0, 1)) found.push(change);
    }
    return found;
  });
}

function changeBetween(clock: IANAZone, start: number, end: number): number | undefined {
  if (clock.offset(start) === clock.offset(end)) return undefined;
  let [low, high] = [start, end];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (clock.offset(middle) === clock.offset(start)) low = middle;
    else high = middle;
  }
  return high;
}

/** The kinds that may begin at a moment. */
export function openKinds(rules: CalendarRules, moment: number): DeploymentKind[] {
  const shown = shownAt(rules.timeZone, moment);
  const dates = datesOf(shown);
  const denied = rules.blackouts.filter((blackout) => isBlackout(rules, blackout, shown, dates));
  const allowed = rules.windows.filter((window) => isInside(window, shown, dates));
  return deploymentKinds.filter(
    (kind) =>
      !denied.some((blackout) => blackout.for.includes(kind)) &&
      (kind === "emergency" || allowed.some((window) => admits(window, kind))),
  );
}

function admits(window: Window, kind: DeploymentKind): boolean {
  if (window.for === "normal") return true;
  if (window.for === "critical") return kind !== "normal";
  return kind === "emergency";
}

function isInside(window: Window, shown: Shown, dates: readonly number[]): boolean {
  return dates.some((date) => {
    const weekday = remembered(weekdays, date, () => utc(date).setLocale("en").weekdayLong?.toLowerCase());
    if (!window.days.some((each) => each === weekday)) return false;
    const at = (time: string) => date + Number(time.split(":")[0]) * 60 * minute + Number(time.split(":")[1]) * minute;
    return holds(shown, at(window.from), at(window.to));
  });
}

function isBlackout(rules: CalendarRules, blackout: Blackout, shown: Shown, dates: readonly number[]): boolean {
  if ("start" in blackout) {
    const [start, end] = [blackout.start, blackout.end].map((text) =>
      DateTime.fromISO(text, { zone: "utc" }).toMillis(),
    );
    return holds(shown, start ?? Number.NaN, end ?? Number.NaN);
  }
  const known = remembered(blackoutDays, blackout, () => new Map<number, boolean>());
  return dates.some(
    (date) =>
      holds(shown, date, date + day) && remembered(known, date, () => isBlackoutDay(rules, blackout, utc(date))),
  );
}

function holds(shown: Shown, from: number, to: number): boolean {
  return from <= shown.until && (shown.from < to || shown.again === to);
}

/** The dates that a clock shows around a moment, as their midnights: one, or two next to a fold at midnight. */
function datesOf(shown: Shown): number[] {
  // Put back to midnight, clocks show the end of the day before once more.
  const moments = [shown.from, shown.until, ...(Number.isFinite(shown.again) ? [shown.again - 1] : [])];
  return [...new Set(moments.map((at) => Math.floor(at / day) * day))].sort((a, b) => a - b);
}

const weekdays = new Map<number, string | undefined>();
const blackoutDays = new WeakMap<Blackout, Map<number, boolean>>();

function remembered<K, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function utc(moment: number): DateTime {
  return DateTime.fromMillis(moment, { zone: "utc" });
}

function isBlackoutDay(rules: CalendarRules, blackout: Blackout, date: DateTime): boolean {
  if ("holidays" in blackout) return isHoliday(blackout.holidays, date);
  if ("first" in blackout) {
    const text = date.toISODate() ?? "";
    return blackout.first <= text && text <= blackout.last;
  }
  if ("rule" in blackout) return [1, 2, 3, 4].some((days) => isThanksgiving(date.minus({ days })));
  if ("lastBusinessDaysOfQuarter" in blackout) {
    if (!isBusinessDay(rules, date)) return false;
    const end = date.endOf("quarter");
    let later = 0;
    for (
      let next = date.plus({ days: 1 });
      next <= end && later < blackout.lastBusinessDaysOfQuarter;
      next = next.plus({ days: 1 })
    ) {
      if (isBusinessDay(rules, next)) later += 1;
    }
    return later < blackout.lastBusinessDaysOfQuarter;
  }
  return false;
}

function isBusinessDay(rules: CalendarRules, date: DateTime): boolean {
  if (date.weekday > 5) return false;
  return !rules.blackouts.some((blackout) => "holidays" in blackout && isHoliday(blackout.holidays, date));
}

function isThanksgiving(date: DateTime): boolean {
  return date.month === 11 && date.weekday === 4 && date.day >= 22 && date.day <= 28;
}

const holidays = new Map<string, boolean>();

function isHoliday(country: string, date: DateTime): boolean {
  return remembered(holidays, `${country} ${date.toMillis()}`, () => {
    if (country === "US") return isFederalHoliday(date);
    if (country === "DE") return isGermanHoliday(date);
    throw new Error(`The reference knows no holidays of ${country}.`);
  });
}

/** 5 U.S.C. § 6103, with Saturday's holidays observed on Friday and Sunday's on Monday. */
function isFederalHoliday(date: DateTime): boolean {
  const isFixed = (each: DateTime) => [101, 619, 704, 1111, 1225].includes(each.month * 100 + each.day);
  if (isFixed(date)) return true;
  if (date.weekday === 5 && isFixed(date.plus({ days: 1 }))) return true;
  if (isThanksgiving(date)) return true;
  if (date.weekday !== 1) return false;
  if (isFixed(date.minus({ days: 1 }))) return true;
  const isNthMonday = (month: number, nth: number) => date.month === month && Math.ceil(date.day / 7) === nth;
  return (
    isNthMonday(1, 3) ||
    isNthMonday(2, 3) ||
    isNthMonday(9, 1) ||
    isNthMonday(10, 2) ||
    (date.month === 5 && date.day >= 25)
  );
}

/** The days that all of Germany has. */
function isGermanHoliday(date: DateTime): boolean {
  if ([101, 501, 1003, 1225, 1226].includes(date.month * 100 + date.day)) return true;
  const sinceEaster = date.diff(easter(date.year), "days").days;
  return [-2, 1, 39, 50].includes(sinceEaster);
}

/** Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): DateTime {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return DateTime.utc(year, Math.floor(sum / 31), (sum % 31) + 1);
}
