import path from "node:path";
import type { Command } from "commander";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { calendarIcs } from "../../../calendar/ics.ts";
import { type Openness, openness } from "../../../calendar/openness.ts";
import { type CalendarEntry, upcoming } from "../../../calendar/upcoming.ts";
import { upcomingText } from "../../../calendar/upcoming-text.ts";
import { ZoneClock } from "../../../calendar/zone-clock.ts";
import { UsageError } from "../../../errors.ts";
import { processFilePath, readProcess } from "../../../process/read.ts";
import type { Process } from "../../../process/schema.ts";
import { type DeploymentKind, deploymentKinds } from "../../../process/schema-calendar.ts";
import { printJson, printNote, styled, table } from "../../terminal.ts";
import { countOf } from "../count-option.ts";
import { writeOutput } from "../write-output.ts";

interface CalendarOptions {
  readonly days: string;
  /** True: to standard output. */
  readonly ics?: string | true;
  readonly json?: boolean;
  readonly process?: string;
}

/** What the calendar says now and of the days ahead. */
interface CalendarView {
  readonly title: string;
  readonly timeZone: string;
  readonly from: string;
  readonly until: string;
  readonly now: Readonly<Record<DeploymentKind, Openness>>;
  readonly entries: readonly CalendarEntry[];
}

/** `upcoming` shows ten years at most. */
const mostDays = 3652;

/** Adds `release calendar`. */
export function addCalendar(release: Command): void {
  release
    .command("calendar")
    .summary("When releases may go out: whether it is open now, and the windows and blackouts ahead")
    .description(
      "When releases may go out: whether it is open now for each kind of deployment, and the windows and blackouts ahead.\nIt is read from the process alone: neither a database nor a login is needed.",
    )
    .option("--days <number>", "how far to look ahead", "30")
    .option("--ics [file]", "as iCalendar for people's own calendars, into the file or to standard output")
    .option("--process <file>", "another process than delivery/process.yaml")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway release calendar --days 90 --ics releases.ics")
    .action((options: CalendarOptions) => show(options, new Date()));
}

function show(options: CalendarOptions, now: Date): void {
  const { ics, json } = options;
  const days = countOf("--days", options.days, mostDays);
  if (json && ics !== undefined)
    throw new UsageError("--ics and --json are two forms of the same.\n  Leave one of them out.");
  const { process: rules } = readProcess(options.process ?? path.join(checkoutRoot, processFilePath));
  const view = calendarView(rules, now, days);
  if (json) printJson(view);
  else if (ics === undefined) process.stdout.write(`${calendarText(rules, view)}\n`);
  else if (ics === true) process.stdout.write(icsOf(rules, view));
  else {
    writeOutput(ics, icsOf(rules, view));
    printNote(`${ics} has the windows and blackouts until ${view.until}`);
  }
}

/** Without windows for emergencies alone, as `calendarText`. */
function icsOf({ calendar, title }: Process, { from, until }: CalendarView): string {
  const windows = calendar.windows.filter((window) => window.for !== "emergency");
  return calendarIcs({ ...calendar, windows }, from, until, { stamp: from, title: `Releases: ${title}` });
}

/** @param days how far to look ahead, 1 to 3652 */
export function calendarView({ calendar, title }: Process, now: Date, days: number): CalendarView {
  const from = now.toISOString();
  const until = new Date(now.getTime() + days * 86_400_000).toISOString();
  const at = (kind: DeploymentKind) => openness(calendar, from, kind);
  return {
    title,
    timeZone: calendar.timeZone,
    from,
    until,
    now: { normal: at("normal"), critical: at("critical"), emergency: at("emergency") },
    entries: upcoming(calendar, from, until),
  };
}

/**
 * For a terminal, in the calendar's local time. Windows for emergencies alone are left out: an emergency waits for no window, and
 * there may be one on every day.
 */
export function calendarText({ calendar }: Pick<Process, "calendar">, view: CalendarView): string {
  const clock = new ZoneClock(view.timeZone);
  const local = (moment: string) => clock.text(Date.parse(moment));
  const rows = deploymentKinds.map((kind) => {
    const { because, closesAt, open, opensAt } = view.now[kind];
    const next = open
      ? closesAt && `closes ${local(closesAt)}`
      : opensAt
        ? `opens ${local(opensAt)}`
        : "does not open within two years";
    return [`  ${kind}`, open ? styled("green", "open") : styled("red", "closed"), next ?? "", because];
  });
  const telling = view.entries.filter(({ kinds, type }) => type === "blackout" || kinds.join() !== "emergency");
  const ahead = upcomingText(calendar, telling).map((line) => `  ${line}`);
  return [
    `Now, ${local(view.from)} (${view.timeZone}):`,
    table(rows),
    `Until ${local(view.until)}:`,
    ...(ahead.length > 0 ? ahead : ["  no window and no blackout"]),
  ].join("\n");
}
