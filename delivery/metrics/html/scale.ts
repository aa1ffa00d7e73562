/** An axis that begins at 0. */
export interface Axis {
  /** Where it ends: the last of its ticks. */
  readonly top: number;
  readonly ticks: readonly number[];
}

/**
 * An axis with 2 to 6 ticks at round numbers (1, 2 or 5 times a power of ten) that has room for `largest`.
 * @param least the smallest step: 1 for what is counted
 */
export function axis(largest: number, least = 0): Axis {
  const rough = Math.max(largest, Number.MIN_VALUE) / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-6)));
  const fitting = [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= rough) ?? rough;
  const step = Math.max(fitting, least);
  const count = Math.max(1, Math.ceil(largest / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
  return { top: ticks.at(-1) ?? step, ticks };
}
