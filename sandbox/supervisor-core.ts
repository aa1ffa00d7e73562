import { appendFileSync } from "node:fs";
import { reason } from "./errors.ts";
import type { Layout } from "./layout.ts";
import { PartRunner, type Phase } from "./part-runner.ts";
import { aws } from "./parts/aws.ts";
import { cache } from "./parts/cache.ts";
import { github } from "./parts/github.ts";
import { inbox } from "./parts/inbox.ts";
import { postgres } from "./parts/postgres.ts";
import { type Part, type PartContext, type PartName, partNames, type SandboxSettings } from "./parts.ts";
import { freshState, inOrder, loadState, type SandboxState, saveState } from "./state.ts";
import type { Lock } from "./system/lock.ts";
import { choosePort, isFree } from "./system/ports.ts";
import { until } from "./system/wait.ts";

const parts: Readonly<Record<PartName, Part>> = { postgres, cache, github, inbox, aws };

/** What one part is doing, as the supervisor tells it. */
export interface PartReport {
  readonly name: PartName;
  readonly phase: Phase;
  readonly detail: string;
  readonly pid?: number | undefined;
  readonly port?: number | undefined;
}

/** Looks after the parts of one checkout. Its maker holds the checkout's lock. */
export class Supervisor {
  private readonly layout: Layout;
  private readonly lock: Lock;
  private readonly state: SandboxState;
  private readonly runners: Readonly<Record<PartName, PartRunner>>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(layout: Layout, lock: Lock) {
    this.layout = layout;
    this.lock = lock;
    this.state = loadState(layout) ?? freshState(layout.root);
    this.runners = {
      postgres: this.runnerFor(postgres),
      cache: this.runnerFor(cache),
      github: this.runnerFor(github),
      inbox: this.runnerFor(inbox),
      aws: this.runnerFor(aws),
    };
  }

  /** Announces the supervisor's control port to the clients. */
  announce(supervisor: SandboxState["supervisor"]): void {
    this.state.supervisor = supervisor;
    this.save();
  }

  /** Brings back the parts that were running when the last supervisor ended. */
  async resume(): Promise<void> {
    await Promise.all(this.state.desired.map((name) => this.runners[name].start()));
  }

  /** Begins to keep these parts running, besides those that are. */
  start(names: readonly PartName[], settings: SandboxSettings): Promise<void> {
    return this.inTurn(() => this.startNow(names, settings));
  }

  /** Ends parts, and what earlier supervisors left of them. */
  stop(names: readonly PartName[] = partNames): Promise<void> {
    return this.inTurn(() => this.stopNow(names));
  }

  /** Ends parts and removes their data and secrets. */
  reset(names: readonly PartName[]): Promise<void> {
    return this.inTurn(() => this.resetNow(names));
  }

  /** Waits until every part is either well or given up, so that another supervisor can take over. */
  async settle(): Promise<void> {
    await until(() => Object.values(this.runners).every((runner) => runner.settled), 120_000);
  }

  report(): PartReport[] {
    return partNames.map((name) => {
      const { phase, detail, pid } = this.runners[name];
      return { name, phase, detail, pid, port: this.state.ports[name] };
    });
  }

  /** Appends a line to the supervisor's log; a log that cannot be written (the folder was removed) stops nothing. */
  log(text: string): void {
    try {
      appendFileSync(this.layout.log("supervisor"), `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
    } catch (error) {
      process.stderr.write(`${text} (not logged: ${reason(error)})\n`);
    }
  }

  /** Orders are carried out one after the other. */
  private inTurn(action: () => Promise<void>): Promise<void> {
    const result = this.last.then(action);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async startNow(names: readonly PartName[], settings: SandboxSettings): Promise<void> {
    this.state.desired = inOrder([...this.state.desired, ...names]);
    const changed = (["cacheBinary", "kubernetesBinary", "awsPython"] as const).filter(
      (name) => settings[name] !== undefined && settings[name] !== this.state.settings[name],
    );
    for (const name of changed) this.state.settings[name] = settings[name];
    this.save();
    if (changed.includes("cacheBinary")) await this.runners.cache.stop();
    if (changed.includes("awsPython") || changed.includes("kubernetesBinary")) await this.runners.aws.stop();
    await Promise.all(names.map((name) => this.runners[name].start()));
  }

  private async stopNow(names: readonly PartName[]): Promise<void> {
    this.state.desired = this.state.desired.filter((name) => !names.includes(name));
    const ended = await Promise.allSettled(names.map((name) => this.runners[name].stop()));
    this.save();
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  }

  private async resetNow(names: readonly PartName[]): Promise<void> {
    await this.stopNow(names);
    for (const name of names) {
      await parts[name].removeData(this.contextOf(name));
      for (const port of parts[name].ports) delete this.state.ports[port];
    }
    this.save();
  }

  /** The state is written only while the folder is the one that we locked, never into one that replaced it. */
  private save(): void {
    if (this.lock.isInPlace()) saveState(this.layout, this.state);
  }

  private contextOf(name: PartName): PartContext {
    return {
      layout: this.layout,
      settings: this.state.settings,
      port: (port) => this.state.ports[port] ?? 0,
      report: (detail) => {
        this.runners[name].detail = detail;
      },
    };
  }

  private runnerFor(part: Part): PartRunner {
    const { state } = this;
    const save = () => this.save();
    return new PartRunner(part, {
      context: this.contextOf(part.name),
      claimPorts: () => this.claimPorts(part),
      get recorded() {
        return state.processes[part.name];
      },
      record: (process) => {
        if (process) state.processes[part.name] = process;
        else delete state.processes[part.name];
        save();
      },
      log: (text) => this.log(`${part.name}: ${text}`),
    });
  }

  /** Keeps the ports that were chosen at first; a port that another program took is exchanged. */
  private async claimPorts(part: Part): Promise<void> {
    for (const name of part.ports) {
      const before = this.state.ports[name];
      if (before !== undefined && (await isFree(before))) continue;
      const after = await choosePort(`${this.layout.id}/${name}`, new Set(Object.values(this.state.ports)));
      this.state.ports[name] = after;
      this.save();
      if (before !== undefined)
        this.log(`${part.name}: port ${before} (${name}) was taken by another program; it moves to ${after}`);
    }
  }
}
