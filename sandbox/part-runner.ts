import { createHash } from "node:crypto";
import { explainEnding } from "./endings.ts";
import { baseEnvironment, carriesMark, markOf } from "./environment.ts";
import { RestartNeeded, reason, SandboxError } from "./errors.ts";
import type { Part, PartCommand, PartContext } from "./parts.ts";
import { adopt, launch, type ManagedProcess, terminate } from "./system/managed-process.ts";
import { findProcesses, type ProcessIdentity, type ProcessInfo, signal } from "./system/processes.ts";
import { pause, until } from "./system/wait.ts";

export type Phase = "stopped" | "starting" | "waiting" | "ready" | "unhealthy" | "failed";

/** A part's process as it is written down, for the supervisor that comes after this one. */
interface ProcessRecord extends ProcessIdentity {
  /** Stands for the command: a process that runs another one is replaced. */
  readonly digest: string;
}

/** What a runner needs of its supervisor. */
export interface RunnerHost {
  readonly context: PartContext;
  /** Makes sure that the part's ports are its own, or free; moves it to others where not. */
  claimPorts(): Promise<void>;
  /** The process written down last. */
  readonly recorded: ProcessRecord | undefined;
  record(process: ProcessRecord | undefined): void;
  log(text: string): void;
}

/** Milliseconds before the first, second, ... repeated launch; after the last one the part is given up. */
const backOff = [0, 500, 1000, 2000, 4000] as const;
/** A part that was well for so long (milliseconds) starts its count of failures anew. */
const stableAfter = 10_000;
const checkInterval = 3000;
/** A check that takes longer (milliseconds) counts as failed. */
const checkLimit = 10_000;
const readyInterval = 60;
/** So many checks in a row must fail before a running process is ended; the first two stay quiet. */
const allowedMisses = 4;

/** Keeps one part running: launches or adopts it, watches its health, launches it again when it dies. */
export class PartRunner {
  phase: Phase = "stopped";
  detail = "not started";
  readonly part: Part;
  private readonly host: RunnerHost;
  private process: ManagedProcess | undefined;
  private stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(part: Part, host: RunnerHost) {
    this.part = part;
    this.host = host;
  }

  get pid(): number | undefined {
    return this.process?.identity.pid;
  }

  /** Whether the part neither starts nor stops at the moment. */
  get settled(): boolean {
    return this.phase === "ready" || this.phase === "failed" || this.phase === "stopped";
  }

  /** Begins to keep the part running; does nothing when it is. A part that was given up is tried again. */
  async start(): Promise<void> {
    if (this.phase === "ready") await this.confirm();
    if (this.loop) return;
    this.stopping = new AbortController();
    this.enter("starting", "starting");
    this.loop = this.keepRunning(this.stopping.signal).finally(() => {
      this.loop = undefined;
    });
  }

  /** Ends the part and everything that is left of it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await this.end();
    this.enter("stopped", "stopped");
  }

  private async keepRunning(stop: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      let readyAt: number | undefined;
      try {
        const process = await this.adoptOrLaunch();
        await this.waitUntilReady(process, stop);
        if (stop.aborted) return;
        readyAt = Date.now();
        this.enter("ready", "ready");
        await this.watch(process, stop);
      } catch (error) {
        if (stop.aborted) return;
        if (readyAt && Date.now() - readyAt > stableAfter) failures = 0;
        failures += 1;
        const delay = backOff[failures - 1];
        const problem = await this.end().then(
          () => error,
          (other: unknown) => other,
        );
        if (problem instanceof SandboxError || delay === undefined) return this.giveUp(problem, failures);
        this.enter("starting", `${reason(problem)}; starting again`);
        await pause(delay, stop);
      }
    }
  }

  /** The process of an earlier supervisor, when it runs the command of now; else a new one. */
  private async adoptOrLaunch(): Promise<ManagedProcess> {
    const { context, recorded } = this.host;
    const running = recorded && adopt(recorded);
    if (running && digestOf(await this.part.command(context)) === recorded?.digest) {
      this.host.log(`adopts process ${recorded.pid}`);
      this.process = running;
      return running;
    }
    running?.forget();
    await this.end();
    await this.host.claimPorts();
    await this.part.prepare(context);
    const command = await this.part.command(context);
    const env = { ...baseEnvironment(), ...markOf(context.layout, this.part.name), ...command.env };
    const process = await launch({ ...command, env }, context.layout.log(this.part.name));
    this.process = process;
    this.host.record({ ...process.identity, digest: digestOf(command) });
    return process;
  }

