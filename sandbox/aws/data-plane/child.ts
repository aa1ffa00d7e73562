import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { PartCommand } from "../../parts.ts";

/** Milliseconds before a server that ended is started again. */
const pauseBeforeRestart = 500;

/** A server process that is started again when it dies, until it is stopped. */
export class Child {
  private readonly command: PartCommand;
  private readonly log: (line: string) => void;
  private readonly beforeStart: () => void;
  private process: ChildProcess | undefined;
  private stopping = false;

  constructor(command: PartCommand, log: (line: string) => void, beforeStart: () => void = () => undefined) {
    this.command = command;
    this.log = log;
    this.beforeStart = beforeStart;
    this.start();
  }

  /** Lets it read its configuration again. */
  reload(): void {
    this.process?.kill("SIGHUP");
  }

  /** Asks with a signal, then kills. */
  async stop(signal: NodeJS.Signals, patience: number): Promise<void> {
    this.stopping = true;
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const late = new AbortController();
    const kill = sleep(patience, undefined, { signal: late.signal }).then(
      () => child.kill("SIGKILL"),
      () => undefined,
    );
    await ended;
    late.abort();
    await kill;
  }

  private start(): void {
    const { file, args, env, cwd, account } = this.command;
    this.beforeStart();
    const stdio = ["ignore", "inherit", "inherit"] as const;
    const child = spawn(file, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: [...stdio],
      ...(account ?? {}),
    });
    this.process = child;
    child.once("error", (error) => this.log(`${file} cannot be started: ${error.message}`));
    child.once("exit", (code, name) => {
      if (this.stopping) return;
      this.log(`${file} ended (${name ?? `exit code ${code}`}); starting it again`);
      setTimeout(() => {
        if (!this.stopping) this.start();
      }, pauseBeforeRestart);
    });
  }
}
