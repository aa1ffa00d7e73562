import type { FlagContext } from "./model.ts";

/** Reads one field of a context as text. */
export type FieldReader = (context: FlagContext) => string | undefined;

/**
 * How a field is read: the context's own, else from its `properties`. The frequent fields have readers with a fixed property name,
 * which the engine's inline caches make as fast as can be; others must be the context's own, so that a constraint on `constructor` reads
 * no prototype.
 */
export function fieldReader(field: string): FieldReader {
  switch (field) {
    case "userId":
      return (context) => (typeof context.userId === "string" ? context.userId : readField(context, "userId"));
    case "organizationId":
      return (context) =>
        typeof context.organizationId === "string" ? context.organizationId : readField(context, "organizationId");
    case "sessionId":
      return (context) => (typeof context.sessionId === "string" ? context.sessionId : readField(context, "sessionId"));
    default:
      return (context) => readField(context, field);
  }
}

function readField(context: FlagContext, field: string): string | undefined {
  const { properties } = context;
  const own = Object.hasOwn(context, field) ? context[field] : undefined;
  const value = own ?? (properties && Object.hasOwn(properties, field) ? properties[field] : undefined);
  return value === undefined ? undefined : asText(value);
}

/** Lists and objects are nothing that a constraint could be compared with. */
function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return typeof value === "object" || typeof value === "function" ? undefined : String(value);
}

/** The time at which a flag is evaluated, in milliseconds; NaN when the context states what is no time. */
export function evaluationTime(context: FlagContext, parse: (text: string) => number): number {
  const stated = context.currentTime;
  if (stated === undefined || stated === null || stated === "") return Date.now();
  if (typeof stated === "string") return parse(stated);
  return typeof stated === "number" || stated instanceof Date ? new Date(stated).getTime() : Number.NaN;
}
