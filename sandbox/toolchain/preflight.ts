import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import path from "node:path";
import { UserError } from "../../delivery/errors.ts";
import type { Part } from "./parts.ts";

const gib = 1024 ** 3;

/** What a build takes. */
export interface BuildNeeds {
  /** What is built, in a user's words. */
  readonly what: string;
  /** Bytes of disk that must be free while it is built. */
  readonly disk: number;
  /** Bytes of disk that the result keeps. */
  readonly kept: number;
  /** Bytes of memory below which the compiler of one large package may be killed by the system. */
  readonly memory: number;
  /** Bytes of memory that each package which is compiled at the same time is given. */
  readonly packageMemory: number;
}

/**
 * The engine and what is compiled with it. Disk: 1.6 GB of modules, 2.1 GB of compiled packages and 0.3 GB of programs were
 * measured; half as much again is margin. Memory is a cautious guess, not a measurement.
 */
export const engineNeeds: BuildNeeds = {
  what: "the engine",
  disk: 6 * gib,
  kept: 0.3 * gib,
  memory: 2 * gib,
  packageMemory: 2 * gib,
};

/**
 * The AWS plugin, with or without the engine. Disk: 2.4 GB of modules, 3.4 GB of compiled packages and 0.3 GB of programs were
 * measured with both. Memory: one package takes 3.2 GiB at its peak.
 */
export const awsNeeds: BuildNeeds = {
  what: "the AWS plugin",
  disk: 9 * gib,
  kept: 0.3 * gib,
  memory: 3.5 * gib,
  packageMemory: 3.5 * gib,
};

/**
 * The plugin for Kubernetes, with or without the engine, with which it shares most packages. A cautious guess, like the engine's.
 */
const kubernetesPluginNeeds: BuildNeeds = {
  what: "the Kubernetes plugin",
  disk: 7 * gib,
  kept: 0.3 * gib,
  memory: 2 * gib,
  packageMemory: 2 * gib,
};

/** The sandbox's Kubernetes. */
const kubernetesNeeds: BuildNeeds = {
  what: "the sandbox's Kubernetes",
  disk: 4 * gib,
  kept: 0.2 * gib,
  memory: 2 * gib,
  packageMemory: 2 * gib,
};

/** The checker of Kubernetes manifests: 0.25 GB of compiled packages and 16 MB of program were measured. */
const checkerNeeds: BuildNeeds = {
  what: "the checker of Kubernetes manifests",
  disk: 1 * gib,
  kept: 0.02 * gib,
  memory: 1 * gib,
  packageMemory: 1 * gib,
};

/** The checker of workflows: 6 MB of program were measured. */
const workflowCheckerNeeds: BuildNeeds = {
  what: "the checker of workflows",
  disk: 0.5 * gib,
  kept: 0.01 * gib,
  memory: 0.5 * gib,
  packageMemory: 0.5 * gib,
};

/** The checker of policy reports: 12 MB of program were measured. */
const reportCheckerNeeds: BuildNeeds = {
  what: "the checker of policy reports",
  disk: 0.5 * gib,
  kept: 0.02 * gib,
  memory: 0.5 * gib,
  packageMemory: 0.5 * gib,
};

/** What the build of each Go module takes. */
export const buildNeeds: Readonly<Record<Part["module"], BuildNeeds>> = {
  engine: engineNeeds,
  aws: awsNeeds,
  "kubernetes-plugin": kubernetesPluginNeeds,
  kubernetes: kubernetesNeeds,
  checker: checkerNeeds,
  "workflow-checker": workflowCheckerNeeds,
  "report-checker": reportCheckerNeeds,
};

/** What a build may use. */
export interface Room {
  /** Bytes free where the cache folder lies. */
  readonly disk: number;
  /** Bytes of memory that can be had without swapping. */
  readonly memory: number;
  readonly cores: number;
}

/** Measures the machine. `folder` need not exist yet. */
export function measureRoom(folder: string): Room {
  let existing = folder;
  for (;;) {
    try {
      const { bavail, bsize } = statfsSync(existing);
      return { disk: Number(bavail) * Number(bsize), memory: availableMemory(), cores: availableParallelism() };
    } catch {
      const parent = path.dirname(existing);
      if (parent === existing)
        return { disk: Number.POSITIVE_INFINITY, memory: availableMemory(), cores: availableParallelism() };
      existing = parent;
    }
  }
}

/**
 * Stops a build that would fail half-way.
 * @throws UserError naming what is short and how much is needed
 */
export function checkRoom(room: Room, folder: string, needs: BuildNeeds): void {
  if (room.disk < needs.disk) {
    throw new UserError(
      `The disk is too full to build ${needs.what}: ${gibibytes(room.disk)} free at ${folder}, ${gibibytes(needs.disk)} needed while it builds (the result keeps ${gibibytes(needs.kept)}).
  Free some space, or set SLIPWAY_CACHE to a folder on a larger disk.`,
    );
  }
  if (room.memory < needs.memory) {
    throw new UserError(
      `There is too little free memory to build ${needs.what}: ${gibibytes(room.memory)} free, ${gibibytes(needs.memory)} needed.
  Close other programs, or put a ready-made pulumi on PATH.`,
    );
  }
}

/** How many packages to compile at once. */
export function buildParallelism(room: Room, needs: BuildNeeds): number {
  return Math.max(1, Math.min(room.cores, Math.floor(room.memory / needs.packageMemory)));
}

function gibibytes(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}

/** Memory that can be had: what the machine has left, and no more than a container's limit. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(machineMemory(), limit) : machineMemory();
}

/** Linux counts reclaimable page cache as not free, so its own estimate is read (proc_meminfo(5), MemAvailable). */
function machineMemory(): number {
  try {
    const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    if (kib) return Number(kib) * 1024;
  } catch {
    // Not Linux.
  }
  return process.platform === "darwin" ? totalmem() / 2 : freemem();
}
