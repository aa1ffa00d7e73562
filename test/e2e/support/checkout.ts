import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cacheDirectory, checkoutRoot } from "../../../sandbox/paths.ts";

/** What a command printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A checkout of its own in a temporary folder, with a home folder of its own, that shares only the machine's toolchain cache
 * and this checkout's npm packages. Its commands run with next to no environment, as on a fresh machine.
 */
export class Checkout {
  readonly folder: string;
  readonly root: string;
  readonly home: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.root = path.join(folder, "checkout");
    this.home = path.join(folder, "home");
  }

  /** Copies what git knows or would know of this checkout. */
  static create(): Checkout {
    const checkout = new Checkout(mkdtempSync(path.join(tmpdir(), "slipway-e2e-")));
    mkdirSync(checkout.home);
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: checkoutRoot,
      encoding: "utf8",
    });
    for (const file of files.split("\0").filter(Boolean)) {
      cpSync(path.join(checkoutRoot, file), path.join(checkout.root, file), { recursive: true, force: true });
    }
    symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(checkout.root, "node_modules"));
    return checkout;
  }

  /** The environment of this checkout's commands. */
  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    const kept = Object.fromEntries(
      ["PATH", "LANG", "TMPDIR"].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    );
    return { ...kept, HOME: this.home, SLIPWAY_CACHE: cacheDirectory(), ...extra };
  }

  /** Starts `./slipway` with these arguments; without a terminal, in a process group of its own. */
  start(
    args: readonly string[],
    extra: Readonly<Record<string, string>> = {},
    stdio: SpawnOptions["stdio"] = ["ignore", "pipe", "pipe"],
  ) {
    return spawn(path.join(this.root, "slipway"), args, {
      cwd: this.root,
      env: this.environment(extra),
      stdio,
      detached: true,
    });
  }

  /** Runs `./slipway` with these arguments to its end. */
  run(args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return collect(this.start(args, extra));
  }

  /** Runs a line of shell in the checkout. */
  shell(line: string, extra: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return collect(
      spawn("/bin/sh", ["-c", line], {
        cwd: this.root,
        env: this.environment(extra),
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  read(file: string): string {
    return readFileSync(path.join(this.root, file), "utf8");
  }

  readAbsolute(file: string): string {
    return readFileSync(file, "utf8");
  }

  /** Those of these files that differ from the checkout that is tested. */
  changedAmong(files: readonly string[]): string[] {
    return files.filter((file) => this.read(file) !== readFileSync(path.join(checkoutRoot, file), "utf8"));
  }

  /** Changes a file of the checkout. */
  edit(file: string, change: (text: string) => string): void {
    writeFileSync(path.join(this.root, file), change(this.read(file)));
  }

  /** Adds a file to the checkout, or replaces it. */
  write(file: string, text: string): void {
    writeFileSync(path.join(this.root, file), text);
  }

  remove(file: string): void {
    rmSync(path.join(this.root, file));
  }

  /** Variables that `./slipway env` sets for this checkout's sandbox, secrets included. */
  async endpoints(stack = "dev"): Promise<Record<string, string>> {
    const { stdout, stderr, code } = await this.shell(`eval "$(./slipway env ${stack})" && env -0`);
    if (code !== 0) throw new Error(`slipway env failed: ${stderr}`);
    return Object.fromEntries(
      stdout
        .split("\0")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  }

  /** Stops the sandbox and removes everything. */
  async dispose(): Promise<void> {
    await this.run(["sandbox", "reset", "--yes"]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function collect(child: ReturnType<typeof spawn>): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? (signal ? 137 : 1), stdout, stderr }));
  });
}

/** Fails with everything that a command printed when it did not end as expected. */
export function expectCode(outcome: Outcome, code: number): Outcome {
  if (outcome.code !== code)
    throw new Error(
      `exit code ${outcome.code} instead of ${code}\n--- stdout\n${outcome.stdout}\n--- stderr\n${outcome.stderr}`,
    );
  return outcome;
}
