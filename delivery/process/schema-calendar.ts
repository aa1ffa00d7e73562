import { z } from "zod";
import { country, date, days, name, timeOfDay } from "./schema-values.ts";

/** What a deployment is: each kind may also use the windows of the kinds before it. A rollback needs no window. */
export const deploymentKinds = ["normal", "critical", "emergency"] as const;
/** `normal`: what was planned; `critical`: a fix that cannot wait until Monday; `emergency`: the short path. */
export type DeploymentKind = (typeof deploymentKinds)[number];

const window = z
  .strictObject({
    days: z.array(z.enum(days)).min(1),
    from: timeOfDay,
    /** Not included. "24:00" is the end of the day. */
    to: timeOfDay,
    /** The least urgent kind that may use it. */
    for: z.enum(deploymentKinds),
  })
  .refine(({ from, to }) => from < to, {
    path: ["to"],
    error: 'must be later than "from"; a window over midnight is two windows, the first to "24:00"',
  });

/** When nothing goes out, whatever the windows say: a deny beats an allow. One of the five ways to say when. */
const blackout = z.union([
  /** The public holidays of a country, as date-holidays knows them: "US". */
  z.strictObject({ title: z.string().min(1), holidays: country, for: kinds() }),
  /** From the fourth Friday of November (the day after Thanksgiving) to the Monday after it. */
  z.strictObject({ title: z.string().min(1), rule: z.literal("black-friday-to-cyber-monday"), for: kinds() }),
  /** The last business days of every quarter; holidays above are no business days. */
  z.strictObject({ title: z.string().min(1), lastBusinessDaysOfQuarter: z.int().min(1).max(20), for: kinds() }),
  /** Days by date, the last one included: a marketing campaign. */
  z
    .strictObject({ title: z.string().min(1), first: date, last: date, for: kinds() })
    .refine(({ first, last }) => first <= last, { path: ["last"], error: 'must not be before "first"' }),
  /** Hours of one day or several, in the calendar's time zone: a maintenance of a provider. */
  z
    .strictObject({ title: z.string().min(1), start: localTime(), end: localTime(), for: kinds() })
    .refine(({ start, end }) => start < end, { path: ["end"], error: 'must be later than "start"' }),
]);

/** Which kinds a blackout stops; an emergency passes unless it is named. */
function kinds() {
  return z.array(z.enum(deploymentKinds)).min(1).default(["normal", "critical"]);
}

function localTime() {
  const error = 'must be a local time such as "2026-12-05T02:00"';
  // Zod takes a "Z" for local, which would be another time.
  return z.iso.datetime({ local: true, precision: -1, error }).regex(/\d$/, { error });
}

/** Whether the time zones of this machine have it. Intl lists only one of two names ("Asia/Calcutta"), so it is asked for this one. */
function isTimeZone(zone: string): boolean {
  if (zone !== "UTC" && !/^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

export const calendarSchema = z.strictObject({
  /** IANA name; windows are in its local time, also when clocks change. */
  timeZone: z.string().refine(isTimeZone, { error: 'must be a time zone such as "America/New_York"' }),
  windows: z.array(window).min(1),
  blackouts: z.array(blackout),
  /** Deployables whose deployments no window limits, where a process has such. */
  unlimited: z.array(name).default([]),
});

export type CalendarRules = z.infer<typeof calendarSchema>;
export type Window = z.infer<typeof window>;
export type Blackout = z.infer<typeof blackout>;
