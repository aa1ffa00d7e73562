import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../delivery/errors.ts";
import { buildFlags, engineModule, linkerFlags } from "./fingerprint.ts";
import { goEnvironment, goVersion, requireGo } from "./go.ts";
import { type Part, pulumiVersion } from "./parts.ts";
import { buildParallelism, checkRoom, measureRoom } from "./preflight.ts";

/** How far a build is. */
export interface BuildProgress {
  readonly phase: "fetching modules" | "compiling";
  /** Modules fetched or packages compiled so far. */
  readonly done: number;
  /** Packages in all; 0 while it is not known. */
  readonly total: number;
  /** Seconds since the build began. */
  readonly elapsed: number;
}

/** A part to be built and the folder that is to hold its program. */
export interface BuildOrder {
  readonly part: Part;
  readonly folder: string;
}

/**
 * Compiles parts of the toolchain from Go modules in one go, so that what they share is compiled once. A build that is
 * interrupted goes on where it stopped, since the compiler's cache is kept until all is there. To be called under the
 * machine's lock only.
 * @param cache the machine's cache folder
 * @throws UserError when Go is missing, disk or memory is short, or the compiler or the module registry fails (with the log's path)
 */
export async function buildParts(
  orders: readonly BuildOrder[],
  cache: string,
  report: (progress: BuildProgress) => void,
): Promise<void> {
  requireGo(await goVersion());
  const room = measureRoom(cache);
  checkRoom(room, cache);
  const started = Date.now();
  const log = path.join(cache, "logs", `build-${new Date().toISOString().replace(/[:.]/g, "-")}.log`);
  mkdirSync(path.dirname(log), { recursive: true });
  const go = new GoCommand(cache, log);
  const packages = orders.map((order) => order.part.goPackage);

  let fetched = 0;
  const elapsed = () => Math.round((Date.now() - started) / 1000);
  report({ phase: "fetching modules", done: 0, total: 0, elapsed: 0 });
  const wanted = await go.run(["list", "-deps", "-f", "{{.ImportPath}}", ...packages], (line) => {
    if (line.includes(": downloading "))
      report({ phase: "fetching modules", done: ++fetched, total: 0, elapsed: elapsed() });
  });

  const work = path.join(cache, "toolchain", `.build-${process.pid}`);
  removeRemains(path.join(cache, "toolchain"));
  mkdirSync(work, { recursive: true });
  try {
    let compiled = 0;
    const flags = [
      ...buildFlags,
      "-v",
      "-p",
      String(buildParallelism(room)),
      "-ldflags",
      linkerFlags(pulumiVersion),
      "-o",
      `${work}/`,
    ];
    await go.run(["build", ...flags, ...packages], (line) => {
      if (!line.includes(": downloading "))
        report({ phase: "compiling", done: ++compiled, total: wanted.length, elapsed: elapsed() });
    });
    for (const { part, folder } of orders) {
      const ready = `${folder}.part-${process.pid}`;
      rmSync(ready, { recursive: true, force: true });
      mkdirSync(ready, { recursive: true });
      renameSync(path.join(work, part.binary), path.join(ready, part.binary));
      writeFileSync(
        path.join(ready, "built.json"),
        JSON.stringify({ part: part.name, version: part.version, seconds: elapsed(), at: new Date().toISOString() }),
      );
      rmSync(folder, { recursive: true, force: true });
      renameSync(ready, folder);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Half-made folders can only be those of builds that were killed: the caller holds the machine's lock. */
function removeRemains(toolchain: string): void {
  if (!existsSync(toolchain)) return;
  for (const name of readdirSync(toolchain)) {
    // Sets of links are made without the lock (links.ts), so one that is half-made may be somebody's.
    const halfMade = /^\.build-\d+$|\.part(-\d+)?$/.test(name) && !name.startsWith("engine-set-");
    if (halfMade) rmSync(path.join(toolchain, name), { recursive: true, force: true });
  }
}

/** Removes Go's caches of finished builds (about 4 GB); the programs stay. `SLIPWAY_KEEP_BUILD_CACHE=1` keeps them. */
export function dropBuildCaches(cache: string, env: NodeJS.ProcessEnv = process.env): void {
  if (env.SLIPWAY_KEEP_BUILD_CACHE !== "1" && existsSync(path.join(cache, "go"))) {
    rmSync(path.join(cache, "go"), { recursive: true, force: true });
  }
}

/** Runs `go` in the toolchain's module, with its output in a log and its failures in the user's words. */
class GoCommand {
  private readonly cache: string;
  private readonly log: string;

  constructor(cache: string, log: string) {
    this.cache = cache;
    this.log = log;
  }

  /** @returns the lines of standard output; `onLine` sees those of standard error as they come */
  async run(args: readonly string[], onLine: (line: string) => void): Promise<string[]> {
    const log = createWriteStream(this.log, { flags: "a" });
    log.write(`$ go ${args.join(" ")}\n`);
    const child = spawn("go", args, {
      cwd: engineModule,
      env: goEnvironment(this.cache),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = stopWithUs(child);
    const output: string[] = [];
    const problems: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => output.push(line));
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.write(`${line}\n`);
      problems.push(line);
      if (problems.length > 200) problems.shift();
      onLine(line);
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...result) => resolve(result));
    }).finally(stop);
    log.end();
    if (code !== 0) throw new UserError(explainGoFailure(problems, signal, this.log));
    return output;
  }
}

/** Ends the compiler when this process is asked to end, and says how to undo that. */
function stopWithUs(child: ChildProcess): () => void {
  const end = () => child.kill("SIGTERM");
  // Without handlers of ours a signal would end this process without "exit", and the compiler would go on alone.
  const leave = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  process.once("exit", end);
  for (const signal of endingSignals) process.once(signal, leave);
  return () => {
    process.off("exit", end);
    for (const signal of endingSignals) process.off(signal, leave);
  };
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One clear message out of what `go` printed. */
export function explainGoFailure(lines: readonly string[], signal: string | null, log: string): string {
  const text = lines.join("\n");
  const last = lines
    .filter((line) => line.trim() !== "" && !line.includes(": downloading "))
    .slice(-3)
    .join("\n  ");
  const closing = `The whole output is in ${log}. What was compiled is kept: the next ./slipway goes on from there.`;
  if (/no space left on device/.test(text))
    return `The disk became full while the engine was built.\n  Free some space, or set SLIPWAY_CACHE to a folder on a larger disk.\n  ${closing}`;
  if (signal === "SIGKILL" || /signal: killed/.test(text))
    return `The system ended the compiler, most likely because memory ran out.\n  Close other programs and try again.\n  ${closing}`;
  if (
    /dial tcp|no such host|i\/o timeout|connection refused|TLS handshake|proxyconnect|Forbidden|Bad Gateway|Service Unavailable/.test(
      text,
    )
  ) {
    return `The Go module registry could not be reached, or refused a module.\n  ${last}\n  Check the network and GOPROXY (go env GOPROXY), or put a ready-made pulumi on PATH.\n  ${closing}`;
  }
  if (/checksum mismatch|SECURITY ERROR/.test(text))
    return `A Go module is not the one that engine/go.sum pins.\n  ${last}\n  Something between this machine and the registry alters modules; nothing was built.\n  ${closing}`;
  return `The engine could not be built.\n  ${last}\n  ${closing}`;
}