  private async waitUntilReady(process: ManagedProcess, stop: AbortSignal): Promise<void> {
    const end = Date.now() + this.part.readyLimit;
    let problem = "";
    this.enter("waiting", "waiting for its first answer");
    while (!stop.aborted) {
      const outcome = await Promise.race([process.ended, this.check()]);
      if (outcome === true) return;
      if (typeof outcome === "string") throw new Error(outcome);
      problem = outcome.message;
      if (outcome instanceof RestartNeeded) throw outcome;
      if (Date.now() > end) throw new Error(`is not ready after ${this.part.readyLimit / 1000} s: ${problem}`);
      if (!problem.includes("ECONNREFUSED")) this.enter("waiting", problem);
      await pause(readyInterval, stop);
    }
  }

  /** Returns when told to stop; throws why the process is of no use any more. */
  private async watch(process: ManagedProcess, stop: AbortSignal): Promise<void> {
    for (let misses = 0; !stop.aborted; ) {
      const waited = new AbortController();
      const either = AbortSignal.any([stop, waited.signal]);
      const ended = await Promise.race([process.ended, pause(misses > 0 ? 1000 : checkInterval, either)]);
      waited.abort();
      if (ended) throw new Error(ended);
      if (stop.aborted) return;
      const outcome = await Promise.race([process.ended, this.check()]);
      if (typeof outcome === "string") throw new Error(outcome);
      if (outcome === true) {
        misses = 0;
        this.enter("ready", "ready");
      } else if (outcome instanceof RestartNeeded || ++misses >= allowedMisses) {
        throw new Error(`does not answer (${outcome.message})`);
      } else if (misses > 1) {
        this.enter("unhealthy", outcome.message);
      }
    }
  }

  /** True when the part answers, else why it does not. */
  private async check(): Promise<true | Error> {
    const late = new AbortController();
    const limit = pause(checkLimit, late.signal).then(() => new Error(`no answer within ${checkLimit / 1000} s`));
    const answer = this.part.check(this.host.context).then(
      () => true as const,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    return Promise.race([answer, limit]).finally(() => late.abort());
  }

  /** Makes sure that "ready" is true now, not a moment ago. */
  private async confirm(): Promise<void> {
    const outcome = await this.check();
    if (outcome !== true && this.phase === "ready") this.enter("waiting", outcome.message);
  }

  /** Ends the process, whoever started it, and what else carries the part's mark. */
  private async end(): Promise<void> {
    const process = this.process?.identity ?? this.host.recorded;
    if (process) await terminate(process, this.part.stopSignals);
    this.process?.forget();
    this.process = undefined;
    await this.endLeftovers();
    this.host.record(undefined);
  }

  private async endLeftovers(): Promise<void> {
    const { context } = this.host;
    const isOurs = (info: ProcessInfo) =>
      carriesMark(info, context.layout, this.part.name) || (this.part.isLeftover?.(info, context) ?? false);
    for (const [name, patience] of [[this.part.leftoverSignal, 5000] as const, ["SIGKILL", 5000] as const]) {
      for (const leftover of findProcesses(isOurs)) {
        this.host.log(`sends ${name} to the leftover process ${leftover.pid}`);
        signal(leftover, name);
      }
      if (await until(() => findProcesses(isOurs).length === 0, patience)) return;
    }
    throw new SandboxError({
      what: `Old processes of ${this.part.title} do not end.`,
      where: findProcesses(isOurs)
        .map(({ pid }) => `process ${pid}`)
        .join(", "),
      remedy: "End them as the account that owns them (or as root), then run the command again.",
    });
  }

  private giveUp(error: unknown, failures: number): void {
    const { layout } = this.host.context;
    const message =
      error instanceof SandboxError
        ? error.message
        : explainEnding(this.part, layout.log(this.part.name), reason(error), failures);
    this.enter("failed", message);
  }

  private enter(phase: Phase, detail: string): void {
    if (phase !== this.phase) this.host.log(`${phase}: ${detail}`);
    this.phase = phase;
    this.detail = detail;
  }
}

function digestOf(command: PartCommand): string {
  const { file, args, env, account } = command;
  return createHash("sha256")
    .update(JSON.stringify([file, args, env, account ?? null]))
    .digest("hex")
    .slice(0, 16);
}
