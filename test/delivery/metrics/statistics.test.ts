import assert from "node:assert/strict";
import fc from "fast-check";
import { mean, percentile, share } from "../../../delivery/metrics/statistics.ts";

describe("shares", () => {
  // Ranges computed apart: where |p - x| = z √(x (1 - x) / n), found by bisection.
  const table: readonly [count: number, of: number, percent: number, low: number, high: number][] = [
    [20, 20, 100, 83.89, 100],
    [0, 20, 0, 0, 16.11],
    [39, 40, 97.5, 87.12, 99.56],
    [1, 3, 33.33, 6.15, 79.23],
  ];
  for (const [count, of, percent, low, high] of table) {
    it(`${count} of ${of} is ${percent} %, likely ${low} to ${high} %`, () => {
      const found = share(count, of);
      assert.deepEqual([round(found.percent ?? -1), ...(found.likely ?? []).map(round)], [percent, low, high]);
    });
  }

  it("are nothing of nothing, not 0 %", () => {
    assert.deepEqual(share(0, 0), { count: 0, of: 0, percent: null, likely: null });
  });

  it("lie between 0 and 100, and in their range", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
        const { likely, percent } = share(a, a + b);
        if (percent === null) return assert.equal(a + b, 0);
        const [low, high] = likely ?? [-1, -1];
        assert.ok(0 <= low && low <= percent + 1e-9 && percent <= high + 1e-9 && high <= 100);
      }),
    );
  });
});

describe("times", () => {
  it("have percentiles that were observed (nearest rank)", () => {
    const hours = [9, 1, 4, 2, 3, 8, 7, 6, 5, 10];
    assert.deepEqual(
      [50, 90, 100, 1].map((rank) => percentile(hours, rank)),
      [5, 9, 10, 1],
    );
    assert.equal(percentile([3], 90), 3);
  });

  it("are nothing of nothing", () => {
    assert.deepEqual([mean([]), percentile([], 50)], [null, null]);
  });
});

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
