import type { ReportFormat } from "./format.ts";

/** Version of the JSON report. It is raised when a property goes or changes its meaning; a new one does not raise it. */
const schemaVersion = 1;

/** Everything that is known, for programs. Keys are in alphabetical order, so that two reports can be compared line by line. */
export const json: ReportFormat = {
  extension: "json",
  write: (reports) => `${JSON.stringify({ schemaVersion, reports: sorted(reports) }, null, 2)}\n`,
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
