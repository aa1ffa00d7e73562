/** How many of how many. */
export interface Share {
  readonly count: number;
  readonly of: number;
  /** 0 to 100; null of nothing: an empty week has no success rate, not one of 0 %. */
  readonly percent: number | null;
  /**
   * Where the true share lies with 95 % confidence, in percent: Wilson's score interval, which also holds for few observations and
   * for shares near 0 and 100 (Brown, Cai, DasGupta 2001, "Interval Estimation for a Binomial Proportion"). null of nothing.
   */
  readonly likely: readonly [low: number, high: number] | null;
}

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959_963_984_540_054;

export function share(count: number, of: number): Share {
  if (of === 0) return { count, of, percent: null, likely: null };
  const p = count / of;
  const scale = 1 + z ** 2 / of;
  const middle = (p + z ** 2 / (2 * of)) / scale;
  const reach = (z * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2))) / scale;
  return {
    count,
    of,
    percent: 100 * p,
    likely: [100 * Math.max(0, middle - reach), 100 * Math.min(1, middle + reach)],
  };
}

/** The arithmetic mean; null of nothing. Summed in order of size, so that the order given does not matter to the last digit. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return sorted(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The smallest value that so many percent do not exceed (nearest rank): always one that was observed. null of nothing.
 * @param percent above 0, at most 100
 */
export function percentile(values: readonly number[], percent: number): number | null {
  return sorted(values)[Math.ceil((percent / 100) * values.length) - 1] ?? null;
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
