import { holidayCountries } from "./holiday-countries.ts";
import type { ProcessProblem } from "./problem.ts";
import type { Process } from "./schema.ts";

/** Times that never come, or never stop anything. */
export function calendarProblems({ calendar, environments }: Process): ProcessProblem[] {
  const problems: ProcessProblem[] = calendar.blackouts.flatMap((blackout, index) =>
    "holidays" in blackout && !holidayCountries.has(blackout.holidays)
      ? [
          {
            keys: ["calendar", "blackouts", index, "holidays"],
            what: `is ${blackout.holidays}, a country whose holidays are not known. Write its ISO 3166 code, such as US or GB.`,
          },
        ]
      : [],
  );
  const limited = Object.keys(environments).filter((name) => environments[name]?.windows);
  if (limited.length > 0 && !calendar.windows.some((window) => window.for === "normal")) {
    problems.push({
      keys: ["calendar", "windows"],
      what: `has no window for normal deployments, so that nothing planned ever goes to ${limited.join(", ")}. Add one.`,
    });
  }
  return problems;
}
