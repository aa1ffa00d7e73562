import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  const last = words.at(-1);
  if (last === undefined) return "";
  return words.length === 1 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** A role as people say it; its key where the process does not know it. */
export function roleTitle(process: Process, role: string): string {
  return ownValue(process.roles, role)?.title ?? role;
}

/** An environment as people say it. */
export function environmentTitle(process: Process, environment: string): string {
  return ownValue(process.environments, environment)?.title ?? environment;
}

/** Minutes in the largest unit that says them exactly: "90 min", "4 h", "2 days". */
export function minutesInWords(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return minutes === 1440 ? "1 day" : `${minutes / 1440} days`;
  return minutes > 0 && minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
