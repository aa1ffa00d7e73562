import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { UserError } from "../../delivery/errors.ts";
import { goEnvironment } from "./go.ts";

/** Runs `go` in a module of the toolchain, with its output in a log and its failures in the user's words. */
export class GoCommand {
  private readonly module: string;
  private readonly cache: string;
  private readonly log: string;
  private readonly what: string;

  /**
   * @param module folder of the module
   * @param cache the machine's cache folder
   * @param what what is being built, in a user's words
   */
  constructor(module: string, cache: string, log: string, what: string) {
    this.module = module;
    this.cache = cache;
    this.log = log;
    this.what = what;
  }

  /** @returns the lines of standard output; `onLine` sees those of standard error as they come */
  async run(args: readonly string[], onLine: (line: string) => void = () => {}): Promise<string[]> {
    const log = createWriteStream(this.log, { flags: "a" });
    log.write(`$ go ${args.join(" ")}\n`);
    const child = spawn("go", args, {
      cwd: this.module,
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
    if (code !== 0) throw new UserError(explainGoFailure(problems, signal, this.log, this.what));
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

/** One clear message out of what `go` printed while it built `what`. */
export function explainGoFailure(lines: readonly string[], signal: string | null, log: string, what: string): string {
  const text = lines.join("\n");
  const last = lines
    .filter((line) => line.trim() !== "" && !line.includes(": downloading "))
    .slice(-3)
    .join("\n  ");
  const closing = `The whole output is in ${log}. What was compiled is kept: the next ./slipway goes on from there.`;
  if (/no space left on device/.test(text))
    return `The disk became full while ${what} was built.\n  Free some space, or set SLIPWAY_CACHE to a folder on a larger disk.\n  ${closing}`;
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
    return `A Go module is not the one that go.sum pins.\n  ${last}\n  Something between this machine and the registry alters modules; nothing was built.\n  ${closing}`;
  return `${capital(what)} could not be built.\n  ${last}\n  ${closing}`;
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`;
}
