import type { Change, ChangeSummary, PropertyChange } from "./changes.ts";
import { styled } from "./terminal.ts";

const signs: Readonly<Record<Change["operation"], readonly [string, Parameters<typeof styled>[0]]>> = {
  replace: ["+-", "magenta"],
  delete: ["-", "red"],
  update: ["~", "yellow"],
  create: ["+", "green"],
  read: [">", "cyan"],
  other: ["?", "cyan"],
};

/** What is told: what `up` would do, or what somebody has done behind Pulumi's back. */
export type Tense = "planned" | "found";

const foundWords: Readonly<Record<Change["operation"], string>> = {
  replace: "replaced",
  delete: "gone",
  update: "changed",
  create: "new",
  read: "read",
  other: "other",
};

/** The summary as lines for a terminal: what changes, each property on a line of its own, and the totals. */
export function summaryLines(summary: ChangeSummary, tense: Tense, heading: string, none: string): string[] {
  const { changes, unchanged, violations } = summary;
  const lines = [changes.length === 0 ? styled("green", none) : styled("bold", heading)];
  for (const { operation, name, type, properties } of changes) {
    const [sign, color] = signs[operation];
    lines.push(
      `  ${styled(color, `${sign} ${tense === "found" ? foundWords[operation] : operation}`)}  ${name}  ${styled("gray", type)}`,
      ...properties.map((property) => `      ${propertyLine(property)}`),
    );
  }
  for (const { level, policy, resource, message } of violations) {
    lines.push(
      `  ${styled(level === "mandatory" ? "red" : "yellow", `policy, ${level}`)}  ${policy}${resource ? `, ${resource}` : ""}`,
      ...message.split("\n").map((line) => `      ${line}`),
    );
  }
  const counts = (["replace", "delete", "update", "create"] as const).flatMap((operation) => {
    const count = changes.filter((change) => change.operation === operation).length;
    return count > 0 ? [`${count} ${tense === "found" ? foundWords[operation] : `to ${operation}`}`] : [];
  });
  lines.push([...counts, `${unchanged} unchanged`].join(", "));
  return lines;
}

/** The engine's stand-in for a value that is not known before `up` (sdk/go/common/resource/plugin/rpc.go). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** `~ flags.new_dashboard: "a" => "b"` */
export function propertyLine({ path, before, after }: PropertyChange): string {
  if (before === undefined) return `+ ${path}: ${shown(after)}`;
  if (after === undefined) return `- ${path}: ${shown(before)}`;
  return `~ ${path}: ${shown(before)} => ${shown(after)}`;
}

function shown(value: unknown): string {
  return value === unknownValue
    ? "(known after up)"
    : JSON.stringify(value).replaceAll(`"${unknownValue}"`, "(known after up)");
}
