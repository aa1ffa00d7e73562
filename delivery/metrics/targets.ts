import type { Process } from "../process/schema.ts";

export type KpiKey = keyof Process["metrics"];
export type Target = Process["metrics"][KpiKey];

/** `too few`: what was observed is not enough for a verdict. */
export type KpiVerdict = "met" | "missed" | "too few";

/**
 * Fewer observations than these get no verdict. A share of 20 moves by 5 points with each deployment, more than any target of the
 * process allows, and three months at two deployments a week bring 26; a mean of 5 is no longer made by one of them. Beyond
 * that the range beside a share says how sure it is.
 */
export const fewest = { percent: 20, hours: 5, "per week": 1 } as const;
export type KpiUnit = keyof typeof fewest;

/** Whether a value meets its target, by the exact value and not by what is printed. */
export function verdictOn(value: number | null, unit: KpiUnit, observations: number, target: Target): KpiVerdict {
  if (value === null || observations < fewest[unit]) return "too few";
  return meets(value, target) ? "met" : "missed";
}

/** "above" and "below" do not include the value itself (">99 %", "<4 h"), "between" does. */
function meets(value: number, { better, least, most, value: limit }: Target): boolean {
  if (better === "above") return limit === undefined || value > limit;
  if (better === "below") return limit === undefined || value < limit;
  return value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY);
}
