/**
 * A value as text: numbers and switches as they are written, and nothing for what is neither. Unlike String it never throws, whatever
 * an object says of itself.
 */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
}
