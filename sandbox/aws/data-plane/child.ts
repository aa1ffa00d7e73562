import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { PartCommand } from "../../parts.ts";

/** Milliseconds before a server that ended is started again. */
const pauseBeforeRestart = 500;

interface ChildOptions {
  readonly beforeStart?: () => void;
  /** A file for what it prints. @default where this process prints */
  readonly output?: string;
  /** What it is called in the log. @default its file */
  readonly title?: string;
}

/** A server process that is started again when it dies, until it is stopped. */
export class Child {
  private readonly command: PartCommand;
  private readonly log: (line: string) => void;
  private readonly beforeStart: () => void;
  private readonly output: string | undefined;
  private readonly title: string;
  private process: ChildProcess | undefined;
  private stopping = false;

  constructor(
    command: PartCommand,
    log: (line: string) => void,
    { beforeStart = () => undefined, output, title = command.file }: ChildOptions = {},
  ) {
    this.command = command;
    this.log = log;
    this.beforeStart = beforeStart;
    this.output = output;
    this.title = title;
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
    const output = this.output === undefined ? undefined : openSync(this.output, "a", 0o600);
    const child = spawn(file, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", output ?? "inherit", output ?? "inherit"],
      ...(account ?? {}),
    });
    if (output !== undefined) closeSync(output);
    this.process = child;
    child.once("error", (error) => this.log(`${this.title} cannot be started: ${error.message}`));
    child.once("exit", (code, name) => {
      if (this.stopping) return;
      this.log(`${this.title} ended (${name ?? `exit code ${code}`}); starting it again`);
      setTimeout(() => {
        if (!this.stopping) this.start();
      }, pauseBeforeRestart);
    });
  }
}
