/**
 * Sizes of RDS instance classes and ElastiCache node types, from their names: within a family, each size doubles the one before.
 * Source: the hardware tables of the RDS and ElastiCache user guides.
 */

/** Memory of the size "large" by family, in GiB; a family that is not named follows its first letter. */
const memoryOfLarge: Readonly<Record<string, number>> = {
  t: 8,
  m: 8,
  c: 4,
  r: 16,
  z: 16,
  x: 32,
  x1: 30.5,
  x1e: 61,
  x2iedn: 64,
  x2iezn: 64,
};

const partsOfLarge: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
};

/**
 * The nominal memory of a class, in GiB; undefined for a name that follows no known pattern.
 * @param name for example `db.t4g.micro` (1) or `cache.r7g.2xlarge` (64).
 */
export function memoryOf(name: string): number | undefined {
  const [, family = "", size = ""] = /^(?:db|cache)\.([a-z]+[0-9]+[a-z-]*)\.([a-z0-9]+)$/.exec(name) ?? [];
  const large = memoryOfLarge[family] ?? memoryOfLarge[family.charAt(0)];
  const [, times] = /^([1-9][0-9]{0,2})xlarge$/.exec(size) ?? [];
  const parts = times === undefined ? partsOfLarge[size] : 2 * Number(times);
  return large === undefined || parts === undefined ? undefined : large * parts;
}
