import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Outcome, outcome } from "../../../cli/support/run.ts";
import { script, temporaryFolder } from "../../../cli/support/temporary.ts";

/**
 * Stands in for the Go compiler: writes each call and its settings into a log, and programs that are scripts. After the
 * first program it waits at the named pipe FAKE_GO_GATE when there is one, then does what FAKE_GO says: killed, full.
 */
const fakeGo = `
echo "$1 $$ GOFLAGS=$GOFLAGS GOOS=$GOOS GOARCH=$GOARCH GOCACHE=$GOCACHE GOPROXY=\${GOPROXY:-}" >>"$FAKE_LOG"
case "$1" in
  env) echo "\${FAKE_GO_VERSION:-go1.26.8}"; exit ;;
  list) echo "go: downloading example.com/one v1.0.0" >&2; printf '%s\\n' one two three four five six; exit ;;
esac
command=$1 out= previous=
for argument; do [ "$previous" = -o ] && out=$argument; previous=$argument; done
[ "$command" = test ] && { echo test >"$out"; exit \${FAKE_GO_TEST:-0}; }
mkdir -p "$GOCACHE"
for argument; do
  case "$argument" in */cmd/*) ;; *) continue ;; esac
  echo "$argument" >&2
  printf '#!/bin/sh\\n' >"$out\${argument##*/}"
  chmod +x "$out\${argument##*/}"
  [ -z "\${FAKE_GO_GATE:-}" ] || cat "$FAKE_GO_GATE" >/dev/null
  FAKE_GO_GATE=
  case "\${FAKE_GO:-}" in
    killed) kill -9 $$ ;;
    full) echo "write $out: no space left on device" >&2; exit 1 ;;
  esac
done`;

/** An event of the toolchain or its outcome, as support/provide.ts prints them. */
interface Said {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** A machine with a fake Go and no Pulumi, on which processes provide the toolchain. */
export class FakeMachine {
  readonly folder = temporaryFolder("slipway-toolchain-");
  readonly cache = path.join(this.folder, "cache");
  readonly home = path.join(this.folder, "home");
  readonly bin = path.join(this.folder, "bin");
  /** A named pipe at which the fake Go can be made to wait. */
  readonly gate = path.join(this.folder, "gate");
  private readonly log = path.join(this.folder, "go.log");
  private readonly children: ChildProcess[] = [];

  constructor() {
    script(path.join(this.bin, "go"), fakeGo);
    execFileSync("mkfifo", [this.gate]);
  }

  environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: `${this.bin}:/usr/bin:/bin`,
      HOME: this.home,
      SLIPWAY_CACHE: this.cache,
      SLIPWAY_ENGINE: "build",
      FAKE_LOG: this.log,
      ...env,
    };
  }

  /** Starts a process that runs one of the scripts beside this file. */
  start(name: "provide.ts" | "go-tests.ts", env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", path.join(import.meta.dirname, name)],
      { env: this.environment(env), stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    this.children.push(child);
    return child;
  }

  /** Provides the whole toolchain in a process of its own. */
  provide(env?: Readonly<Record<string, string>>): Promise<Outcome> {
    return outcome(this.start("provide.ts", env));
  }

  goTests(env?: Readonly<Record<string, string>>): Promise<Outcome> {
    return outcome(this.start("go-tests.ts", env));
  }

  /** Lets the Go that waits at the gate go on. */
  openGate(): void {
    writeFileSync(this.gate, "go");
  }

  /** The calls of Go with this command: its process and its settings. */
  goCalls(command: "list" | "build" | "test"): { readonly pid: number; readonly settings: string }[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, "utf8")
      .split("\n")
      .filter((line) => line.startsWith(`${command} `))
      .map((line) => ({ pid: Number(line.split(" ")[1]), settings: line }));
  }

  /** Names of what the cache holds of the toolchain, without the lock's file. */
  cached(): string[] {
    const folder = path.join(this.cache, "toolchain");
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name !== "install.lock")
          .sort()
      : [];
  }

  dispose(): void {
    for (const child of this.children) {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }
}

/** The events and the outcome that a process printed. */
export function said(text: string): Said[] {
  return text
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Said);
}

/** Waits until a process says something of that kind. */
export function waitFor(child: ChildProcess, matches: (said: Said) => boolean): Promise<void> {
  let all = "";
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      all += part;
      if (said(all.slice(0, all.lastIndexOf("\n") + 1)).some(matches)) resolve();
    });
    child.once("close", () => reject(new Error(`it ended without saying so:\n${all}`)));
  });
}
