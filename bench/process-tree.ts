import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { platform } from "node:process";

/** What one run of a program took, with all that it started. */
export interface Run {
  /** From its start to its end. */
  readonly seconds: number;
  /**
   * User and system time of it and of every child that was waited for: less shaken by other work on the machine. A lower bound:
   * the engine ends a policy pack without waiting for it, so that the pack's own time shows in `seconds` only.
   */
  readonly processorSeconds: number;
  /** Highest sum of resident memory over the tree. Pages that processes share count once in each, so that it is an upper bound. */
  readonly peakMiB: number;
  /** Highest resident memory of any one process of the tree. */
  readonly largestMiB: number;
  readonly stdout: string;
}

/** How often the tree is looked at, in milliseconds: often enough for a plugin that lives a second, rare enough to cost 1 %. */
const samplingInterval = 100;

/** Runs the command in a shell that tells afterwards, by a channel of its own, what processor time its children had. */
const script = '"$@" 3>&-; code=$?; times >&3; exit $code';

/**
 * Runs a program to its end and measures it and all that it starts.
 * @throws Error with its output when it fails
 */
export async function measureRun(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Run> {
  const started = process.hrtime.bigint();
  const child = spawn("sh", ["-c", script, "sh", file, ...args], {
    ...options,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "", times: "" };
  for (const [name, stream] of [
    ["stdout", child.stdio[1]],
    ["stderr", child.stdio[2]],
    ["times", child.stdio[3]],
  ] as const)
    stream?.on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  let peak = 0;
  let largest = 0;
  const timer = setInterval(() => {
    const sizes = residentSizes(child.pid as number);
    peak = Math.max(peak, sum(sizes));
    largest = Math.max(largest, ...sizes);
  }, samplingInterval);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}\n${texts.stdout}\n${texts.stderr}`);
  } finally {
    clearInterval(timer);
  }
  return {
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
    processorSeconds: processorSeconds(texts.times),
    peakMiB: peak / 1024,
    largestMiB: largest / 1024,
    stdout: texts.stdout,
  };
}

/** The second line of what the shell's `times` prints is its children's: `0m1.20s 0m0.31s`. */
function processorSeconds(times: string): number {
  const children = times.trim().split("\n")[1] ?? "";
  return sum(
    [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds)),
  );
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory in KiB. */
  readonly resident: number;
}

/** Resident memory of every descendant of a process, in KiB. */
function residentSizes(root: number): number[] {
  const all = platform === "linux" ? processesOfProc() : processesOfPs();
  const members = new Set([root]);
  const sizes: number[] = [];
  // A child may have a lower number than its parent, so that one pass over the list would not do.
  for (let found = true; found; ) {
    found = false;
    for (const { pid, parent, resident } of all) {
      if (members.has(pid) || !members.has(parent)) continue;
      members.add(pid);
      sizes.push(resident);
      found = true;
    }
  }
  return sizes;
}

function processesOfProc(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, "utf8");
        const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
        return [{ pid: Number(name), parent: field("PPid"), resident: field("VmRSS") }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

function processesOfPs(): Process[] {
  return execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0, resident = 0]) => ({ pid, parent, resident }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
