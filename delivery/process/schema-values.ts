import { z } from "zod";

/** Keys of the process: GitHub's slugs and environments take them, and so do file names. */
export const name = text(
  /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
  'must be 2 to 40 lower-case letters, digits and dashes, such as "qa-lead"',
);

/** A text of a form; the message says so of any other value too. */
function text(form: RegExp, error: string) {
  return z.string({ error }).regex(form, { error });
}

const units = { min: 1, h: 60, days: 1440, day: 1440, weeks: 10080, week: 10080 } as const;

/** A span of time as people write it, in minutes: "15 min", "4 h", "2 days", "1 week". */
export const duration = text(
  /^\d{1,5} (min|h|days?|weeks?)$/,
  'must be a span such as "15 min", "4 h", "2 days" or "1 week"',
).transform((span) => {
  const [count, unit] = span.split(" ");
  return Number(count) * units[unit as keyof typeof units];
});

export const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A time of day on a 24-hour clock: "16:00". */
export const timeOfDay = text(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day such as "10:00"');

/** A country as ISO 3166 codes it: "US". */
export const country = text(/^[A-Z]{2}$/, 'must be a country\'s two letters such as "US"');

/** A day of the calendar: "2026-11-27". */
export const date = z.iso.date({ error: 'must be a day such as "2026-11-27"' });
