import { ownValue } from "../flags/flag.ts";
import { promotionLine } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";
import { approvalWaits, roleWaits, type Wait } from "./approval-time.ts";
import { type Dora, type DoraEvents, doraEventsIn, doraOf, type Times, times } from "./dora.ts";
import type { MetricsFacts } from "./facts.ts";
import { wholeWeeks } from "./frequency.ts";
import { type JudgedDeployment, judgedDeployments } from "./judged.ts";
import { type Counts, countsOf, eventsIn, type KpiSet, kpisOf } from "./kpis.ts";
import { leadTimes } from "./lead-time.ts";
import { type Outage, outages } from "./recovery.ts";
import { lastWeeks, type Week, within } from "./week.ts";

/** The metrics of some weeks, as plain data. */
export interface MetricsReport {
  readonly title: string;
  readonly processVersion: number;
  readonly timeZone: string;
  readonly generatedAt: string;
  /** The oldest first; the last is not over. */
  readonly weeks: readonly Week[];
  /** In the order of promotion. */
  readonly environments: readonly EnvironmentMetrics[];
}

export interface EnvironmentMetrics {
  readonly environment: string;
  readonly title: string;
  /** Whether the process' targets are for it: they are for the last environment. */
  readonly hasTargets: boolean;
  readonly period: { readonly counts: Counts; readonly kpis: KpiSet };
  readonly weeks: readonly { readonly week: string; readonly counts: Counts; readonly kpis: KpiSet }[];
  /** How long each role's approval took, in the whole period. */
  readonly roles: readonly { readonly role: string; readonly title: string; readonly waits: Times }[];
  readonly deployables: readonly DeployableMetrics[];
}

export interface DeployableMetrics {
  readonly deployable: string;
  readonly title: string;
  readonly period: Dora;
  readonly weeks: readonly ({ readonly week: string } & Dora)[];
  /** Since when it is bad, where nothing has gone well since. */
  readonly badSince?: string;
}

/** Three months, as the query of seeds/002 looks back ("INTERVAL '3 months'"). */
const defaultWeeks = 13;

/**
 * Computes the metrics of the last weeks, for each environment and in it for each deployable. Weeks are those of the calendar's time
 * zone. A pure function: the order in which facts are given does not matter.
 *
 * @param at.weeks how many, the one that has begun included. @default 13
 */
export function metricsReport(
  process: Process,
  facts: MetricsFacts,
  at: { readonly now: string; readonly weeks?: number },
): MetricsReport {
  const { timeZone } = process.calendar;
  const weeks = lastWeeks(at.now, at.weeks ?? defaultWeeks, timeZone);
  const judged = judgedDeployments(facts);
  const waits = approvalWaits(process, facts);
  const waitsOfRoles = roleWaits(facts);
  const environments = environmentsToShow(process, judged, waits).map((environment) => {
    const own = {
      judged: judged.filter(({ deployment }) => deployment.environment === environment),
      waits: waits.filter((wait) => wait.environment === environment),
      waitsOfRoles: waitsOfRoles.filter((wait) => wait.environment === environment),
    };
    return environmentMetrics(process, facts, environment, own, weeks, at.now);
  });
  return { title: process.title, processVersion: process.version, timeZone, generatedAt: at.now, weeks, environments };
}

interface Own {
  readonly judged: readonly JudgedDeployment[];
  readonly waits: readonly Wait[];
  readonly waitsOfRoles: readonly Wait[];
}

function environmentMetrics(
  process: Process,
  facts: MetricsFacts,
  environment: string,
  own: Own,
  weeks: readonly Week[],
  now: string,
): EnvironmentMetrics {
  const hasTargets = environment === promotionLine(process).at(-1);
  const targets = hasTargets ? process.metrics : undefined;
  const whole = (some: readonly Week[]) => wholeWeeks(some, own.judged, now);
  const sum = (span: readonly Week[]) => {
    const events = eventsIn(own, spanOf(span));
    return { counts: countsOf(events.judged), kpis: kpisOf({ ...events, whole: whole(span) }, targets) };
  };
  return {
    environment,
    title: ownValue(process.environments, environment)?.title ?? environment,
    hasTargets,
    period: sum(weeks),
    weeks: weeks.map((week) => ({ week: week.name, ...sum([week]) })),
    roles: roleTimes(process, own.waitsOfRoles, spanOf(weeks)),
    deployables: deployablesOf(process, own.judged).map((deployable) =>
      deployableMetrics(process, facts, deployable, own.judged, weeks, whole),
    ),
  };
}

function deployableMetrics(
  process: Process,
  facts: MetricsFacts,
  deployable: string,
  judged: readonly JudgedDeployment[],
  weeks: readonly Week[],
  whole: (some: readonly Week[]) => readonly Week[],
): DeployableMetrics {
  const events: DoraEvents = {
    judged: judged.filter(({ promotion }) => promotion?.changed.includes(deployable)),
    leadTimes: leadTimes(facts, judged, deployable),
    outages: outages(judged, deployable),
  };
  const open = events.outages.find((outage: Outage) => outage.to === undefined);
  return {
    deployable,
    title: ownValue(process.deployables, deployable)?.title ?? deployable,
    period: doraOf(doraEventsIn(events, spanOf(weeks)), whole(weeks)),
    weeks: weeks.map((week) => ({ week: week.name, ...doraOf(doraEventsIn(events, week), whole([week])) })),
    ...(open === undefined ? {} : { badSince: open.from }),
  };
}

/** Those of the process in which something happened, and the last one in any case; then what the process does not know any more. */
function environmentsToShow(process: Process, judged: readonly JudgedDeployment[], waits: readonly Wait[]): string[] {
  const known = Object.keys(process.environments);
  const active = new Set([
    ...judged.map(({ deployment }) => deployment.environment),
    ...waits.map(({ environment }) => environment),
  ]);
  const unknown = [...active].filter((environment) => !known.includes(environment)).sort();
  return [...known.filter((one) => active.has(one) || one === promotionLine(process).at(-1)), ...unknown];
}

function deployablesOf(process: Process, judged: readonly JudgedDeployment[]): string[] {
  const known = Object.keys(process.deployables);
  const changed = new Set(judged.flatMap(({ promotion }) => promotion?.changed ?? []));
  return [...known.filter((one) => changed.has(one)), ...[...changed].filter((one) => !known.includes(one)).sort()];
}

function roleTimes(process: Process, waits: readonly Wait[], span: Pick<Week, "start" | "end">) {
  const inside = waits.filter(({ approvedAt }) => within(approvedAt, span));
  const roles = [...new Set(inside.flatMap(({ role }) => (role === undefined ? [] : [role])))].sort();
  return roles.map((role) => ({
    role,
    title: ownValue(process.roles, role)?.title ?? role,
    waits: times(inside.filter((wait) => wait.role === role).map(({ hours }) => hours)),
  }));
}

function spanOf(weeks: readonly Week[]): Pick<Week, "start" | "end"> {
  return { start: weeks[0]?.start ?? "", end: weeks.at(-1)?.end ?? "" };
}
