import { openness } from "../calendar/openness.ts";
import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { CalendarRules, DeploymentKind } from "../process/schema-calendar.ts";
import { days } from "../process/schema-values.ts";
import type { GateFacts, Obstacle } from "./gate-model.ts";
import type { GatePath } from "./gate-path.ts";
import { environmentTitle, minutesInWords } from "./gate-words.ts";
import type { Deployment } from "./model.ts";
import { hasCome, minutesAfter } from "./moments.ts";

/** What the calendar says: its obstacles, and when it closes if it is open. */
export interface CalendarWord {
  readonly obstacles: readonly Obstacle[];
  readonly closesAt?: string;
}

/** Asks the calendar, where one holds. Both a window that is closed and a blackout are told. */
export function judgeCalendar(process: Process, facts: GateFacts, path: GatePath): CalendarWord {
  if (path.calendar === undefined) return { obstacles: [] };
  const word = openness(rulesFor(process, path), facts.now, path.calendar);
  if (word.open) return { obstacles: [], ...(word.closesAt === undefined ? {} : { closesAt: word.closesAt }) };
  const until = word.opensAt === undefined ? {} : { until: word.opensAt };
  const closed: Obstacle[] = [];
  if (word.window === undefined && path.calendar !== "emergency") {
    closed.push({
      kind: "window",
      what: `No window for ${path.calendar} deployments is open now.`,
      remedy: `${waitUntil(word.opensAt)}${shorterWay(path.calendar)}`,
      ...until,
    });
  }
  if (word.blackout !== undefined) {
    closed.push({
      kind: "blackout",
      what: word.because,
      remedy: `${waitUntil(word.opensAt)}${shorterWay(path.calendar)}`,
      ...until,
    });
  }
  return { obstacles: closed };
}

/** The first moment, not before the given one, at which the calendar is open; undefined when nobody can say. */
export function calendarOpens(process: Process, path: GatePath, moment: string): string | undefined {
  if (path.calendar === undefined) return moment;
  const word = openness(rulesFor(process, path), moment, path.calendar);
  return word.open ? moment : word.opensAt;
}

function waitUntil(moment: string | undefined): string {
  return moment === undefined ? "Nobody can say when it opens next." : `Wait until ${moment}.`;
}

function shorterWay(kind: DeploymentKind): string {
  return kind === "emergency"
    ? ""
    : " What cannot wait is an emergency, with an incident; a rollback goes out at any time.";
}

const limitless = new WeakMap<CalendarRules, CalendarRules>();

/** The rules with a window that never closes, where no window limits what is deployed; blackouts hold all the same. */
function rulesFor({ calendar }: Process, path: GatePath): CalendarRules {
  if (!path.anyHour) return calendar;
  const known = limitless.get(calendar);
  if (known !== undefined) return known;
  // Kept, because the calendar works out a year once for each set of rules.
  const rules: CalendarRules = {
    ...calendar,
    windows: [{ days: [...days], from: "00:00", to: "24:00", for: "normal" }],
  };
  limitless.set(calendar, rules);
  return rules;
}

/**
 * Whether the bundle stands verified in the environment before, long enough. Its last deployment there counts, so that a
 * verification that was taken back closes the way.
 */
export function judgePrevious(process: Process, facts: GateFacts, path: GatePath): Obstacle[] {
  const environment = ownValue(process.environments, facts.promotion.environment);
  if (!path.previous || environment?.from === undefined) return [];
  const { from, soak } = environment;
  const place = environmentTitle(process, from);
  const last = lastDeployment(facts, from);
  const missing = unverified(last, place);
  if (missing !== undefined) return [{ kind: "previous", ...missing }];
  const until = minutesAfter(last?.verifiedAt ?? facts.now, soak);
  if (soak === 0 || hasCome(until, facts.now)) return [];
  return [
    {
      kind: "soak",
      what: `The bundle has to stand verified in ${place} for ${minutesInWords(soak)}: since ${last?.verifiedAt} it does.`,
      remedy: `Wait until ${until}.`,
      until,
    },
  ];
}

/**
 * Told when the bundle takes longer from one environment to the next than the process wants, counted from the start of its last
 * deployment there, which is when the last approval was given.
 */
export function lateness(process: Process, facts: GateFacts, path: GatePath): string[] {
  const environment = ownValue(process.environments, facts.promotion.environment);
  if (!path.previous || environment?.from === undefined || environment.completeWithin === undefined) return [];
  const last = lastDeployment(facts, environment.from);
  if (last === undefined) return [];
  const end = minutesAfter(last.startedAt, environment.completeWithin);
  if (Date.parse(end) >= Date.parse(facts.now)) return [];
  const [here, there] = [environment.title, environmentTitle(process, environment.from)];
  return [
    `It should have been in ${here} by ${end}, within ${minutesInWords(environment.completeWithin)} of ${there}.`,
  ];
}

/** The bundle's newest deployment in an environment. */
function lastDeployment({ before, promotion }: GateFacts, environment: string): Deployment | undefined {
  return before
    .filter((one) => one.environment === environment && one.bundle === promotion.bundle)
    .reduce<Deployment | undefined>((best, one) => (best === undefined || isNewer(one, best) ? one : best), undefined);
}

function isNewer(one: Deployment, other: Deployment): boolean {
  const difference = Date.parse(one.startedAt) - Date.parse(other.startedAt);
  return difference > 0 || (difference === 0 && one.id > other.id);
}

function unverified(last: Deployment | undefined, place: string): Pick<Obstacle, "what" | "remedy"> | undefined {
  const again = `Deploy it there and verify it.`;
  if (last === undefined) return { what: `The bundle was never deployed to ${place}.`, remedy: again };
  const which = `deployment ${last.id} of the bundle to ${place}`;
  if (last.endedAt === undefined)
    return { what: `The ${which} still runs.`, remedy: "Wait for its end, and verify it." };
  if (last.outcome !== "succeeded") return { what: `The ${which} failed.`, remedy: again };
  switch (last.verdict) {
    case "passed":
      // Without a moment nobody knows how long it has stood.
      return last.verifiedAt === undefined
        ? { what: `Nobody has said when the ${which} was verified.`, remedy: "Verify it again." }
        : undefined;
    case "failed":
      return { what: `The ${which} failed verification.`, remedy: "Mend what is wrong and bring a new bundle." };
    case "error":
      return { what: `Verification of the ${which} came to no result.`, remedy: "Verify it again." };
    case "inconclusive":
      return { what: `Verification of the ${which} was inconclusive.`, remedy: "A person looks at it and decides." };
    default:
      return { what: `The ${which} is not verified yet.`, remedy: "Verify it." };
  }
}
