import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { cacheDirectory } from "../../sandbox/paths.ts";
import { provideGoTests } from "../../sandbox/toolchain/go-tests.ts";
import type { Toolchain } from "../../sandbox/toolchain/provide.ts";
import { UserError } from "../errors.ts";
import { sandboxPrograms } from "./ready.ts";
import { seconds, styled } from "./terminal.ts";

/** The kinds of checks, in the order in which they run: the quick ones first. */
export const checkKinds = ["lint", "types", "dead-code", "go", "unit", "e2e"] as const;
export type CheckKind = (typeof checkKinds)[number];

/** How many tests of a kind came out how. A tool without single tests counts as one. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface CheckResult extends Count {
  /** What failed and why, to be read again at the end of a long run; absent when all passed or when the tool is too short to need it. */
  readonly failures?: string;
}

interface CheckContext {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly toolchain: Toolchain;
  /** Test files for mocha; all of a kind when empty. */
  readonly files: readonly string[];
}

/**
 * Runs the kinds one after the other, each to its end, with their own output; later ones run even when an earlier one fails.
 * What failed is repeated at the end: whoever reads a log of many thousand lines, or its tail alone, has to find it there.
 */
export async function runChecks(kinds: readonly CheckKind[], context: CheckContext): Promise<Count> {
  let total: Count = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  const failures: string[] = [];
  for (const kind of kinds) {
    process.stdout.write(`\n${styled("bold", `== ${kind}`)}\n`);
    const started = Date.now();
    const count = await runCheck(kind, context);
    lines.push(
      `${count.failed > 0 ? styled("red", "failed") : styled("green", "passed")}  ${kind}: ${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ""} (${seconds((Date.now() - started) / 1000)})`,
    );
    if (count.failures) failures.push(`${styled("bold", `== what failed of ${kind}`)}\n\n${count.failures}\n`);
    total = add(total, count);
  }
  if (failures.length > 0) process.stdout.write(`\n${failures.join("\n")}`);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  return total;
}

/**
 * Test files run beside each other, each in a process of its own: they share nothing, and spend much of their time waiting for
 * servers and engines. What a file says is shown when it has ended.
 */
const sideBySide = ["--parallel", "--jobs", String(Math.min(4, availableParallelism()))];

/** The long ones first, so that the others fill the time beside them. */
const endToEnd = ["test/e2e/prod.test.ts", "test/e2e/staging.test.ts", "test/e2e/!(prod|staging).test.ts"];

function runCheck(kind: CheckKind, context: CheckContext): Promise<CheckResult> {
  switch (kind) {
    case "lint":
      return tool(context, "biome", ["check", "."]);
    case "types":
      return tool(context, "tsc", ["--noEmit"]);
    case "dead-code":
      return tool(context, "knip", []);
    case "go":
      return goTests(context);
    case "unit":
      return mocha(context, sideBySide, "test/**/*.test.ts");
    case "e2e":
      return mocha(context, ["--config", "test/e2e/.mocharc.json", ...sideBySide], ...endToEnd);
  }
}

async function tool(context: CheckContext, name: string, args: readonly string[]): Promise<Count> {
  const { code } = await stream(path.join(context.root, "node_modules", ".bin", name), args, context.root, context.env);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** @param all what to run when no files were named; it cannot stand in mocha's configuration, which adds to the files named */
async function mocha(context: CheckContext, args: readonly string[], ...all: readonly string[]): Promise<CheckResult> {
  const binary = path.join(context.root, "node_modules", ".bin", "mocha");
  const files = context.files.length > 0 ? context.files : all;
  const { cacheBinary, kubernetesBinary } = sandboxPrograms(context.toolchain);
  const checker = context.toolchain.get("kube-score")?.file;
  const workflowChecker = context.toolchain.get("actionlint")?.file;
  const reportChecker = context.toolchain.get("report-checker")?.file;
  const { code, output } = await stream(binary, [...args, ...files], context.root, {
    ...context.env,
    ...(cacheBinary && { SLIPWAY_CACHE_BINARY: cacheBinary }),
    ...(kubernetesBinary && { SLIPWAY_KUBERNETES_BINARY: kubernetesBinary }),
    ...(checker && { SLIPWAY_KUBE_CHECKER: checker }),
    ...(workflowChecker && { SLIPWAY_WORKFLOW_CHECKER: workflowChecker }),
    ...(reportChecker && { SLIPWAY_REPORT_CHECKER: reportChecker }),
  });
  const failures = mochaFailures(output);
  const count = { ...countMocha(output), ...(failures && { failures }) };
  // A run that ended before its summary (a crash while loading) has failed, whatever it counted.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** Reads the totals that mocha's spec reporter prints at the end, in colour or not. */
export function countMocha(output: string): Count {
  const plain = stripVTControlCharacters(output);
  const read = (word: string) =>
    Number([...plain.matchAll(new RegExp(`^\\s+(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: read("passing"), failed: read("failing"), skipped: read("pending") };
}

/** The part of the spec reporter's output that lists what failed, with its reasons; undefined where nothing did. */
export function mochaFailures(output: string): string | undefined {
  const lines = output.split("\n");
  const start = lines.findLastIndex((line) => /^\s+\d+ failing\b/.test(stripVTControlCharacters(line)));
  return start < 0
    ? undefined
    : lines
        .slice(start + 1)
        .join("\n")
        .replace(/^\n+|\s+$/g, "");
}

async function goTests(context: CheckContext): Promise<Count> {
  const cache = cacheDirectory();
  let total: Count = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const test of await provideGoTests(cache)) {
      process.stdout.write(`${test.package}\n`);
      const { code, output } = await stream(
        test.binary,
        ["-test.v", "-test.timeout=5m"],
        test.folder,
        context.env,
        true,
      );
      const count = countGo(output);
      if (code !== 0) process.stdout.write(output);
      total = add(total, code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return add(total, { passed: 0, failed: 1, skipped: 0 });
  }
  return total;
}

/** Reads the verdicts of `go test -v`; those of subtests are indented and count with their parent. */
export function countGo(output: string): Count {
  const read = (word: string) => [...output.matchAll(new RegExp(`^--- ${word}:`, "gm"))].length;
  return { passed: read("PASS"), failed: read("FAIL"), skipped: read("SKIP") };
}

function add(one: Count, other: Count): Count {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped };
}

/** Runs a program, shows what it prints as it comes (unless `quiet`) and keeps it too. */
function stream(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  quiet = false,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (target: NodeJS.WriteStream) => (text: string) => {
      output += text;
      if (!quiet) target.write(text);
    };
    child.stdout.setEncoding("utf8").on("data", take(process.stdout));
    child.stderr.setEncoding("utf8").on("data", take(process.stderr));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
