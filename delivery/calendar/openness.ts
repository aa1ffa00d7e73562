import { Temporal } from "temporal-polyfill";
import type { Blackout, CalendarRules, DeploymentKind, Window } from "../process/schema-calendar.ts";
import type { BlackoutSpan } from "./blackouts.ts";
import { calendarOf } from "./calendar.ts";
import type { Span } from "./spans.ts";
import { admitted, describeWindow, type WindowSpan } from "./windows.ts";

/** How far `openness` looks ahead: two years. */
const farthest = 731 * 86_400_000;

/** Whether a deployment may begin, as far as the calendar goes. */
export interface Openness {
  readonly open: boolean;
  /** A sentence that says why. */
  readonly because: string;
  /** The window that it is in, if any: of several the one that lasts longest. */
  readonly window?: Window;
  /** The blackout that stops it: of several the one that lasts longest. */
  readonly blackout?: Blackout;
  /** When it opens next; only while it is closed, absent when it does not open within two years. ISO 8601, UTC. */
  readonly opensAt?: string;
  /** When it closes next, neighbouring windows taken together; only while it is open, absent when it does not within two years. */
  readonly closesAt?: string;
}

/**
 * What the calendar says of a deployment that would begin at a moment. The same arguments always get the same answer.
 *
 * - A window is open to the kind it is for and to more urgent ones: normal, critical, emergency.
 * - An emergency waits for no window, only for a blackout that names it in its `for`.
 * - A blackout stops the kinds that it names, whatever the windows say. One that lies ahead or behind stops nothing.
 * - `from` and `start` belong to their span, `to` and `end` do not; days of a blackout are whole days.
 * - All of it is local time in the rules' zone. What begins in the gap of spring begins when the gap ends. In the fold of
 *   autumn a window and a blackout last from the first occurrence of their start to the last occurrence of their end.
 *
 * What runs when a window closes, and rollbacks, are not the calendar's matter: the gate knows them.
 *
 * @param at ISO 8601 with an offset or "Z".
 * @throws RangeError when `at` is no such time; UserError when a blackout names a country that nobody knows.
 */
export function openness(rules: CalendarRules, at: string, kind: DeploymentKind): Openness {
  const calendar = calendarOf(rules);
  const now = Temporal.Instant.from(at).epochMilliseconds;
  const moment = { start: now, end: now + 1 };
  const blackout = lastToEnd(calendar.blackoutsIn(moment).filter((each) => each.blackout.for.includes(kind)));
  const window = lastToEnd(calendar.windowsIn(moment).filter((each) => admitted(each.window).includes(kind)));
  const stretch = calendar.openStretch(kind, now, now + farthest);
  const open = stretch !== undefined && stretch.start <= now;
  const change = open ? stretch.end : stretch?.start;
  return {
    open,
    because: reason(rules, kind, now, window, blackout),
    ...(window && { window: window.window }),
    ...(blackout && { blackout: blackout.blackout }),
    ...(change !== undefined &&
      change < now + farthest && { [open ? "closesAt" : "opensAt"]: new Date(change).toISOString() }),
  };
}

function reason(
  rules: CalendarRules,
  kind: DeploymentKind,
  now: number,
  window: WindowSpan | undefined,
  blackout: BlackoutSpan | undefined,
): string {
  const { clock } = calendarOf(rules);
  if (blackout) {
    const stopped = blackout.blackout.for.join(" and ");
    return `The blackout "${blackout.title}" stops ${stopped} deployments until ${clock.text(blackout.end)} (${rules.timeZone}).`;
  }
  if (window) {
    const kinds = admitted(window.window).join(", ");
    return `The window ${describeWindow(window.window)} (${rules.timeZone}) is open to ${kinds} deployments.`;
  }
  if (kind === "emergency") return "An emergency waits for no window, and no blackout names it.";
  return `No window for ${kind} deployments is open at ${clock.text(now)} (${rules.timeZone}).`;
}

/** Of several spans the one that lasts longest, the first of those that end together. */
function lastToEnd<T extends Span>(spans: readonly T[]): T | undefined {
  return spans.reduce<T | undefined>((last, span) => (last && last.end >= span.end ? last : span), undefined);
}
