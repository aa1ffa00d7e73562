import { type Explanation, explainFlag } from "./evaluation/explain.ts";
import type { FlagContext } from "./evaluation/model.ts";
import type { Outcome, Reason } from "./evaluation/outcome.ts";
import { readFlagFile, resolveFlags } from "./file.ts";
import { type FlagEnvironment, flagEnvironments } from "./flag.ts";
import { changedKeys, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { readSnapshotFile, SnapshotFile } from "./snapshot-file.ts";
import type { StoredFlag } from "./translate.ts";

/** What a source tells of the flags, whenever it has something to tell. */
export interface SourceReports {
  /** The flags as they are now. */
  current(flags: Readonly<Record<string, StoredFlag>>): void;
  /** They are as last reported. */
  unchanged(): void;
  /** Nobody knows how they are now. */
  lost(problem: Error): void;
}

/** Where flags come from. */
export interface FlagSource {
  /** Begins to report, and goes on until the function that it returns is called. It tries again by itself after `lost`. */
  follow(reports: SourceReports): () => Promise<void>;
}

export interface LiveFlagsOptions {
  readonly environment: FlagEnvironment;
  /** Usually {@link postgresSource}. */
  readonly source: FlagSource;
  /** A file in which the flags are kept as they were last seen, to answer from until the source has reported. @default none is kept */
  readonly snapshotFile?: string | undefined;
  /** A flag file (as `delivery/flags.yaml`) to answer from until then, when there is no snapshot. @default none */
  readonly bootstrap?: string | undefined;
  /** How long `start` waits for the source, in milliseconds. @default 3000 */
  readonly patience?: number | undefined;
  /** Told of a lost source, of an unreadable snapshot or bootstrap, and of a subscriber that throws. @default nobody is told */
  readonly onProblem?: ((problem: Error) => void) | undefined;
}

/** `empty`: nothing to answer from. `stale`: answers come from a bootstrap or from before the source was lost. */
export type Freshness = "empty" | "stale" | "fresh";

export type FlagsEvent = { readonly kind: "changed"; readonly keys: readonly string[] } | { readonly kind: Freshness };

/** How a flag stands. */
export interface Evaluation extends Omit<Outcome, "reason"> {
  /** STALE instead of the rule's reason when the snapshot may be old. */
  readonly reason: Reason | "STALE";
  /** Of a STALE one: what the reason would be. */
  readonly freshReason?: Reason;
}

/** A user or an organization in an A/B test. */
export interface Participant {
  readonly kind: "user" | "organization";
  readonly unit: string;
  readonly variant: string;
}

/**
 * The flags of an environment, held in memory and followed. Evaluating one is a matter of nanoseconds and never fails, waits or asks:
 * when the source is lost, the last snapshot goes on answering.
 */
export class LiveFlags {
  readonly environment: FlagEnvironment;
  private readonly options: LiveFlagsOptions;
  private readonly listeners = new Set<(event: FlagsEvent) => void>();
  private readonly file: SnapshotFile | undefined;
  private snapshot: Snapshot | undefined;
  private state: Freshness = "empty";
  private stop: (() => Promise<void>) | undefined;
  private endWait: (() => void) | undefined;

  constructor(options: LiveFlagsOptions) {
    this.options = options;
    this.environment = options.environment;
    const { snapshotFile, environment } = options;
    this.file = snapshotFile
      ? new SnapshotFile(snapshotFile, environment, (problem) => this.report(problem))
      : undefined;
  }

  get freshness(): Freshness {
    return this.state;
  }

  get keys(): string[] {
    return this.snapshot?.flags.keys ?? [];
  }

  /**
   * Reads the snapshot of an earlier process or the bootstrap, follows the source, and waits until the first report or until its patience is over.
   * @throws Error when the environment is none; never because something cannot be reached.
   */
  async start(): Promise<void> {
    if (!flagEnvironments.includes(this.environment)) {
      throw new Error(
        `There is no flag environment "${this.environment}".\n  Use one of ${flagEnvironments.join(", ")}.`,
      );
    }
    if (this.stop !== undefined) return;
    if (!this.readSnapshot()) this.readBootstrap();
    const { promise: first, resolve: reported } = Promise.withResolvers<void>();
    this.endWait = reported;
    this.stop = this.options.source.follow({
      current: (flags) => {
        this.take(takeSnapshot(flags, this.snapshot), "fresh");
        this.file?.save(flags);
        reported();
      },
      unchanged: () => this.become("fresh"),
      lost: (problem) => {
        this.report(problem);
        this.become(this.snapshot === undefined ? "empty" : "stale");
        reported();
      },
    });
    const timer = setTimeout(reported, this.options.patience ?? 3_000);
    await first;
    clearTimeout(timer);
  }

  /** Stops to follow the source; what is there can still be evaluated. */
  async close(): Promise<void> {
    const { stop } = this;
    this.stop = undefined;
    this.endWait?.();
    await stop?.();
    await this.file?.settled();
    this.become(this.snapshot === undefined ? "empty" : "stale");
    this.listeners.clear();
  }

  /** @returns how to unsubscribe. */
  subscribe(listener: (event: FlagsEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether the flag is on. What is not known is off. */
  isEnabled(key: string, context: FlagContext = {}): boolean {
    return this.snapshot?.flags.isEnabled(key, context) ?? false;
  }

  /** @returns undefined for a flag that is not known. */
  evaluate(key: string, context: FlagContext = {}): Evaluation | undefined {
    const outcome = this.snapshot?.flags.evaluate(key, context);
    if (outcome === undefined || this.state === "fresh" || outcome.reason === "ERROR") return outcome;
    return { ...outcome, reason: "STALE", freshReason: outcome.reason };
  }

  /** Who takes part in an A/B test of the flag's variants, and with which; undefined for those whose variant is not chance's. */
  participant(key: string, context: FlagContext = {}): Participant | undefined {
    const found = this.snapshot?.flags.get(key)?.participant(context);
    const kind = this.snapshot?.organizationFlags.has(key) ? "organization" : "user";
    return found && { kind, ...found };
  }

  /** Why the flag is as it is; see `formatExplanation`. @returns undefined for a flag that is not known. */
  explain(key: string, context: FlagContext = {}): Explanation | undefined {
    const flag = this.snapshot?.flags.get(key);
    return flag && explainFlag(flag, context);
  }

  /** What is to be told with the flag's value. */
  metadata(key: string): Readonly<Record<string, string | number | boolean>> | undefined {
    return this.snapshot?.metadata.get(key);
  }

  /** @returns whether there is something to answer from */
  private readSnapshot(): boolean {
    const { snapshotFile } = this.options;
    if (snapshotFile === undefined || this.snapshot !== undefined) return false;
    try {
      const flags = readSnapshotFile(snapshotFile, this.environment);
      if (flags !== undefined) this.take(takeSnapshot(flags), "stale");
      return flags !== undefined;
    } catch (error) {
      this.report(error as Error);
      return false;
    }
  }

  private readBootstrap(): void {
    const { bootstrap } = this.options;
    if (bootstrap === undefined || this.snapshot !== undefined) return;
    try {
      const flags = Object.entries(resolveFlags(readFlagFile(bootstrap), this.environment));
      // When this environment went live only its database knows: what waits for that is off until it is reached.
      const stored = flags
        .filter(([, { active }]) => active)
        .map(([key, flag]) => [key, flag.targeting.activation ? { ...flag, waitsFor: "the database" } : flag]);
      this.take(takeSnapshot(Object.fromEntries(stored)), "stale");
    } catch (error) {
      this.report(error as Error);
    }
  }

  private take(snapshot: Snapshot, freshness: Freshness): void {
    const keys = changedKeys(this.snapshot, snapshot);
    this.snapshot = snapshot;
    this.become(freshness);
    if (keys.length > 0) this.tell({ kind: "changed", keys });
  }

  private become(freshness: Freshness): void {
    if (this.state === freshness) return;
    this.state = freshness;
    this.tell({ kind: freshness });
  }

  private tell(event: FlagsEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.report(error as Error);
      }
    }
  }

  /** What the application does with a problem must not become one of the flags. */
  private report(problem: Error): void {
    try {
      this.options.onProblem?.(problem);
    } catch {
      // It was told.
    }
  }
}
