import { readFileSync } from "node:fs";
import path from "node:path";
import type { OperationId } from "./answered.ts";
import type { Json } from "./json-schema.ts";

/** What GitHub's description says of one operation, reduced to what a validator needs. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As GitHub writes it: `/repos/{owner}/{repo}`. */
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly body?: { readonly required: boolean; readonly schema: Json };
  /** By status: the schema of the answer's body, null when it has none. */
  readonly answers: Readonly<Record<string, Json | null>>;
}

/** The slice of GitHub's OpenAPI description that extract.ts has written. */
export interface OperationsFile {
  readonly source: string;
  readonly license: string;
  readonly operations: Readonly<Record<OperationId, Operation>>;
  readonly schemas: Readonly<Record<string, Json>>;
}

/** Reads the committed slice (some 10 ms). */
export function readDescription(): OperationsFile {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "operations.json"), "utf8")) as OperationsFile;
}
