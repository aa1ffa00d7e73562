import type { Times } from "./dora.ts";
import type { Kpi } from "./kpis.ts";
import type { Share } from "./statistics.ts";
import type { KpiKey, KpiUnit, Target } from "./targets.ts";

/** What people call them. */
export const kpiTitles: Readonly<Record<KpiKey, string>> = {
  successRate: "Success rate",
  approvalTime: "Average approval time",
  rollbackRate: "Rollback rate",
  emergencyShare: "Emergency share",
  deploymentFrequency: "Deployment frequency",
};

/** For what there is nothing to measure of. */
export const nothing = "–";

/** "97.5 %"; up to two digits behind the point, so that a value near its target does not look like it. */
export function percentText(percent: number | null): string {
  return percent === null ? nothing : `${digits(percent)} %`;
}

/** "40 min", "3.5 h", "2.1 days": the unit in which a number is easily read. */
export function hoursText(hours: number | null): string {
  if (hours === null) return nothing;
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${digits(hours)} h` : `${digits(hours / 24)} days`;
}

export function valueText({ unit, value }: Pick<Kpi, "unit" | "value">): string {
  if (unit === "percent") return percentText(value);
  return unit === "hours" ? hoursText(value) : frequencyText(value);
}

export function frequencyText(perWeek: number | null): string {
  return perWeek === null ? nothing : `${digits(perWeek)} a week`;
}

/** "39 of 40; likely 87 to 100 %". */
export function shareText({ count, likely, of }: Omit<Share, "percent">): string {
  if (likely === null) return "of none";
  const [low, high] = likely;
  return `${count} of ${of}; likely ${Math.floor(low)} to ${Math.ceil(high)} %`;
}

/** Of what a value is made. */
export function basisText({ count = 0, likely, observations, p50, p90, unit }: Kpi): string {
  if (unit === "percent") return shareText({ count, likely: likely ?? null, of: observations });
  if (unit === "per week") return observations === 1 ? "over 1 whole week" : `over ${observations} whole weeks`;
  if (observations === 0) return "of no approval";
  return `${observations} approved; half within ${hoursText(p50 ?? null)}, 9 of 10 within ${hoursText(p90 ?? null)}`;
}

/** "half within 3 h, 9 of 10 within 6 h (7)". */
export function timesText({ observations, p50, p90 }: Times): string {
  if (observations === 0) return nothing;
  if (observations === 1) return `${hoursText(p50)} (1)`;
  return `half within ${hoursText(p50)}, 9 of 10 within ${hoursText(p90)} (${observations})`;
}

/** ">99 %", "<4 h", "2 to 3 a week". */
export function targetText({ better, least, most, value }: Target, unit: KpiUnit): string {
  const suffix = { percent: " %", hours: " h", "per week": " a week" }[unit];
  if (better === "between") return `${least} to ${most}${suffix}`;
  return `${better === "above" ? ">" : "<"}${value}${suffix}`;
}

const observed: Readonly<Record<KpiUnit, readonly [string, string]>> = {
  percent: ["deployment", "deployments"],
  hours: ["approval", "approvals"],
  "per week": ["whole week", "whole weeks"],
};

/** "met", "missed", "3 deployments: too few to judge"; empty where there is no target. */
export function verdictText({ observations, unit, verdict }: Kpi): string {
  if (verdict !== "too few") return verdict ?? "";
  const [one, many] = observed[unit];
  return `${observations === 0 ? "no" : observations} ${observations === 1 ? one : many}: too few to judge`;
}

function digits(value: number): string {
  return String(Math.round(value * 100) / 100);
}
