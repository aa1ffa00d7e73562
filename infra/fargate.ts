/*
 * The sizes of a Fargate task. The check of the settings and the planner of task definitions both ask here, so that what the
 * one lets pass the other never refuses.
 */

/** The size of one task. */
export interface FargateSize {
  /** CPU units, 1024 to a core. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** What is wrong with a size: which of its two numbers, and what to do; the texts complete "... is <number>, ...". */
export interface FargateMisfit {
  readonly field: keyof FargateSize;
  readonly what: string;
  readonly remedy: string;
}

/** The memory, in MiB, that Fargate offers for a number of CPU units. Source: ECS developer guide, "Fargate task sizes" (Linux). */
const memoryOf: ReadonlyMap<number, readonly [least: number, most: number, step: number]> = new Map([
  [256, [512, 2048, 1024]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16384, 1024]],
  [4096, [8192, 30720, 1024]],
  [8192, [16384, 61440, 4096]],
  [16384, [32768, 122880, 8192]],
]);

/** Why Fargate has no task of that size; undefined when it has. */
export function misfitOf(size: FargateSize): FargateMisfit | undefined {
  const memory = memoryOf.get(size.cpu);
  if (!memory) {
    return {
      field: "cpu",
      what: `is ${size.cpu}, which Fargate does not offer.`,
      remedy: `Set it to one of ${[...memoryOf.keys()].join(", ")}.`,
    };
  }
  const [least, most, step] = memory;
  const inRange = size.memoryMiB >= least && size.memoryMiB <= most;
  if (inRange && (size.memoryMiB === least || size.memoryMiB % step === 0)) return undefined;
  return {
    field: "memoryMiB",
    what: `is ${size.memoryMiB}, which Fargate does not offer with ${size.cpu} CPU units.`,
    remedy: `Set it to ${least}, or to a multiple of ${step} up to ${most}.`,
  };
}
