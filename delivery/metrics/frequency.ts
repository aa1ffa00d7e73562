import type { JudgedDeployment } from "./judged.ts";
import { type Week, within } from "./week.ts";

/**
 * The weeks by which a frequency can be told: they are over, and none of them lies before the environment's first deployment, when
 * nothing was meant to happen yet.
 */
export function wholeWeeks(weeks: readonly Week[], judged: readonly JudgedDeployment[], now: string): readonly Week[] {
  const first = Math.min(...judged.map(({ deployment }) => Date.parse(deployment.startedAt)));
  return weeks.filter(({ end }) => Date.parse(end) <= Date.parse(now) && first < Date.parse(end));
}

/** Deployments a week that came about, emergencies among them, rollbacks not; null without a whole week. A week with none has 0. */
export function frequency(judged: readonly JudgedDeployment[], whole: readonly Week[]): number | null {
  const [first] = whole;
  const last = whole.at(-1);
  if (first === undefined || last === undefined) return null;
  const span = { start: first.start, end: last.end };
  const cameAbout = judged.filter(
    ({ deployment, endedAt }) => !deployment.rollback && deployment.outcome === "succeeded" && within(endedAt, span),
  );
  return cameAbout.length / whole.length;
}
