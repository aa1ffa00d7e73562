import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { stateDirectory } from "../../sandbox/paths.ts";
import { type ChangeSummary, losesData, summarizeEvents } from "./changes.ts";
import { summaryMarkdown } from "./changes-markdown.ts";
import { summaryLines } from "./changes-text.ts";
import { runForeground, runQuietly } from "./engine/run.ts";
import { printJson, printNote } from "./terminal.ts";

/** For commands that only look: how what they find is told. */
export interface FindingsStyle {
  /** Whether what the program asks for is compared, or how things really are. */
  readonly compare: "inputs" | "outputs";
  readonly heading: (stack: string) => string;
  readonly none: (stack: string) => string;
}

/** How the user wants them. */
export interface FindingsRequest {
  readonly format: "text" | "json" | "markdown";
  /** Whether finding anything is a failure (exit code 1), only the loss of data, or nothing. */
  readonly fails: "changes" | "dataLoss" | "never";
}

/**
 * Runs the engine and tells afterwards what it found: as text below its own display; as JSON or markdown alone on standard
 * output, with what the engine says of a failure on standard error.
 * @param args arguments of `pulumi`
 * @returns the exit code
 */
export async function runWithFindings(
  stack: string,
  style: FindingsStyle,
  request: FindingsRequest,
  args: readonly string[],
  call: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<number> {
  const folder = mkdtempSync(path.join(stateDirectory(call.cwd), "events-"));
  try {
    const log = path.join(folder, "events.jsonl");
    // The flag is hidden behind this variable; Pulumi's Automation API relies on both.
    const code = await (request.format === "text" ? runForeground : runTellingFailures)(
      "pulumi",
      [...args, "--event-log", log, "--suppress-outputs"],
      { ...call, env: { ...call.env, PULUMI_DEBUG_COMMANDS: "true" } },
    );
    const found = existsSync(log) ? summarizeEvents(readFileSync(log, "utf8"), style.compare) : undefined;
    // A run that failed before it had compared anything has told why.
    const compared =
      found && (code === 0 || found.changes.length > 0 || found.violations.length > 0) ? found : undefined;
    tell(stack, style, request, compared);
    return code !== 0 ? code : failure(request, compared);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(
  stack: string,
  style: FindingsStyle,
  { format }: FindingsRequest,
  found: ChangeSummary | undefined,
): void {
  if (format === "markdown") {
    process.stdout.write(summaryMarkdown(stack, found));
  } else if (found && format === "json") {
    printJson({ stack, ...found, dataLoss: found.changes.filter(losesData).map(({ name }) => name) });
  } else if (found) {
    const tense = style.compare === "outputs" ? "found" : "planned";
    const lines = summaryLines(found, tense, style.heading(stack), style.none(stack));
    process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}

function failure({ fails, format }: FindingsRequest, found: ChangeSummary | undefined): 0 | 1 {
  if (fails === "changes") return found && found.changes.length > 0 ? 1 : 0;
  if (fails !== "dataLoss" || !found?.changes.some(losesData)) return 0;
  if (format !== "text") printNote("data would be lost, and --fail-on-data-loss was given");
  return 1;
}

/** Keeps the engine's display to itself; only what it says of a failure is told, on standard error. */
async function runTellingFailures(...call: Parameters<typeof runQuietly>): Promise<number> {
  const { code, stdout, stderr } = await runQuietly(...call);
  if (code !== 0) process.stderr.write(`${stdout}${stderr}`);
  return code;
}
