import type { ErrorObject } from "ajv";
import type { ErrorDetail } from "../errors.ts";

/** What was wrong with one field, in a sentence. */
type Detail = Exclude<ErrorDetail, string> & { readonly message: string };

/**
 * GitHub's words for what its description does not allow: `"name" wasn't supplied.`,
 * `For 'properties/wait_timer', "soon" is not an integer.` Five findings at most.
 */
export function explainRequestErrors(errors: readonly ErrorObject[], given: unknown): Detail[] {
  const findings = errors.filter((error) => !summary.has(error.keyword));
  const details = new Map<string, Detail>();
  for (const error of findings.length > 0 ? findings : errors) {
    const detail = explain(error, given);
    details.set(detail.message, detail);
  }
  return [...details.values()].slice(0, 5);
}

/** Keywords that only say that one of their branches failed. */
const summary = new Set(["oneOf", "anyOf", "allOf", "if", "nullable"]);

function explain(error: ErrorObject, given: unknown): Detail {
  const place = error.instancePath.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === "required") {
    const name = String(params.missingProperty);
    return { field: join(place, name), code: "missing_field", message: `"${join(place, name)}" wasn't supplied.` };
  }
  if (error.keyword === "additionalProperties") {
    const name = String(params.additionalProperty);
    return { field: join(place, name), code: "invalid", message: `"${join(place, name)}" is not a permitted key.` };
  }
  const value = short(valueAt(given, error.instancePath));
  return { field: place, code: "invalid", message: `For 'properties/${place}', ${value} ${fault(error, params)}.` };
}

function fault(error: ErrorObject, params: Readonly<Record<string, unknown>>): string {
  switch (error.keyword) {
    case "type": {
      const types = [params.type].flat().map(String);
      return `is not ${types.map((type) => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`)).join(" or ")}`;
    }
    case "enum":
      return `is not a member of ${JSON.stringify(params.allowedValues)}`;
    default:
      return error.message ?? "is not allowed";
  }
}

function join(place: string, name: string): string {
  return place === "" ? name : `${place}/${name}`;
}

function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = typeof found === "object" && found !== null ? (found as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return found;
}

/** A value for a message: never long, since it may be a secret's ciphertext or a whole rule. */
function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
