/**
 * `npm run bench:preview [-- --runs 3 --stacks dev,staging,pr-1,prod --json --keep]`: what a preview costs, stack by stack.
 *
 * Works in a clone of this checkout's last commit with a sandbox of its own, where the stacks are brought up first, so that
 * a preview finds nothing to change. The baseline is the preview of an empty Pulumi program with the same engine, language
 * host and kind of backend, taken in turn with the others, so that whatever else the machine does meets all of them alike.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { prepareStackConfig } from "../delivery/cli/engine/stack-config.ts";
import { checkStackFile } from "../infra/stack-file.ts";
import { checkoutRoot } from "../sandbox/paths.ts";
import { measureRun, type Run } from "./process-tree.ts";

/** A preview may take this many times the empty program's (the aim of issues 4 and 5). */
const aim = 2.5;

const { values: wanted } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    stacks: { type: "string", default: "dev,staging,pr-1,prod" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const runs = Number(wanted.runs);
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs is ${wanted.runs}, but must be a whole number from 1.`);
const stacks = wanted.stacks.split(",").filter(Boolean);

const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
const checkout = path.join(folder, "checkout");
const emptyProject = path.join(folder, "empty");
const withPack = ["--policy-pack", path.join(checkout, "policy")];

/** What is previewed: how the engine is called for it. */
interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

interface Row {
  readonly name: string;
  readonly policyPack: boolean;
  readonly seconds: number;
  readonly ratio: number;
  readonly processorSeconds: number;
  readonly processorRatio: number;
  readonly resources: number;
  readonly resourcesPerSecond: number;
  readonly peakMiB: number;
  readonly largestMiB: number;
}

function slipway(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["delivery/cli/main.ts", ...args], {
    cwd: checkout,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`slipway ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The clone shares this checkout's node_modules: how long they take to install is bench:setup's matter. */
function prepareCheckout(): void {
  execFileSync("git", ["clone", "--quiet", checkoutRoot, checkout]);
  symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(checkout, "node_modules"));
}

