import { freeText } from "./amendments.ts";

/** A JSON value, as far as schemas are concerned. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Keywords that say something to a reader, not to a validator. */
const prose = new Set([
  "description",
  "title",
  "example",
  "examples",
  "externalDocs",
  "deprecated",
  "default",
  "discriminator",
  "readOnly",
  "writeOnly",
]);

/** The formats that ajv-formats knows and GitHub means as such; any other ("timezone", "repo.nwo") is a hint only. */
const formats = new Set(["date", "date-time", "email", "int32", "int64", "ipv4", "ipv6", "uri", "uuid"]);

/** Keywords whose value is a map from a name to a schema: the names are data, not keywords. */
const maps = new Set(["properties", "patternProperties", "definitions"]);

/**
 * Turns a schema of OpenAPI 3.0 into JSON Schema draft-07: `nullable` becomes a type, prose and vendor extensions (x-*)
 * go, references point into the `github` document (see validate.ts).
 */
export function toJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (schema === null || typeof schema !== "object") return schema;
  const source = schema as { readonly [key: string]: Json };
  if (typeof source.$ref === "string") return { $ref: toLocalReference(source.$ref) };
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(source)) {
    if (prose.has(key) || key.startsWith("x-") || key === "nullable") continue;
    if (key === "format" && !formats.has(String(value))) continue;
    if (key === "enum" || key === "const" || key === "required") result[key] = value;
    else if (maps.has(key)) result[key] = mapValues(value, convertProperty);
    else result[key] = toJsonSchema(value);
  }
  return source.nullable === true ? orNull(result) : result;
}

/** The names of the component schemas that a converted schema refers to. */
export function referencedSchemas(schema: Json): string[] {
  const found: string[] = [];
  const visit = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (value !== null && typeof value === "object") {
      for (const [key, child] of Object.entries(value)) {
        if (key === "$ref" && typeof child === "string") found.push(child.slice("github#/schemas/".length));
        else visit(child);
      }
    }
  };
  visit(schema);
  return found;
}

function convertProperty(schema: Json, name: string): Json {
  const converted = toJsonSchema(schema);
  if (!freeText.has(name) || converted === null || typeof converted !== "object" || Array.isArray(converted))
    return converted;
  const { format: _, ...rest } = converted as Record<string, Json>;
  return rest;
}

function orNull(schema: Record<string, Json>): Json {
  if (typeof schema.type !== "string") return { anyOf: [{ type: "null" }, schema] };
  const nullable: Record<string, Json> = { ...schema, type: [schema.type, "null"] };
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) nullable.enum = [...schema.enum, null];
  return nullable;
}

function toLocalReference(reference: string): string {
  const prefix = "#/components/schemas/";
  if (!reference.startsWith(prefix)) throw new Error(`cannot follow the reference ${reference}`);
  return `github#/schemas/${reference.slice(prefix.length)}`;
}

function mapValues(value: Json, change: (item: Json, name: string) => Json): Json {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new Error("a map of schemas was expected");
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item, name)]));
}
