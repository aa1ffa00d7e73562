import assert from "node:assert/strict";
import { formatReport, judge } from "../../../../delivery/flags/experiments/report.ts";
import {
  type Arm,
  chiSquareTail,
  compare,
  normalQuantile,
  percent,
  sampleRatioP,
  sequentialP,
  sequentialQuantile,
} from "../../../../delivery/flags/experiments/statistics.ts";

const rate = (variant: string, units: number, sum: number): Arm => ({ variant, units, sum, sumOfSquares: sum });
const near = (actual: number | undefined, expected: number, within = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${actual} is not ${expected}`);

/** Deterministic, so that a coverage does not depend on the day: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

describe("the statistics of A/B tests", () => {
  for (const [statistic, degrees, tail] of [
    [3.841458820694124, 1, 0.05],
    [6.634896601021213, 1, 0.01],
    [5.991464547107979, 2, 0.05],
    [16.918977604620448, 9, 0.05],
    [0, 1, 1],
    [100, 1, 1.523970604832094e-23],
  ] as const) {
    it(`know the chi-square distribution: ${statistic}, ${degrees} degrees`, () =>
      near(chiSquareTail(statistic, degrees), tail, tail * 1e-9));
  }

  for (const [alpha, quantile] of [
    [0.05, 1.959963984540054],
    [0.01, 2.5758293035489004],
    [0.001, 3.2905267314918945],
  ] as const) {
    it(`know the normal distribution: ${alpha}`, () => near(normalQuantile(alpha), quantile, 1e-9));
  }

  it("compare two rates as by hand", () => {
    const found = compare(rate("a", 1_000, 100), rate("b", 1_000, 120), 0.05);
    near(found?.lift, 0.2);
    // Variances of the means 0.09/999 and 0.1056/999; error of the ratio sqrt(0.1056/999/0.01 + 0.09/999*0.0144/0.0001).
    const error = Math.sqrt(0.1056 / 999 / 0.01 + (0.09 / 999) * (0.0144 / 0.0001));
    near(found?.fixed.low, 0.2 - 1.959963984540054 * error, 1e-9);
    near(found?.fixed.high, 0.2 + 1.959963984540054 * error, 1e-9);
  });

  it("give an interval for all times by its formula, wider than the one for a single look, with a p-value that agrees", () => {
    // rho² = (-2 ln 0.05 + ln(-2 ln 0.05 + 1)) / 5000; at n: sqrt(2 (n rho² + 1) / (n rho²) ln(sqrt(n rho² + 1) / 0.05)).
    const squared = (-2 * Math.log(0.05) + Math.log(1 - 2 * Math.log(0.05))) / 5_000;
    for (const n of [200, 5_000, 1_000_000]) {
      const expected = Math.sqrt(
        ((2 * (n * squared + 1)) / (n * squared)) * Math.log(Math.sqrt(n * squared + 1) / 0.05),
      );
      near(sequentialQuantile(n, 0.05), expected, 1e-9);
      assert.ok(expected > 2.5);
      near(sequentialP(expected, n, 0.05), 0.05, 1e-9);
      assert.ok(sequentialP(expected + 0.01, n, 0.05) < 0.05 && sequentialP(expected - 0.01, n, 0.05) > 0.05);
    }
    near(sequentialP(0, 1_000, 0.05), 1);
  });

  it("err in at most 5 % of tests without a difference, however often somebody looks; a single look's interval would not", () => {
    const next = random(7);
    const [tests, looks] = [400, 60];
    let [wrong, naive] = [0, 0];
    for (let test = 0; test < tests; test++) {
      const sums = [0, 0];
      let [stopped, naively] = [false, false];
      for (let look = 1; look <= looks; look++) {
        for (let unit = 0; unit < 100; unit++)
          for (const arm of [0, 1]) sums[arm] = (sums[arm] ?? 0) + (next() < 0.2 ? 1 : 0);
        const found = compare(rate("a", look * 100, sums[0] ?? 0), rate("b", look * 100, sums[1] ?? 0), 0.05);
        stopped ||= found !== undefined && (found.alwaysValid.low > 0 || found.alwaysValid.high < 0);
        naively ||= found !== undefined && (found.fixed.low > 0 || found.fixed.high < 0);
      }
      wrong += Number(stopped);
      naive += Number(naively);
    }
    assert.ok(wrong <= tests * 0.05, `${wrong} of ${tests}`);
    assert.ok(naive > tests * 0.15, `${naive} of ${tests}`);
  }).timeout(30_000);

  it("find a difference that is there", () => {
    const { comparisons } = judge([rate("a", 20_000, 2_000), rate("b", 20_000, 2_400)], [50, 50], "a", "rate", 0.05);
    assert.ok((comparisons[0]?.alwaysValid.low ?? 0) > 0 && (comparisons[0]?.p ?? 1) < 0.001);
  });

  it("warn of a split that is not the weights', and only then", () => {
    assert.ok((sampleRatioP([5_000, 5_300], [50, 50]) ?? 1) > 0.001);
    near(sampleRatioP([5_000, 5_300], [50, 50]), chiSquareTail(300 ** 2 / 10_300, 1));
    const { warnings } = judge([rate("a", 5_000, 500), rate("b", 6_000, 600)], [50, 50], "a", "rate", 0.05);
    assert.match(warnings.join(), /sample ratio mismatch: .*p below 0\.000001/);
    assert.deepEqual(judge([rate("a", 5_000, 500), rate("b", 10_000, 1_000)], [1, 2], "a", "rate", 0.05).warnings, []);
    assert.equal(sampleRatioP([3, 4], [50, 50]), undefined);
  });

  it("say nothing about too little, and divide the chance of error among the comparisons", () => {
    assert.deepEqual(judge([rate("a", 99, 50), rate("b", 99, 50)], [1, 1], "a", "rate", 0.05), {
      comparisons: [],
      warnings: ["b: not enough data to compare it with a"],
    });
    assert.equal(judge([rate("a", 5_000, 9), rate("b", 5_000, 50)], [1, 1], "a", "rate", 0.05).comparisons.length, 0);
    const arms = [rate("a", 5_000, 500), rate("b", 5_000, 550), rate("c", 5_000, 500)];
    const three = judge(arms, [1, 1, 1], "a", "rate", 0.05).comparisons[0];
    const two = judge(arms.slice(0, 2), [1, 1], "a", "rate", 0.05).comparisons[0];
    assert.ok((three?.fixed.low ?? 0) < (two?.fixed.low ?? 0));
    assert.match(judge(arms, [1, 1, 1], "z", "rate", 0.05).warnings.join(), /nothing to compare/);
  });

  it("show no more digits than are known", () => {
    assert.deepEqual(
      [percent(0.12345, 0.2), percent(0.12345, 0.02), percent(-0.012345, 0.00123), percent(0.5, 3)],
      ["+12 %", "+12.3 %", "-1.23 %", "+50 %"],
    );
    const arms = [rate("a", 1_000, 100), rate("b", 1_000, 120)];
    const judged = judge(arms, [1, 1], "a", "rate", 0.05);
    const text = formatReport({
      flag: "f",
      environment: "e",
      metric: "m",
      measure: "rate",
      control: "a",
      arms,
      since: null,
      ...judged,
    });
    assert.match(
      text,
      /b against a: \+20 %, undecided\n {4}valid whenever you stop: -\d+ % to \+\d+ % \(p \d\.\d{3}\)/,
    );
  });
});
