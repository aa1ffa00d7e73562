import { withoutSecrets } from "../../infra/settings/secrets.ts";
import { type Change, type ChangeSummary, losesData, type PropertyChange } from "./changes.ts";
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

/** With more creations than this, those of one type share a line: a new stack is read by its kinds, not by its parts. */
const creationsInFull = 25;

/** The summary as lines for a terminal: what changes, each property on a line of its own, the totals, and what would be lost. */
export function summaryLines(summary: ChangeSummary, tense: Tense, heading: string, none: string): string[] {
  const { changes, violations } = summary;
  const lines = [changes.length === 0 ? styled("green", none) : styled("bold", heading)];
  const creations = changes.filter(({ operation }) => operation === "create");
  const groups = creations.length > creationsInFull ? groupByType(creations) : [];
  for (const change of changes) {
    if (groups.length > 0 && change.operation === "create") continue;
    const { name, type, properties } = change;
    lines.push(
      `  ${signOf(change.operation, tense)}  ${name}  ${styled("gray", type)}${tense === "planned" ? styled("bold", marked(remarkOn(change))) : ""}`,
      ...properties.map((property) => `      ${propertyLine(property)}`),
    );
  }
  for (const { type, names } of groups) {
    lines.push(`  ${signOf("create", tense)}  ${names.length} ${styled("gray", type)}  ${shortList(names)}`);
  }
  for (const { level, policy, resource, message } of violations) {
    lines.push(
      `  ${styled(level === "mandatory" ? "red" : "yellow", `policy, ${level}`)}  ${policy}${resource ? `, ${resource}` : ""}`,
      ...message.split("\n").map((line) => `      ${line}`),
    );
  }
  lines.push(totals(summary, tense));
  if (tense === "planned") lines.push(...lossLines(changes).map((line) => styled(["bold", "red"], line)));
  return lines;
}

/** `1 to replace, 2 to create, 40 unchanged` */
export function totals({ changes, unchanged }: ChangeSummary, tense: Tense): string {
  const counts = (["replace", "delete", "update", "create"] as const).flatMap((operation) => {
    const count = changes.filter((change) => change.operation === operation).length;
    return count > 0 ? [`${count} ${tense === "found" ? foundWords[operation] : `to ${operation}`}`] : [];
  });
  return [...counts, `${unchanged} unchanged`].join(", ");
}

/** What would be lost, one line a resource, below a line that says so; nothing when nothing is. */
export function lossLines(changes: readonly Change[]): string[] {
  const losses = changes.filter(losesData);
  if (losses.length === 0) return [];
  return [
    "This would lose data:",
    ...losses.map(
      (change) =>
        `  ${change.name} (${change.type}) would be ${change.operation === "replace" ? "replaced" : "deleted"}; what goes with it: ${change.holds}${
          change.protected ? ". It is protected, so that `up` refuses" : ""
        }.`,
    ),
  ];
}

/** Resources of one type, with the types in alphabetical order. */
export function groupByType(changes: readonly Change[]): { readonly type: string; readonly names: string[] }[] {
  const types = [...new Set(changes.map(({ type }) => type))].sort();
  return types.map((type) => ({
    type,
    names: changes.filter((change) => change.type === type).map(({ name }) => name),
  }));
}

/** The first of many names, and how many more there are. */
export function shortList(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}

function signOf(operation: Change["operation"], tense: Tense): string {
  const [sign, color] = signs[operation];
  return styled(color, `${sign} ${tense === "found" ? foundWords[operation] : operation}`);
}

function marked(remark: string): string {
  return remark === "" ? "" : `  ${remark}`;
}

/** What is to be known of a planned replacement or deletion. */
export function remarkOn({ because, holds, operation, retained }: Change): string {
  if (operation === "delete" && retained) return "is left where it is";
  const marks = [
    ...(holds !== undefined && (operation === "replace" || operation === "delete") ? ["holds data"] : []),
    ...(because ? [`because of ${because.join(", ")}`] : []),
  ];
  return marks.join(", ");
}

/** The engine's stand-in for a value that is not known before `up` (sdk/go/common/resource/plugin/rpc.go). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** `~ flags.new_dashboard: "a" => "b"` */
export function propertyLine({ path, before, after }: PropertyChange): string {
  if (before === undefined && after === undefined) return `~ ${path}`;
  if (before === undefined) return `+ ${path}: ${shown(after)}`;
  if (after === undefined) return `- ${path}: ${shown(before)}`;
  return `~ ${path}: ${shown(before)} => ${shown(after)}`;
}

/** Longer values are cut: a reviewer looks them up where they are made. */
const longestValue = 300;

function shown(value: unknown): string {
  if (value === unknownValue) return "(known after up)";
  const text = withoutSecrets(JSON.stringify(value).replaceAll(`"${unknownValue}"`, "(known after up)")).replaceAll(
    /\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g,
    "sha256:$1…",
  );
  return text.length > longestValue ? `${text.slice(0, longestValue)}… (${text.length} characters)` : text;
}
