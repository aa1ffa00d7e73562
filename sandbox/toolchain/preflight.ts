import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import path from "node:path";
import { UserError } from "../../delivery/errors.ts";

const gib = 1024 ** 3;

/** Disk that must be free for a build: 1.6 GB of modules, 2.1 GB of compiled packages and 0.3 GB of programs were measured; half as much again is margin. */
export const buildDiskBytes = 6 * gib;
/** Memory below which the compiler of one large package may be killed by the system: a cautious guess, not a measurement. */
export const buildMemoryBytes = 2 * gib;
/** Memory that each package which is compiled at the same time is given. */
const packageMemoryBytes = 2 * gib;

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
export function checkRoom(room: Room, folder: string): void {
  if (room.disk < buildDiskBytes) {
    throw new UserError(
      `The disk is too full to build the engine: ${gibibytes(room.disk)} free at ${folder}, ${gibibytes(buildDiskBytes)} needed while it builds (the result keeps 0.3 GiB).\n  Free some space, or set SLIPWAY_CACHE to a folder on a larger disk.`,
    );
  }
  if (room.memory < buildMemoryBytes) {
    throw new UserError(
      `There is too little free memory to build the engine: ${gibibytes(room.memory)} free, ${gibibytes(buildMemoryBytes)} needed.\n  Close other programs, or put a ready-made pulumi on PATH.`,
    );
  }
}

/** How many packages to compile at once. */
export function buildParallelism(room: Room): number {
  return Math.max(1, Math.min(room.cores, Math.floor(room.memory / packageMemoryBytes)));
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
