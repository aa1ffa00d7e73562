import { Temporal } from "temporal-polyfill";
import type { CalendarRules } from "../process/schema-calendar.ts";
import { contentLine, dateValue, quoted, text, utc } from "./ics-lines.ts";
import { type CalendarEntry, upcoming } from "./upcoming.ts";

/** A promotion that people agreed on a time for. */
interface ScheduledPromotion {
  /** Stays the same when the promotion is moved: "promotion-17". */
  readonly uid: string;
  /** "Production: Q4 Feature Release" */
  readonly title: string;
  /** ISO 8601 with an offset or "Z", as is `end`. */
  readonly start: string;
  readonly end: string;
  /** Who should be there. */
  readonly attendees: readonly { readonly email: string; readonly name?: string }[];
  readonly description: string;
}

export interface IcsOptions {
  /** When the file is made; each event's DTSTAMP. Given, so that the same arguments make the same file. */
  readonly stamp: string;
  /** What calendars call it. @default "Releases" */
  readonly title?: string;
  /** Makes the events' UIDs unique in the world. @default "slipway.invalid" */
  readonly domain?: string;
  /** Whom attendees see as the organizer. @default "releases@" and the domain */
  readonly organizer?: string;
  /** @default none */
  readonly promotions?: readonly ScheduledPromotion[];
}

/**
 * The calendar as an iCalendar file (RFC 5545) for people's own calendars: windows as free time, blackouts and scheduled
 * promotions as busy time. UIDs are stable, so that a calendar that subscribes to the file moves events rather than doubles
 * them. Windows are in UTC; whole days of a blackout are days, which each calendar shows as such wherever its reader is.
 *
 * @param from as for `upcoming`, which says what is thrown; scheduled promotions are in the file whatever their time.
 */
export function calendarIcs(rules: CalendarRules, from: string, until: string, options: IcsOptions): string {
  const domain = options.domain ?? "slipway.invalid";
  const title = options.title ?? "Releases";
  const stamp = utc(options.stamp);
  const events = [
    ...upcoming(rules, from, until).map((entry) => entryEvent(entry, `${entry.id}@${domain}`, stamp)),
    ...(options.promotions ?? []).map((promotion) =>
      promotionEvent(promotion, `${promotion.uid}@${domain}`, stamp, options.organizer ?? `releases@${domain}`),
    ),
  ];
  return component("VCALENDAR", [
    contentLine("VERSION", "2.0"),
    contentLine("PRODID", "-//Slipway//Release calendar//EN"),
    contentLine("CALSCALE", "GREGORIAN"),
    contentLine("X-WR-CALNAME", text(title)),
    ...(events.length > 0 ? events : [nothing(from, until, `nothing@${domain}`, stamp)]),
  ]);
}

function entryEvent(entry: CalendarEntry, uid: string, stamp: string): string {
  const kinds = entry.kinds.join(", ");
  const window = entry.type === "window";
  return component("VEVENT", [
    contentLine("UID", text(uid)),
    contentLine("DTSTAMP", stamp),
    ...(entry.days
      ? [
          contentLine("DTSTART;VALUE=DATE", dateValue(entry.days.first)),
          contentLine("DTEND;VALUE=DATE", dateValue(`${Temporal.PlainDate.from(entry.days.last).add({ days: 1 })}`)),
        ]
      : times(entry)),
    contentLine("SUMMARY", text(window ? entry.title : `No deployments: ${entry.title}`)),
    contentLine("DESCRIPTION", text(window ? `Open to ${kinds} deployments.` : `Stops ${kinds} deployments.`)),
    contentLine("CATEGORIES", window ? "DEPLOYMENT WINDOW" : "BLACKOUT"),
    contentLine("TRANSP", window ? "TRANSPARENT" : "OPAQUE"),
  ]);
}

function promotionEvent(promotion: ScheduledPromotion, uid: string, stamp: string, organizer: string): string {
  return component("VEVENT", [
    contentLine("UID", text(uid)),
    contentLine("DTSTAMP", stamp),
    ...times(promotion),
    contentLine("SUMMARY", text(promotion.title)),
    ...(promotion.description === "" ? [] : [contentLine("DESCRIPTION", text(promotion.description))]),
    contentLine("CATEGORIES", "PROMOTION"),
    contentLine("TRANSP", "OPAQUE"),
    // With attendees an event is a group's, and section 3.8.4.3 asks for an organizer.
    ...(promotion.attendees.length > 0 ? [contentLine("ORGANIZER", mailto(organizer))] : []),
    ...promotion.attendees.map(({ email, name }) =>
      contentLine(name === undefined ? "ATTENDEE" : `ATTENDEE;CN=${quoted(name)}`, mailto(email)),
    ),
  ]);
}

/** A calendar has a component at least (section 3.6): that nothing is busy. */
function nothing(from: string, until: string, uid: string, stamp: string): string {
  return component("VFREEBUSY", [
    contentLine("UID", text(uid)),
    contentLine("DTSTAMP", stamp),
    ...times({ start: from, end: until }),
  ]);
}

function times({ start, end }: { readonly start: string; readonly end: string }): string[] {
  return [contentLine("DTSTART", utc(start)), contentLine("DTEND", utc(end))];
}

function mailto(email: string): string {
  return `mailto:${encodeURI(email.trim())}`;
}

function component(name: string, lines: readonly string[]): string {
  return [contentLine("BEGIN", name), ...lines, contentLine("END", name)].join("");
}
