import type { CalendarRules } from "../process/schema-calendar.ts";
import { calendarOf } from "./calendar.ts";
import type { CalendarEntry } from "./upcoming.ts";
import type { ZoneClock } from "./zone-clock.ts";

/**
 * Entries of `upcoming` as lines for a terminal, in the calendar's local time:
 *
 *     Wed 2026-11-25  10:00-16:00  open     normal, critical, emergency  Deployment window (normal)
 *     Thu 2026-11-26  all day      stopped  normal, critical             Major holidays: Thanksgiving Day
 */
export function upcomingText(rules: CalendarRules, entries: readonly CalendarEntry[]): string[] {
  const { clock } = calendarOf(rules);
  const rows = entries.map((entry) => [
    day(clock, entry.start),
    time(clock, entry),
    entry.type === "window" ? "open" : "stopped",
    entry.kinds.join(", "),
    entry.title,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function day(clock: ZoneClock, moment: string): string {
  const wall = clock.wall(Date.parse(moment));
  const weekday = new Intl.DateTimeFormat("en-US", { weekday: "short", timeZone: "UTC" }).format(wall);
  return `${weekday} ${new Date(wall).toISOString().slice(0, 10)}`;
}

function time(clock: ZoneClock, { start, end, days }: CalendarEntry): string {
  if (days)
    return days.first === days.last ? "all day" : `to ${day(clock, new Date(Date.parse(end) - 1).toISOString())}`;
  const [from, to] = [start, end].map((moment) => clock.text(Date.parse(moment)));
  const date = from?.slice(0, 10);
  if (to?.startsWith(`${date}`)) return `${from?.slice(11)}-${to.slice(11)}`;
  const midnight = clock.text(Date.parse(end) - 1).slice(0, 10) === date && to?.endsWith("00:00");
  return midnight ? `${from?.slice(11)}-24:00` : `${from?.slice(11)} to ${to}`;
}
