import { Temporal } from "temporal-polyfill";
import { BoundedCache } from "./bounded-cache.ts";

const hour = 3_600_000;
/** More than any clock differs from UTC, and than any change of a clock (Samoa left out a whole day in 2011). */
const margin = 48 * hour;

/** A time between two changes of the clock. All in milliseconds. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/**
 * The clock on the wall of one time zone. A *wall time* is what such a clock shows, as the milliseconds that UTC would have
 * when its clocks show the same: `Date.UTC(2026, 10, 30, 10)` is ten o'clock, whatever the zone.
 *
 * Twice a year a wall time has no moment or two:
 * - in the gap of spring both `earliest` and `latest` are the moment in which the gap ends;
 * - in the fold of autumn `earliest` is the first occurrence, `latest` the second.
 */
export class ZoneClock {
  readonly zone: string;
  readonly #years = new BoundedCache<number, readonly Stretch[]>(32);

  /** @param zone IANA name. A name that nobody knows throws a RangeError at the first use; the schema refuses it before. */
  constructor(zone: string) {
    this.zone = zone;
  }

  earliest(wall: number): number {
    return Math.min(...this.#occurrences(wall));
  }

  latest(wall: number): number {
    return Math.max(...this.#occurrences(wall));
  }

  /** What the clock shows at a moment. */
  wall(moment: number): number {
    const stretch = this.#stretches(moment).find(({ end }) => moment < end);
    return moment + (stretch?.offset ?? 0);
  }

  /** A moment for people: "2026-12-01 10:00". */
  text(moment: number): string {
    return new Date(this.wall(moment)).toISOString().slice(0, 16).replace("T", " ");
  }

  #occurrences(wall: number): number[] {
    const stretches = this.#stretches(wall);
    const moments = stretches
      .map(({ start, end, offset }) => ({ start, end, moment: wall - offset }))
      .filter(({ start, end, moment }) => start <= moment && moment < end)
      .map(({ moment }) => moment);
    if (moments.length > 0) return moments;
    const before = stretches.findLast(({ end, offset }) => end + offset <= wall);
    return [before?.end ?? wall];
  }

  #stretches(time: number): readonly Stretch[] {
    const year = new Date(time).getUTCFullYear();
    return this.#years.get(year, () => stretchesOf(this.zone, year));
  }
}

/** A year's stretches with a margin on both sides, so that every wall time of the year has its moment among them. */
function stretchesOf(zone: string, year: number): Stretch[] {
  const end = Date.UTC(year + 1, 0, 1) + margin;
  const stretches: Stretch[] = [];
  let from: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    Date.UTC(year, 0, 1) - margin,
  ).toZonedDateTimeISO(zone);
  while (from !== null && from.epochMilliseconds < end) {
    const next: Temporal.ZonedDateTime | null = from.getTimeZoneTransition("next");
    stretches.push({
      start: from.epochMilliseconds,
      end: Math.min(next?.epochMilliseconds ?? end, end),
      offset: from.offsetNanoseconds / 1_000_000,
    });
    from = next;
  }
  return stretches;
}
