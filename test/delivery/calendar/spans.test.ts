import assert from "node:assert/strict";
import fc from "fast-check";
import { type Span, subtract, union } from "../../../delivery/calendar/spans.ts";

const spans = fc.array(fc.record({ start: fc.integer({ min: 0, max: 30 }), end: fc.integer({ min: 0, max: 30 }) }), {
  maxLength: 8,
});

const moments = Array.from({ length: 31 }, (_, moment) => moment);

function covers(spans: readonly Span[], moment: number): boolean {
  return spans.some(({ start, end }) => start <= moment && moment < end);
}

function isTidy(spans: readonly Span[]): boolean {
  return spans.every(({ start, end }, index) => start < end && (spans[index - 1]?.end ?? -1) < start);
}

describe("spans of time", () => {
  it("keep every moment in their union, in order and apart from each other", () => {
    fc.assert(
      fc.property(spans, (given) => {
        const all = union(given);
        assert.ok(isTidy(all));
        for (const moment of moments) assert.equal(covers(all, moment), covers(given, moment));
      }),
    );
  });

  it("lose by subtraction the denied moments and no other", () => {
    fc.assert(
      fc.property(spans, spans, (given, denied) => {
        const left = subtract(union(given), union(denied));
        assert.ok(isTidy(left));
        for (const moment of moments)
          assert.equal(covers(left, moment), covers(given, moment) && !covers(denied, moment));
      }),
    );
  });
});
