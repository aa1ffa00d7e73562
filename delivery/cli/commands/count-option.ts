import { UsageError } from "../../errors.ts";

/**
 * The number that an option was given.
 * @param option as it is written: "--days"
 * @throws UsageError for anything but a whole number from 1 to `most`
 */
export function countOf(option: string, text: string, most: number): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count >= 1 && count <= most) return count;
  throw new UsageError(`${option} is a whole number from 1 to ${most}, not "${text}".`);
}
