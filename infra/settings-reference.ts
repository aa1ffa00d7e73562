import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { stackFileSchema } from "./settings-json-schema.ts";

/** Where the reference lies, for the test that finds it stale. Text outside the two marks is written by hand. */
export const referenceFile = new URL("../docs/settings.md", import.meta.url);

const begin = "<!-- begin: npm run settings:reference -->";
const end = "<!-- end -->";

/** What is read of a JSON Schema here. */
const nodeSchema = z.looseObject({
  description: z.string().optional(),
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  get properties(): z.ZodOptional<z.ZodRecord<z.ZodString, typeof nodeSchema>> {
    return z.record(z.string(), nodeSchema).optional();
  },
  get additionalProperties(): z.ZodOptional<z.ZodUnion<readonly [z.ZodBoolean, typeof nodeSchema]>> {
    return z.union([z.boolean(), nodeSchema]).optional();
  },
});
type Node = z.output<typeof nodeSchema>;

/** The reference with its generated part made anew: one table a group of settings, from the schema that checks them. */
export function settingsReference(page: string): string {
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/settings.md lacks the marks "${begin}" and "${end}".`);
  return `${page.slice(0, before + begin.length)}\n\n${tables()}\n${page.slice(after)}`;
}

function tables(): string {
  const config = nodeSchema.parse(stackFileSchema()).properties?.config;
  const groups = Object.entries(config?.properties ?? {});
  const isRequired = (name: string) => config?.required?.includes(name) ?? false;
  const shown = new Map<string, string>();
  const single = groups.filter(([, { type }]) => type !== "object");
  const general = single.map(([name, node]) => row(name, node, isRequired(name)));
  const others = groups
    .filter(([, { type }]) => type === "object")
    .map(([name, group]) => {
      const rows = group.properties ? rowsBelow(group, name, shown) : rowsOfEntries(group, name, shown);
      return section(name, `${capital(group.description ?? "")}.${isRequired(name) ? " Required." : ""}`, rows);
    });
  return [section("The stack itself", "What it is for and where it runs.", general), ...others].join("\n");
}

function section(title: string, text: string, rows: readonly string[]): string {
  return `### ${title}\n\n${text}\n\n| setting | meaning | default | rule |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

/** One line for each setting of a group. A group that was shown already, under another name, is named instead. */
function rowsBelow(group: Node, path: string, shown: Map<string, string>): string[] {
  const likeness = JSON.stringify([group.properties, group.required]);
  const twin = shown.get(likeness);
  if (twin !== undefined) return [`| \`${path}\` | ${group.description ?? ""} | | as \`${twin}\` |`];
  shown.set(likeness, path);
  return Object.entries(group.properties ?? {}).flatMap(([key, node]) => {
    const inner = `${path}.${key}`;
    if (node.properties) return rowsBelow(node, inner, shown);
    return [row(inner, node, group.required?.includes(key) ?? false), ...rowsOfEntries(node, inner, shown)];
  });
}

/** The settings of each entry of a mapping whose keys the user chooses. */
function rowsOfEntries(node: Node, path: string, shown: Map<string, string>): string[] {
  const entry = node.additionalProperties;
  return typeof entry === "object" && entry.properties ? rowsBelow(entry, `${path}.<name>`, shown) : [];
}

function row(path: string, node: Node, required: boolean): string {
  const standard = node.default === undefined ? (required ? "required" : "") : code(node.default);
  const cells = [`\`${path}\``, (node.description ?? "").replaceAll("<", "&lt;"), standard, ruleOf(node)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function ruleOf(node: Node): string {
  if (node.enum) return node.enum.map(code).join(", ");
  if (node.type === "boolean") return "`true`, `false`";
  if (node.type === "integer") return `${node.minimum} to ${node.maximum}`;
  const counts = [
    node.minItems === undefined ? "" : `at least ${node.minItems}`,
    node.maxItems === undefined ? "" : `at most ${node.maxItems}`,
  ];
  const [example] = node.examples ?? [];
  return [...counts, example === undefined ? "" : `such as ${code(example)}`].filter(Boolean).join(", ");
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(referenceFile, settingsReference(readFileSync(referenceFile, "utf8")));
}
