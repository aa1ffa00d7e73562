import { Murmur3 } from "./murmur3.ts";

/** Unleash's seeds: rollout and variant of one flag must not depend on each other. */
const rolloutSeed = 0;
const variantSeed = 86028157;

/**
 * Puts ids into numbered buckets, 1 to `count`, evenly and always the same way. The group (for Slipway's flags the flag's key) is part
 * of what is hashed, so that who is in at 10 % of one flag says nothing about another.
 */
export class Buckets {
  readonly count: number;
  private readonly hashes: Murmur3;

  private constructor(group: string, count: number, seed: number) {
    this.count = count;
    this.hashes = new Murmur3(`${group}:`, seed);
  }

  /** Hundredths, for a rollout in percent. */
  static forRollout(group: string): Buckets {
    return new Buckets(group, 100, rolloutSeed);
  }

  /** One bucket for each unit of weight. */
  static forVariants(group: string, totalWeight: number): Buckets {
    return new Buckets(group, totalWeight, variantSeed);
  }

  of(id: string): number {
    return (this.hashes.hash(id) % this.count) + 1;
  }
}
