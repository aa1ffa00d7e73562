import type { CalendarRules, DeploymentKind, Window } from "../process/schema-calendar.ts";
import { deploymentKinds } from "../process/schema-calendar.ts";
import { days } from "../process/schema-values.ts";
import type { Span } from "./spans.ts";
import type { ZoneClock } from "./zone-clock.ts";

const day = 86_400_000;

/** A window on one day. */
export interface WindowSpan extends Span {
  readonly window: Window;
  /** "2026-11-30" */
  readonly date: string;
}

/** The kinds that may use a window: the one it is for and every more urgent one. */
export function admitted(window: Window): readonly DeploymentKind[] {
  return deploymentKinds.slice(deploymentKinds.indexOf(window.for));
}

/**
 * Every window of a year, in order. A window is local wall time: one that begins in the gap of spring opens when the gap
 * ends (and is none when all of it is in the gap); in the fold of autumn it lasts without a break from the first occurrence of
 * `from` to the last occurrence of `to`.
 */
export function windowsOf(rules: CalendarRules, clock: ZoneClock, year: number): WindowSpan[] {
  const found: WindowSpan[] = [];
  for (let midnight = Date.UTC(year, 0, 1); midnight < Date.UTC(year + 1, 0, 1); midnight += day) {
    // getUTCDay counts from Sunday, `days` from Monday.
    const weekday = days[(new Date(midnight).getUTCDay() + 6) % 7];
    for (const window of rules.windows) {
      if (!window.days.some((each) => each === weekday)) continue;
      const start = clock.earliest(midnight + timeOfDay(window.from));
      const end = clock.latest(midnight + timeOfDay(window.to));
      if (start < end) found.push({ window, date: new Date(midnight).toISOString().slice(0, 10), start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** A window for people: "Monday to Thursday 10:00-16:00". */
export function describeWindow(window: Window): string {
  const indices = [...new Set(window.days.map((each) => days.indexOf(each)))].sort((a, b) => a - b);
  const names = indices.map((index) => days[index] ?? "").map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  const consecutive = indices.every((index, place) => place === 0 || index === (indices[place - 1] ?? 0) + 1);
  const which =
    names.length > 2 && consecutive
      ? `${names.at(0)} to ${names.at(-1)}`
      : [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
  return `${which} ${window.from}-${window.to}`;
}

function timeOfDay(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * 60_000;
}
