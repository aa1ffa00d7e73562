/**
 * Development tool, part of `npm run github:openapi`: fetches GitHub's GraphQL schema (npm package @octokit/graphql-schema)
 * and fails when ours is not a part of it: every type, field, argument, value and member that we have must be there, of
 * the same type, and every argument that GitHub requires must be there here.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from "graphql";
import { localSchema } from "./local-schema.ts";

const version = "15.26.1";

function githubSchema(): GraphQLSchema {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-graphql-"));
  try {
    const npm = ["pack", `@octokit/graphql-schema@${version}`, "--silent", "--pack-destination", folder];
    const archive = execFileSync("npm", npm, { encoding: "utf8" }).trim();
    execFileSync("tar", ["-xzf", path.join(folder, archive), "-C", folder, "package/schema.graphql"]);
    return buildSchema(readFileSync(path.join(folder, "package/schema.graphql"), "utf8"), { assumeValid: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A type, reduced to what can be compared: each part with its type, required parts marked. */
function parts(type: GraphQLNamedType): Map<string, string> {
  const found = new Map<string, string>();
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      found.set(field.name, String(field.type));
      for (const argument of field.args) {
        const mark = isRequiredArgument(argument) ? "required " : "";
        found.set(
          `${field.name}(${argument.name})`,
          `${mark}${argument.type} = ${JSON.stringify(argument.defaultValue)}`,
        );
      }
    }
  } else if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      found.set(field.name, `${isRequiredInputField(field) ? "required " : ""}${field.type}`);
    }
  } else if (isUnionType(type)) {
    found.set("members", type.getTypes().map(String).sort().join(" | "));
  } else if (isEnumType(type)) {
    for (const value of type.getValues()) found.set(value.name, "value");
  }
  return found;
}

function differences(ours: GraphQLSchema, theirs: GraphQLSchema): string[] {
  const problems: string[] = [];
  for (const type of Object.values(ours.getTypeMap())) {
    const counterpart = theirs.getType(type.name);
    if (!counterpart) {
      problems.push(`${type.name}: GitHub has no such type`);
      continue;
    }
    const [mine, known] = [parts(type), parts(counterpart)];
    for (const [name, definition] of mine) {
      if (known.get(name) !== definition)
        problems.push(`${type.name}.${name}: ${definition}, GitHub: ${known.get(name)}`);
    }
    for (const [name, definition] of known) {
      const field = name.replace(/\(.*/, "");
      const isOurs = isInputObjectType(type) || (name.includes("(") && mine.has(field));
      if (definition.startsWith("required ") && isOurs && !mine.has(name))
        problems.push(`${type.name}.${name} is missing`);
    }
  }
  return problems;
}

const problems = differences(localSchema(), githubSchema());
if (problems.length > 0) {
  console.error(["graphql/schema.graphql is not a part of GitHub's schema:", ...problems].join("\n  "));
  process.exitCode = 1;
} else {
  console.log(`graphql/schema.graphql is a part of GitHub's schema (@octokit/graphql-schema ${version})`);
}
