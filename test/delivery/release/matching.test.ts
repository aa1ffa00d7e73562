import assert from "node:assert/strict";
import fc from "fast-check";
import { assign } from "../../../delivery/release/matching.ts";

/** The most seats that can be filled, by trying everything. */
function most(candidates: readonly (readonly string[])[], taken: readonly string[] = []): number {
  const [first, ...rest] = candidates;
  if (first === undefined) return 0;
  const seated = first.filter((person) => !taken.includes(person)).map((person) => 1 + most(rest, [...taken, person]));
  return Math.max(most(rest, taken), ...seated);
}

const any: fc.Arbitrary<string[][]> = fc.array(
  fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 4 }),
  {
    maxLength: 5,
  },
);

describe("seating people", () => {
  it("moves somebody who could sit elsewhere, so that both sit", () => {
    assert.deepEqual(assign([["both"], ["both", "other"]]), ["both", "other"]);
    assert.deepEqual(assign([["both", "other"], ["both"]]), ["other", "both"]);
  });

  it("leaves later seats empty rather than earlier ones", () => {
    assert.deepEqual(assign([["a"], ["a"], []]), ["a", undefined, undefined]);
  });

  it("fills as many seats as can be, each with a candidate of its own", () => {
    fc.assert(
      fc.property(any, (candidates) => {
        const seats = assign(candidates);
        const people = seats.filter((person) => person !== undefined);
        assert.equal(people.length, most(candidates));
        assert.equal(new Set(people).size, people.length);
        seats.forEach((person, seat) => {
          assert.ok(person === undefined || candidates[seat]?.includes(person));
        });
      }),
      { numRuns: 1000 },
    );
  });
});