function bringUp(stack: string): number {
  const started = process.hrtime.bigint();
  const { environment, requireConfirmation } = checkStackFile(checkout, stack);
  slipway("up", stack, "--yes", ...(requireConfirmation ? ["--confirm", environment] : []));
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/** The environment that `./slipway env` gives a shell. */
function engineEnvironment(stack: string): NodeJS.ProcessEnv {
  const { set, fromFile, unset } = JSON.parse(slipway("env", stack, "--json")) as {
    readonly set: Record<string, string>;
    readonly fromFile: Record<string, string>;
    readonly unset: readonly string[];
  };
  const secrets = Object.entries(fromFile).map(([name, file]) => [name, readFileSync(file, "utf8").trim()]);
  const env: NodeJS.ProcessEnv = { ...process.env, ...set, ...Object.fromEntries(secrets) };
  for (const name of unset) delete env[name];
  return env;
}

function stackSubject(stack: string): Subject {
  const { options } = prepareStackConfig(checkout, stack, true);
  return { name: stack, args: ["--stack", stack, ...options], cwd: checkout, env: engineEnvironment(stack) };
}

/** A program that does nothing, with the same runtime options and a file backend of its own. */
function emptySubject(env: NodeJS.ProcessEnv): Subject {
  const state = path.join(emptyProject, "state");
  mkdirSync(state, { recursive: true });
  symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(emptyProject, "node_modules"));
  writeFileSync(
    path.join(emptyProject, "Pulumi.yaml"),
    "name: empty\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(path.join(emptyProject, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  writeFileSync(path.join(emptyProject, "index.ts"), "export {};\n");
  const own = { ...env, PULUMI_BACKEND_URL: `file://${state}` };
  execFileSync("pulumi", ["stack", "init", "bench"], { cwd: emptyProject, env: own, stdio: "ignore" });
  return { name: "empty program", args: ["--stack", "bench"], cwd: emptyProject, env: own };
}

function preview({ args, cwd, env }: Subject, more: readonly string[], also: NodeJS.ProcessEnv = {}): Promise<Run> {
  return measureRun("pulumi", ["preview", "--non-interactive", ...args, ...more], { cwd, env: { ...env, ...also } });
}

/** One preview that is not timed: how many resources there are, and what the program's process had loaded. */
async function inspect(subject: Subject): Promise<{ readonly resources: number; readonly checksTypes: boolean }> {
  const report = path.join(folder, "modules.json");
  const { stdout } = await preview(subject, ["--json"], {
    NODE_OPTIONS: `--require ${path.join(import.meta.dirname, "loaded-modules.cjs")}`,
    SLIPWAY_BENCH_MODULES: report,
  });
  const { changeSummary = {} } = JSON.parse(stdout) as { changeSummary?: Record<string, number> };
  const loaded = JSON.parse(readFileSync(report, "utf8")) as { typescriptAsked: boolean; compilers: string[] };
  rmSync(report);
  return {
    resources: Object.values(changeSummary).reduce((total, count) => total + count, 0),
    checksTypes: loaded.typescriptAsked || loaded.compilers.length > 0,
  };
}

/** Every subject in turn, without and with the policy pack, as often as asked. */
async function measureAll(subjects: readonly Subject[]): Promise<Map<string, Run[]>> {
  const measured = new Map<string, Run[]>();
  for (let round = 0; round < runs; round++)
    for (const subject of subjects)
      for (const pack of [false, true]) {
        const key = keyOf(subject.name, pack);
        measured.set(key, [...(measured.get(key) ?? []), await preview(subject, pack ? withPack : [])]);
      }
  return measured;
}

const keyOf = (name: string, policyPack: boolean) => `${name} ${policyPack}`;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** All rows are compared with the empty program without the policy pack, which is the harder judge. */
function tabulate(subjects: readonly Subject[], measured: Map<string, Run[]>, resources: Map<string, number>): Row[] {
  const medianOf = (key: string, value: (run: Run) => number) => median((measured.get(key) as Run[]).map(value));
  const base = keyOf((subjects[0] as Subject).name, false);
  return subjects.flatMap(({ name }) =>
    [false, true].map((policyPack) => {
      const key = keyOf(name, policyPack);
      const seconds = medianOf(key, (run) => run.seconds);
      const processorSeconds = medianOf(key, (run) => run.processorSeconds);
      const count = resources.get(name) ?? 0;
      return {
        name,
        policyPack,
        seconds,
        ratio: seconds / medianOf(base, (run) => run.seconds),
        processorSeconds,
        processorRatio: processorSeconds / medianOf(base, (run) => run.processorSeconds),
        resources: count,
        resourcesPerSecond: count / seconds,
        peakMiB: Math.max(...(measured.get(key) as Run[]).map((run) => run.peakMiB)),
        largestMiB: Math.max(...(measured.get(key) as Run[]).map((run) => run.largestMiB)),
      };
    }),
  );
}

function printTable(rows: readonly Row[]): void {
  const titles = [
    "preview of",
    "policies",
    "s",
    "ratio",
    "cpu s",
    "ratio",
    "resources",
    "a second",
    "peak MiB",
    "largest",
  ];
  const cells = rows.map((row) => [
    row.name,
    row.policyPack ? "with" : "without",
    row.seconds.toFixed(2),
    row.ratio.toFixed(1),
    row.processorSeconds.toFixed(2),
    row.processorRatio.toFixed(1),
    `${row.resources}`,
    row.resourcesPerSecond.toFixed(0),
    row.peakMiB.toFixed(0),
    row.largestMiB.toFixed(0),
  ]);
  const widths = titles.map((title, column) =>
    Math.max(...[titles, ...cells].map((line) => (line[column] ?? "").length), title.length),
  );
  for (const line of [titles, ...cells])
    print(
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Stops the sandbox and takes everything away again, unless it is to stay. */
function cleanUp(): void {
  if (wanted.keep) {
    process.stderr.write(`kept: ${folder} (its sandbox runs)\n`);
    return;
  }
  spawnSync(process.execPath, ["delivery/cli/main.ts", "sandbox", "reset", "--yes"], { cwd: checkout });
  rmSync(folder, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });

try {
  prepareCheckout();
  const upSeconds = Object.fromEntries(stacks.map((stack) => [stack, bringUp(stack)]));
  const ours = stacks.map(stackSubject);
  // The engine of the last stack has every part that any of them needs; PATH finds it for this process too.
  const env = ours.at(-1)?.env ?? engineEnvironment("dev");
  process.env.PATH = env.PATH;
  const subjects = [emptySubject(env), ...ours];
  const inspected = new Map<string, Awaited<ReturnType<typeof inspect>>>();
  for (const subject of subjects) inspected.set(subject.name, await inspect(subject));
  const measured = await measureAll(subjects);
  const resources = new Map([...inspected].map(([name, found]) => [name, found.resources]));
  const rows = tabulate(subjects, measured, resources);
  const typesChecked = [...inspected].filter(([, found]) => found.checksTypes).map(([name]) => name);
  const machine = {
    cores: cpus().length,
    platform: process.platform,
    architecture: process.arch,
    node: process.version,
  };

  if (wanted.json) {
    print(JSON.stringify({ machine, runs, aim, upSeconds, typesChecked, rows }, null, 2));
  } else {
    print(
      `${machine.cores} cores, ${machine.platform} ${machine.architecture}, Node ${machine.node}, medians of ${runs}`,
    );
    for (const [stack, seconds] of Object.entries(upSeconds)) print(`up ${stack}, first: ${seconds.toFixed(1)} s`);
    printTable(rows);
    print(
      `type checking at preview: ${typesChecked.length === 0 ? "none (typescript: false, no ts-node in the program's process)" : typesChecked.join(", ")}`,
    );
    const over = rows.filter(({ name, ratio }) => ratio > aim && stacks.includes(name));
    print(
      `aim: at most ${aim} times the empty program; ${over.length === 0 ? "kept by all" : `missed by ${over.length} of ${stacks.length * 2}`}`,
    );
  }
  if (typesChecked.length > 0) process.exitCode = 1;
} finally {
  cleanUp();
}
