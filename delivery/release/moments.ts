/** A moment so many minutes after another. Moments are ISO 8601 in UTC, as everywhere in the release domain. */
export function minutesAfter(moment: string, minutes: number): string {
  return new Date(Date.parse(moment) + minutes * 60_000).toISOString();
}

/** Whether a moment has come: the moment itself counts. */
export function hasCome(moment: string, now: string): boolean {
  return Date.parse(moment) <= Date.parse(now);
}

/** The later of two moments. */
export function later(one: string, other: string): string {
  return Date.parse(one) >= Date.parse(other) ? one : other;
}
