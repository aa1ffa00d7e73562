import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import { UsageError } from "../errors.ts";
import type { CalendarRules, DeploymentKind } from "../process/schema-calendar.ts";
import type { BlackoutSpan } from "./blackouts.ts";
import { type Calendar, calendarOf } from "./calendar.ts";
import type { Span } from "./spans.ts";
import { admitted, type WindowSpan } from "./windows.ts";

/** The longest time that `upcoming` lists: ten years. */
const longest = 3653 * 86_400_000;

/** A window or a blackout that lies ahead. Plain data, as `release calendar --json` prints it. */
export interface CalendarEntry {
  /** The same in every list that has this entry, and of no other entry. */
  readonly id: string;
  readonly type: "window" | "blackout";
  /** "Deployment window (normal)", "Major holidays: Thanksgiving Day". */
  readonly title: string;
  /** Of a window: the kinds that may go. Of a blackout: the kinds that may not. */
  readonly kinds: readonly DeploymentKind[];
  /** ISO 8601, UTC; `end` is not included. */
  readonly start: string;
  readonly end: string;
  /** The whole days that a blackout takes in the calendar's zone, both included; absent for hours. */
  readonly days?: { readonly first: string; readonly last: string };
}

/**
 * What lies ahead: every window and every blackout with a moment in `from` to `until` (not included), in order. Entries are
 * whole, also where they begin before `from`.
 *
 * Windows are listed as they may be used: without the time in which blackouts leave nobody but emergencies (which wait for
 * no window anyhow), and with the kinds that are left. A window that a blackout cuts in two is two entries.
 *
 * @param from ISO 8601 with an offset or "Z", as is `until`.
 * @throws UsageError when `until` is not after `from`, or more than ten years after it.
 */
export function upcoming(rules: CalendarRules, from: string, until: string): CalendarEntry[] {
  const [start, end] = [from, until].map((text) => Temporal.Instant.from(text).epochMilliseconds) as [number, number];
  if (end <= start) throw new UsageError(`The calendar's end ${until} is not after its beginning ${from}.`);
  if (end - start > longest) throw new UsageError(`The calendar shows ten years at most; ${from} to ${until} is more.`);
  const calendar = calendarOf(rules);
  const blackouts = calendar.blackoutsIn({ start, end });
  const entries = [
    ...blackouts.map(blackoutEntry),
    ...calendar.windowsIn({ start, end }).flatMap((window) => windowEntries(calendar, window)),
  ].filter((entry) => Date.parse(entry.start) < end && start < Date.parse(entry.end));
  return distinct(entries.sort((a, b) => a.start.localeCompare(b.start) || a.type.localeCompare(b.type)));
}

function blackoutEntry({ blackout, title, start, end, days }: BlackoutSpan): CalendarEntry {
  const hash = createHash("sha256").update(title).digest("hex").slice(0, 12);
  const when = days ? `${days.first}` : iso(start).slice(0, 16).replaceAll(/[-:]/g, "");
  return {
    id: `blackout-${when}-${hash}`,
    type: "blackout",
    title,
    kinds: blackout.for,
    start: iso(start),
    end: iso(end),
    ...(days && { days }),
  };
}

/** A window's usable parts: cut where a blackout begins or ends. */
function windowEntries(calendar: Calendar, span: WindowSpan): CalendarEntry[] {
  const { window, date } = span;
  const blackouts = calendar.blackoutsIn(span);
  const inside = blackouts
    .flatMap(({ start, end }) => [start, end])
    .filter((cut) => span.start < cut && cut < span.end);
  const cuts = [...new Set([span.start, ...inside, span.end])].sort((a, b) => a - b);
  const parts: (Span & { readonly kinds: readonly DeploymentKind[] })[] = [];
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    const stopped = blackouts
      .filter((each) => each.start <= start && start < each.end)
      .flatMap(({ blackout }) => blackout.for);
    const kinds = admitted(window).filter((kind) => !stopped.includes(kind));
    const end = cuts[index + 1] ?? span.end;
    const last = parts.at(-1);
    if (last?.end === start && last.kinds.join() === kinds.join()) parts.splice(-1, 1, { ...last, end });
    else if (kinds.some((kind) => kind === window.for || kind !== "emergency")) parts.push({ start, end, kinds });
  }
  const id = `window-${date}-${window.from}-${window.to}-${window.for}`.replaceAll(":", "");
  return parts.map(({ start, end, kinds }, index) => ({
    id: index === 0 ? id : `${id}-${index + 1}`,
    type: "window",
    title: `Deployment window (${window.for})`,
    kinds,
    start: iso(start),
    end: iso(end),
  }));
}

/** Rules may say the same thing twice: the second gets an id of its own. */
function distinct(entries: readonly CalendarEntry[]): CalendarEntry[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const count = (seen.get(entry.id) ?? 0) + 1;
    seen.set(entry.id, count);
    return count === 1 ? entry : { ...entry, id: `${entry.id}-again-${count}` };
  });
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}
