import { randomUUID } from "node:crypto";
import type { Participant } from "../live-flags.ts";

export interface Exposure extends Participant {
  readonly flag: string;
  /** Milliseconds on this process's monotonic clock. */
  readonly at: number;
}

export interface TrackedEvent {
  readonly id: string;
  readonly metric: string;
  readonly userId?: string | undefined;
  readonly organizationId?: string | undefined;
  readonly value: number;
  readonly at: number;
}

export interface ExperimentBatch {
  readonly exposures: readonly Exposure[];
  readonly events: readonly TrackedEvent[];
}

/** Where batches go. Writing one again must count once. */
export interface ExperimentSink {
  write(batch: ExperimentBatch): Promise<void>;
  close(): Promise<void>;
}

export interface ExperimentLogOptions {
  /** Usually {@link postgresSink}. */
  readonly sink: ExperimentSink;
  /** How long something waits for company, in milliseconds. @default 1000 */
  readonly interval?: number;
  /** How much waits at most while the sink is gone; what comes then is dropped and counted. @default 10000 */
  readonly capacity?: number;
  /** Told of a batch that could not be written, which is tried again, and of what was dropped. @default nobody is told */
  readonly onProblem?: (problem: Error) => void;
}

const batchSize = 1_000;
const mostRemembered = 100_000;

/**
 * Collects who saw which variant and what they did, and writes it in the background, in batches. It never waits, throws or grows without end: an
 * application is not disturbed by its own statistics.
 */
export class ExperimentLog {
  private readonly options: ExperimentLogOptions;
  private readonly seen = new Set<string>();
  private exposures: Exposure[] = [];
  private events: TrackedEvent[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<boolean> | undefined;
  private droppedCount = 0;

  constructor(options: ExperimentLogOptions) {
    this.options = options;
  }

  /** How much was dropped because the sink was gone for too long. */
  get dropped(): number {
    return this.droppedCount;
  }

  /** Once for each unit and variant, as far as this process remembers; the sink knows the others. */
  exposure(flag: string, participant: Participant): void {
    const key = JSON.stringify([flag, participant.kind, participant.unit, participant.variant]);
    if (this.seen.has(key) || !isStorable(participant.unit)) return;
    if (!this.hasRoom()) return;
    if (this.seen.size >= mostRemembered) this.seen.clear();
    this.seen.add(key);
    this.exposures.push({ flag, ...participant, at: performance.now() });
    this.schedule();
  }

  event(
    event: Pick<TrackedEvent, "metric" | "userId" | "organizationId"> & { readonly value?: number | undefined },
  ): void {
    const { metric, organizationId, userId, value = 1 } = event;
    const [user, organization] = [userId, organizationId].map((id) => (isStorable(id) ? id : undefined));
    if ((user ?? organization) === undefined || !isStorable(metric) || !Number.isFinite(value)) return;
    if (!this.hasRoom()) return;
    const id = randomUUID();
    this.events.push({ id, metric, userId: user, organizationId: organization, value, at: performance.now() });
    this.schedule();
  }

  /** Writes what is there. @returns whether all of it is written */
  async flush(): Promise<boolean> {
    for (;;) {
      if (this.writing !== undefined) await this.writing;
      else if (this.exposures.length + this.events.length === 0) return true;
      else if (!(await this.writeBatch())) return false;
    }
  }

  /** Writes what is there, if it can be written, and ends. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
    clearTimeout(this.timer);
    await this.options.sink.close().catch((error: Error) => this.report(error));
  }

  private hasRoom(): boolean {
    if (this.exposures.length + this.events.length < (this.options.capacity ?? 10_000)) return true;
    if (this.droppedCount++ === 0) this.report(new Error("The log of experiments is full, and drops what comes."));
    return false;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, this.options.interval ?? 1_000).unref();
  }

  private writeBatch(): Promise<boolean> {
    const batch = { exposures: this.exposures.slice(0, batchSize), events: this.events.slice(0, batchSize) };
    this.writing = this.options.sink
      .write(batch)
      .then(() => {
        this.exposures = this.exposures.slice(batch.exposures.length);
        this.events = this.events.slice(batch.events.length);
        return true;
      })
      .catch((error: Error) => {
        this.report(error);
        this.schedule();
        return false;
      })
      .finally(() => {
        this.writing = undefined;
      });
    return this.writing;
  }

  private report(problem: Error): void {
    try {
      this.options.onProblem?.(problem);
    } catch {
      // It was told.
    }
  }
}

/** What the tables take: one bad id must not keep a whole batch from being written. */
function isStorable(text: unknown): text is string {
  return typeof text === "string" && text !== "" && text.length <= 255 && !text.includes("\0");
}
