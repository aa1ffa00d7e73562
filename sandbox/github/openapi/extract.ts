/**
 * Development tool, `npm run github:openapi`: fetches GitHub's OpenAPI description (npm package @octokit/openapi, 385 MB
 * unpacked, hence no dependency) with `npm pack` into a temporary folder and writes the slice that we answer, as JSON
 * Schema, to operations.json. The same package and list always give the same file.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { amendments } from "./amendments.ts";
import { answeredOperations } from "./answered.ts";
import type { Operation, OperationsFile } from "./description.ts";
import { type Json, referencedSchemas, toJsonSchema } from "./json-schema.ts";

const version = "23.0.2";
const entry = "package/generated/api.github.com.json";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Json;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>;
}
interface SourceOperation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content | { readonly $ref: string }>>;
}
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, SourceOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

function fetchDescription(): Description {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-openapi-"));
  try {
    const npm = ["pack", `@octokit/openapi@${version}`, "--silent", "--pack-destination", folder];
    const archive = execFileSync("npm", npm, { encoding: "utf8" }).trim();
    execFileSync("tar", ["-xzf", path.join(folder, archive), "-C", folder, entry]);
    return JSON.parse(readFileSync(path.join(folder, entry), "utf8")) as Description;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Follows a reference into parameters or responses, which are few and are written out in place. */
function resolve<T extends object>(description: Description, value: T | { readonly $ref: string }): T {
  if (!("$ref" in value)) return value;
  const [, , kind = "", name = ""] = value.$ref.split("/");
  const found = description.components[kind]?.[name];
  if (found === undefined) throw new Error(`cannot follow the reference ${value.$ref}`);
  return found as unknown as T;
}

function jsonSchemaOf(content: Content): Json | undefined {
  const schema = content.content?.["application/json"]?.schema;
  return schema === undefined ? undefined : toJsonSchema(schema);
}

function amend(id: string, schema: Json): Json {
  const wanted = amendments.filter((amendment) => amendment.operation === id);
  const object = schema as { readonly properties?: Readonly<Record<string, Json>> };
  return wanted.length === 0
    ? schema
    : { ...object, properties: Object.assign({ ...object.properties }, ...wanted.map((item) => item.bodyProperties)) };
}

function slice(description: Description, method: string, route: string, source: SourceOperation): Operation {
  const parameters = (source.parameters ?? []).map((item) => {
    const parameter = resolve<Parameter>(description, item);
    return {
      name: parameter.name,
      in: parameter.in as "path" | "query",
      required: parameter.required === true,
      schema: toJsonSchema(parameter.schema),
    };
  });
  const body = source.requestBody && jsonSchemaOf(source.requestBody);
  const answers: Record<string, Json | null> = {};
  for (const [status, item] of Object.entries(source.responses)) {
    answers[status] = jsonSchemaOf(resolve<Content>(description, item)) ?? null;
  }
  return {
    method: method.toUpperCase() as Operation["method"],
    path: route,
    parameters,
    ...(body === undefined
      ? {}
      : { body: { required: source.requestBody?.required === true, schema: amend(source.operationId, body) } }),
    answers,
  };
}

/** The named schemas and everything that they refer to, in alphabetical order. */
function closure(description: Description, roots: readonly string[]): Record<string, Json> {
  const found = new Map<string, Json>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const schema = description.components.schemas?.[name];
    if (schema === undefined) throw new Error(`the description has no schema ${name}`);
    found.set(name, toJsonSchema(schema));
    waiting.push(...referencedSchemas(found.get(name) as Json));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function extract(description: Description): OperationsFile {
  const all = new Map<string, Operation>();
  for (const [route, methods] of Object.entries(description.paths)) {
    for (const [method, source] of Object.entries(methods)) {
      if ((answeredOperations as readonly string[]).includes(source.operationId)) {
        all.set(source.operationId, slice(description, method, route, source));
      }
    }
  }
  const operations: Record<string, Operation> = {};
  for (const id of answeredOperations) {
    const operation = all.get(id);
    if (!operation) throw new Error(`GitHub's description has no operation ${id}`);
    operations[id] = operation;
  }
  const roots = referencedSchemas(operations as unknown as Json);
  return {
    source: `Derived from ${entry.slice("package/".length)} of npm package @octokit/openapi ${version} by sandbox/github/openapi/extract.ts. Do not edit.`,
    license:
      "MIT License, Copyright (c) 2020 Octokit contributors; GitHub's REST API description (github/rest-api-description) is MIT as well.",
    operations: operations as OperationsFile["operations"],
    schemas: closure(description, [...roots, "basic-error", "validation-error"]),
  };
}

/** One line an operation and a schema: small, and a new version still reads well in a diff. */
function format(file: OperationsFile): string {
  const block = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n");
  return [
    "{",
    `"source": ${JSON.stringify(file.source)},`,
    `"license": ${JSON.stringify(file.license)},`,
    `"operations": {\n${block(file.operations)}\n},`,
    `"schemas": {\n${block(file.schemas)}\n}`,
    "}\n",
  ].join("\n");
}

const target = path.join(import.meta.dirname, "operations.json");
writeFileSync(target, format(extract(fetchDescription())));
console.log(`wrote ${target}`);
