/** What was measured of one variant: how many units, and of each one number. */
export interface Arm {
  readonly variant: string;
  readonly units: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A variant beside the control. Differences are relative: 0.1 is ten percent more than the control has. */
export interface Comparison {
  readonly variant: string;
  readonly lift: number;
  /** Holds for somebody who looks once, at a size fixed beforehand. */
  readonly fixed: Interval;
  /** Holds however often somebody looks, and whenever they stop: the one to decide by. */
  readonly alwaysValid: Interval;
  /** The chance of so much difference where there is none, however often somebody looks. */
  readonly p: number;
}

/** Q(a, x), the upper incomplete gamma function over Γ(a): by its series for small x, by Lentz's continued fraction for large. */
function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1;
  const factor = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 1_000 && term > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * factor;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 1_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return factor * fraction;
}

/** ln Γ, by Lanczos' approximation. */
function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const series = coefficients.reduce((sum, value, index) => sum + value / (shifted + index + 1), 0.99999999999980993);
  const t = shifted + coefficients.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}

/** The chance of a chi-square of this or more. */
export function chiSquareTail(statistic: number, degrees: number): number {
  return upperGamma(degrees / 2, statistic / 2);
}

/** How many standard errors a normal estimate is within, with probability 1 - alpha. */
export function normalQuantile(alpha: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle * middle, 1) > alpha) low = middle;
    else high = middle;
  }
  return low;
}

/** The size at which the always valid interval is tightest; elsewhere it is a little wider than it could be. */
const tunedFor = 5_000;

/** The variance of the mixing distribution, in units of one observation's variance (Waudby-Smith et al. 2021, equation 24). */
function mixing(alpha: number): number {
  return (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tunedFor;
}

/** Standard errors within which an estimate is at all times at once, with probability 1 - alpha: an asymptotic confidence sequence. */
export function sequentialQuantile(units: number, alpha: number): number {
  const information = units * mixing(alpha);
  return Math.sqrt(((2 * (information + 1)) / information) * Math.log(Math.sqrt(information + 1) / alpha));
}

/** The p-value that belongs to it: below alpha exactly when that interval leaves out zero. */
export function sequentialP(z: number, units: number, alpha: number): number {
  const information = units * mixing(alpha);
  const log = 0.5 * Math.log(information + 1) - ((z * z) / 2) * (information / (information + 1));
  return Math.min(1, Math.exp(log));
}

/** Fewer than this and the normal approximation says nothing. */
const fewestUnits = 100;
const fewestOfAKind = 10;

/**
 * Whether there is enough to say something. Of a rate that nearly nobody or nearly everybody has, a few units more would change everything.
 * @param rate whether each unit's number is 0 or 1.
 */
export function hasEnough({ units, sum }: Arm, rate: boolean): boolean {
  if (units < fewestUnits) return false;
  return rate ? Math.min(sum, units - sum) >= fewestOfAKind : sum !== 0;
}

/**
 * Compares a variant with the control.
 * @param alpha the chance of a wrong verdict, to be divided by the number of comparisons before.
 * @returns undefined when the control's mean is not clearly other than zero: a share of it would be any number.
 */
export function compare(control: Arm, arm: Arm, alpha: number): Comparison | undefined {
  const [a, b] = [moments(control), moments(arm)];
  if (!(Math.abs(a.mean) > 3 * Math.sqrt(a.variance))) return undefined;
  const lift = (b.mean - a.mean) / a.mean;
  // The delta method: variance of a ratio of two independent means.
  const error = Math.sqrt(b.variance / a.mean ** 2 + (a.variance * b.mean ** 2) / a.mean ** 4);
  const units = control.units + arm.units;
  const within = (quantile: number) => ({ low: lift - quantile * error, high: lift + quantile * error });
  return {
    variant: arm.variant,
    lift,
    fixed: within(normalQuantile(alpha)),
    alwaysValid: within(sequentialQuantile(units, alpha)),
    p: error > 0 ? sequentialP(lift / error, units, alpha) : lift === 0 ? 1 : 0,
  };
}

/** Mean, and the variance of that mean. */
function moments({ units, sum, sumOfSquares }: Arm): { mean: number; variance: number } {
  const mean = sum / units;
  const variance = Math.max(0, (sumOfSquares - units * mean * mean) / (units - 1));
  return { mean, variance: variance / units };
}

/**
 * The chance that a split this far from the weights is chance. Below 0.001 something keeps units of one variant from being counted, and no
 * comparison means anything.
 * @returns undefined for too few units to say
 */
export function sampleRatioP(units: readonly number[], weights: readonly number[]): number | undefined {
  const total = units.reduce((sum, count) => sum + count, 0);
  const weight = weights.reduce((sum, part) => sum + part, 0);
  const expected = weights.map((part) => (total * part) / weight);
  if (units.length < 2 || expected.some((count) => count < 5)) return undefined;
  const statistic = units.reduce(
    (sum, count, index) => sum + (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 1),
    0,
  );
  return chiSquareTail(statistic, units.length - 1);
}

/** Percent with as many digits as the uncertainty leaves: two of the interval's half width, and none beyond. */
export function percent(value: number, halfWidth: number): string {
  const digits = halfWidth > 0 ? Math.max(0, Math.min(3, 1 - Math.floor(Math.log10(halfWidth * 100)))) : 1;
  return `${value > 0 ? "+" : ""}${(value * 100).toFixed(digits)} %`;
}
