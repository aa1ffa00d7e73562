import { type Change, type ChangeSummary, losesData } from "./changes.ts";
import { groupByType, propertyLine, remarkOn, shortList, totals } from "./changes-text.ts";

/** GitHub refuses a comment of more characters than this (REST API, "body is too long (maximum is 65536 characters)"). */
export const commentLimit = 65_536;

/** What is kept free for the closing lines, and for what a workflow may add. */
const reserve = 2_048;

/** The table may take this much, so that there is room for properties too. */
const tableLimit = 24_000;

/** The first line of every such comment, by which a workflow finds the one that it is to replace. */
export function commentMarker(stack: string): string {
  return `<!-- slipway preview ${stack} -->`;
}

/**
 * The summary of a preview for the comment of a pull request: the totals, what would be lost, a short table, and each property
 * that changes in a part that is folded. What does not fit is left out, and said to be.
 * @param summary undefined when the preview failed before it had compared anything
 */
export function summaryMarkdown(stack: string, summary: ChangeSummary | undefined): string {
  const head = [commentMarker(stack)];
  if (!summary) return [...head, `### \`${stack}\`: the preview failed`, "", "The job's log says why.", ""].join("\n");
  const { changes, violations } = summary;
  head.push(
    changes.length === 0 ? `### \`${stack}\`: nothing would change` : `### \`${stack}\`: ${totals(summary, "planned")}`,
    "",
  );
  const losses = changes.filter(losesData);
  const parts = [
    head.join("\n"),
    ...(losses.length > 0 ? [caution(losses)] : []),
    ...(violations.length > 0 ? [policies(violations)] : []),
    ...(changes.length > 0 ? [changeTable(changes)] : []),
  ];
  const shortPart = parts.join("\n");
  return `${shortPart}${details(changes, commentLimit - reserve - shortPart.length)}`;
}

function caution(losses: readonly Change[]): string {
  const lines = losses.map(
    (loss) =>
      `> - ${code(loss.name)} (${code(loss.type)}) would be **${loss.operation === "replace" ? "replaced" : "deleted"}**; what goes with it: ${loss.holds}.${
        loss.protected ? " It is protected, so that `up` refuses." : ""
      }`,
  );
  const kept = fitting(lines, tableLimit / 4);
  return ["> [!CAUTION]", "> **This would lose data.**", ...kept.lines, ...leftOut(kept.left, "> - "), ""].join("\n");
}

function policies(violations: ChangeSummary["violations"]): string {
  const lines = violations.map(
    ({ level, policy, resource, message }) =>
      `- **${level}** ${code(policy)}${resource ? `, ${code(resource)}` : ""}: ${plainText(shortened(message.split("\n")[0] ?? ""))}`,
  );
  const kept = fitting(lines, tableLimit / 4);
  return ["Policies:", "", ...kept.lines, ...leftOut(kept.left, "- "), ""].join("\n");
}

/** Replacements, deletions and updates one by one; creations by type. */
function changeTable(changes: readonly Change[]): string {
  const single = changes.filter(({ operation }) => operation !== "create");
  const rows = [
    ...single.map((change) => {
      const operation =
        change.operation === "replace" || change.operation === "delete" ? `**${change.operation}**` : change.operation;
      return `| ${operation} | ${code(change.name)} | ${code(change.type)} | ${remark(change)} |`;
    }),
    ...groupByType(changes.filter(({ operation }) => operation === "create")).map(
      ({ type, names }) =>
        `| create | ${code(shortList(names))} | ${code(type)} | ${names.length > 1 ? names.length : ""} |`,
    ),
  ];
  const kept = fitting(rows, tableLimit);
  return [
    "| | resource | type | |",
    "|---|---|---|---|",
    ...kept.lines,
    ...leftOut(kept.left, "| | ", " | | |"),
    "",
  ].join("\n");
}

function remark(change: Change): string {
  return plainText(remarkOn(change)).replace(/^holds data/, "**holds data**");
}

/** Every property that changes, folded. */
function details(changes: readonly Change[], limit: number): string {
  const lines = changes
    .filter(({ properties }) => properties.length > 0)
    .flatMap(({ name, type, properties }) => [
      `@@ ${name} (${type}) @@`,
      ...properties.map(propertyLine).map((line) => line.replace(/^~/, "!").replaceAll("\n", " ")),
    ]);
  if (lines.length === 0) return "";
  const fence = "`".repeat(
    Math.max(3, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length + 1)),
  );
  const opening = `\n<details><summary>Properties</summary>\n\n${fence}diff\n`;
  const closing = `${fence}\n\n</details>\n`;
  const kept = fitting(lines, limit - opening.length - closing.length);
  const left = kept.left > 0 ? `\n${kept.left} more lines do not fit into a comment; the job's log has them.\n` : "";
  return `${opening}${kept.lines.map((line) => `${line}\n`).join("")}${closing}${left}`;
}

/** The first lines that fit, and how many do not. */
function fitting(
  lines: readonly string[],
  limit: number,
): { readonly lines: readonly string[]; readonly left: number } {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + 1;
    return length > limit;
  });
  return end === -1 ? { lines, left: 0 } : { lines: lines.slice(0, end), left: lines.length - end };
}

function leftOut(count: number, before: string, after = ""): string[] {
  return count > 0 ? [`${before}and ${count} more, which do not fit into a comment${after}`] : [];
}

/** A name as code in a cell of a table. */
function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|").replaceAll("\n", " ")}\``;
}

/** A policy's message may hold a whole resource. */
const longestMessage = 200;

function shortened(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

/** Text that GitHub shows as it is: no markup of its own, no mention of anybody. */
function plainText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, "\\$&").replaceAll("@", "@\u200b");
}
