import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { settingsSchema } from "./settings.ts";

/**
 * The JSON Schema of a whole `Pulumi.<stack>.yaml`, for editors: completion, descriptions and red lines while typing. It says what
 * the zod schema says; rules that concern several settings are only checked by the program.
 */
export function stackFileSchema(): Record<string, unknown> {
  const { properties, required, $defs } = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" });
  const prefixed = Object.entries(properties ?? {}).map(([key, value]) => [`slipway:${key}`, value]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The settings of a Slipway stack (Pulumi.<stack>.yaml)",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(prefixed),
        required: (required ?? []).map((key) => `slipway:${key}`),
        // Other namespaces (aws:region ...) belong to Pulumi's providers; ours knows only the settings above.
        patternProperties: { "^(?!slipway:)": {} },
        additionalProperties: false,
      },
    },
    required: ["config"],
    ...($defs === undefined ? {} : { $defs }),
  };
}

/** Where the schema lies, for the editor and for the test that finds it stale. */
export const schemaFile = new URL("settings.schema.json", import.meta.url);

/** The file's text. */
export function stackFileSchemaText(): string {
  return `${JSON.stringify(stackFileSchema(), null, 2)}\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(schemaFile, stackFileSchemaText());
}
