import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { processSchema } from "./schema.ts";

/**
 * The JSON Schema of `process.yaml`, for editors: completion and red lines while typing. It says what the zod schema says; what keys
 * mean together is only checked when the file is read.
 */
export function processFileSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(processSchema, { io: "input", unrepresentable: "any" });
  return { $schema, title: "The release process (delivery/process.yaml)", ...schema };
}

/** Where the schema lies, for the editor and for the test that finds it stale. */
export const processSchemaFile = new URL("process.schema.json", import.meta.url);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(processSchemaFile, `${JSON.stringify(processFileSchema(), null, 2)}\n`);
}
