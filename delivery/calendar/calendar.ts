import type { CalendarRules, DeploymentKind } from "../process/schema-calendar.ts";
import { type BlackoutSpan, datedBlackouts, yearlyBlackouts } from "./blackouts.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { type Span, subtract, union } from "./spans.ts";
import { admitted, type WindowSpan, windowsOf } from "./windows.ts";
import { ZoneClock } from "./zone-clock.ts";

const day = 86_400_000;

/** Years of one calendar that are kept; about 400 spans each. */
const keptYears = 12;

const calendars = new WeakMap<CalendarRules, Calendar>();

/** The calendar of some rules, made once as long as the rules are in use. Rules are plain data that nobody changes. */
export function calendarOf(rules: CalendarRules): Calendar {
  const known = calendars.get(rules);
  if (known) return known;
  const calendar = new Calendar(rules);
  calendars.set(rules, calendar);
  return calendar;
}

/** What the rules say of each year, worked out when a year is first asked for. Years are the zone's own. */
export class Calendar {
  readonly clock: ZoneClock;
  readonly #rules: CalendarRules;
  readonly #dated: readonly BlackoutSpan[];
  readonly #windows = new BoundedCache<number, readonly WindowSpan[]>(keptYears);
  readonly #yearly = new BoundedCache<number, readonly BlackoutSpan[]>(keptYears);
  readonly #open = new BoundedCache<string, readonly Span[]>(3 * keptYears);

  constructor(rules: CalendarRules) {
    this.#rules = rules;
    this.clock = new ZoneClock(rules.timeZone);
    this.#dated = datedBlackouts(rules, this.clock);
  }

  /** The windows that have a moment in common with a span, sorted by their start. */
  windowsIn(span: Span): WindowSpan[] {
    return this.#years(span.start - 2 * day, span.end + 2 * day).flatMap((year) =>
      this.#windowsOf(year).filter((window) => window.start < span.end && span.start < window.end),
    );
  }

  /** The blackouts that have a moment in common with a span; those of one rule are sorted. */
  blackoutsIn(span: Span): BlackoutSpan[] {
    // A holiday lasts some days: one that began in December may be there in January.
    const yearly = this.#years(span.start - 30 * day, span.end + 2 * day).flatMap((year) => this.#yearlyOf(year));
    return [...this.#dated, ...yearly].filter((each) => each.start < span.end && span.start < each.end);
  }

  /**
   * The first stretch in which a kind may go, of those that end after `moment`: windows without blackouts, neighbours taken
   * together. It may have begun before.
   * @param limit how far to look at least; what comes later may be missing, and a stretch that lasts longer may be cut off.
   */
  openStretch(kind: DeploymentKind, moment: number, limit: number): Span | undefined {
    let found: Span | undefined;
    for (let year = this.#yearOf(moment - 2 * day); year <= this.#yearOf(limit) + 1; year += 1) {
      for (const { start, end } of this.#openSpans(kind, year)) {
        if (found && start > found.end) return found;
        if (found) found = { start: found.start, end: Math.max(found.end, end) };
        else if (end > moment) found = { start, end };
      }
    }
    return found;
  }

  /**
   * The stretches of one year in which a kind may go. An emergency waits for no window ("Immediate" says the source of the
   * approval matrix), so that all of the year is open to it but the blackouts that name it.
   */
  #openSpans(kind: DeploymentKind, year: number): readonly Span[] {
    return this.#open.get(`${kind} ${year}`, () => {
      const allowed =
        kind === "emergency"
          ? [this.#year(year)]
          : this.#windowsOf(year).filter(({ window }) => admitted(window).includes(kind));
      const denied = [...this.#dated, ...[year - 1, year, year + 1].flatMap((near) => this.#yearlyOf(near))];
      return subtract(union(allowed), union(denied.filter(({ blackout }) => blackout.for.includes(kind))));
    });
  }

  #windowsOf(year: number): readonly WindowSpan[] {
    return this.#windows.get(year, () => windowsOf(this.#rules, this.clock, year));
  }

  #yearlyOf(year: number): readonly BlackoutSpan[] {
    return this.#yearly.get(year, () => yearlyBlackouts(this.#rules, this.clock, year));
  }

  #year(year: number): Span {
    return { start: this.clock.earliest(Date.UTC(year, 0, 1)), end: this.clock.latest(Date.UTC(year + 1, 0, 1)) };
  }

  #yearOf(moment: number): number {
    return new Date(this.clock.wall(moment)).getUTCFullYear();
  }

  #years(start: number, end: number): number[] {
    const first = this.#yearOf(start);
    return Array.from({ length: this.#yearOf(end) - first + 1 }, (_, index) => first + index);
  }
}
