import { readFileSync } from "node:fs";
import path from "node:path";
import { buildSchema, type GraphQLSchema } from "graphql";

let built: GraphQLSchema | undefined;

/** The schema in schema.graphql, built once. */
export function localSchema(): GraphQLSchema {
  built ??= buildSchema(readFileSync(path.join(import.meta.dirname, "schema.graphql"), "utf8"));
  return built;
}
