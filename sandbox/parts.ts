import type { Layout } from "./layout.ts";
import type { ProcessInfo } from "./system/processes.ts";

/** The services of the sandbox, in the order in which they are shown. */
export const partNames = ["postgres", "cache", "github", "inbox", "aws"] as const;
export type PartName = (typeof partNames)[number];

/** The parts that every stack needs; they are what runs when nothing else is asked for. */
export const localParts: readonly PartName[] = ["postgres", "cache", "github", "inbox"];

/** The parts that stacks of a platform (`slipway:platform`) need. */
export function partsForPlatform(platform: "local" | "ecs" | "eks"): readonly PartName[] {
  return platform === "local" ? localParts : partNames;
}

/** The ports of the parts; each is chosen once and kept. */
type PortName = PartName | "inbox-smtp" | "aws-emulator";

/** What a user may choose about the parts. */
export interface SandboxSettings {
  /** Absolute path of a Redis-protocol server: `slipway-cache`, `valkey-server` or `redis-server`. */
  readonly cacheBinary?: string | undefined;
  /** Absolute path of `slipway-kubernetes`, which the clusters of the local AWS run. */
  readonly kubernetesBinary?: string | undefined;
  /** Absolute path of the Python that has MiniStack (`aws/python.ts` provides it). */
  readonly awsPython?: string | undefined;
}

/** An unprivileged account of the machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** How a part's process is started. Neither `args` nor `env` ever hold a secret. */
export interface PartCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The account to run as, when it is not the caller's. */
  readonly account?: Account | undefined;
}

/** What a part may ask of the sandbox around it. */
export interface PartContext {
  readonly layout: Layout;
  readonly settings: SandboxSettings;
  /** The port chosen for `name`. */
  port(name: PortName): number;
  /** Says what the part does at the moment ("creating the database cluster"). */
  report(detail: string): void;
}

/** One service: how it is started, judged and cleaned up. */
export interface Part {
  readonly name: PartName;
  /** Its name for people. */
  readonly title: string;
  readonly ports: readonly PortName[];
  /** Asked one after the other to end, each with its patience in milliseconds; SIGKILL follows. */
  readonly stopSignals: readonly (readonly [NodeJS.Signals, number])[];
  /** What ends a leftover process of an earlier run at once. */
  readonly leftoverSignal: NodeJS.Signals;
  /** How long a start may take, in milliseconds. */
  readonly readyLimit: number;
  /** The command to run; asked also to find out whether a running process is still the right one. */
  command(context: PartContext): Promise<PartCommand>;
  /** Makes data and secrets ready, with no process of this part running. */
  prepare(context: PartContext): Promise<void>;
  /** Resolves when the service answers; throws what is wrong otherwise. */
  check(context: PartContext): Promise<void>;
  /** Recognises a process of this part that does not carry the environment's mark. */
  isLeftover?(process: ProcessInfo, context: PartContext): boolean;
  /** Removes data and secrets; the part is stopped. */
  removeData(context: PartContext): Promise<void>;
}

/** Progress of a start. */
export interface PartEvent {
  readonly part: PartName;
  readonly phase: "starting" | "waiting" | "ready" | "failed";
  readonly detail: string;
}

/** What one part is doing. */
export interface PartStatus {
  readonly name: PartName;
  readonly state: "running" | "stopped" | "unhealthy";
  readonly pid?: number;
  readonly port?: number;
  readonly detail: string;
  /** Path of its log file. */
  readonly log: string;
}
