import assert from "node:assert/strict";
import fc from "fast-check";
import { blockOf, contains, formatCidr, isPrivate, overlaps, parseCidr } from "../../infra/cidr.ts";

const block = fc.tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => {
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
});
describe("infra/cidr", () => {
  it("reads what it is shown", () => {
    fc.assert(fc.property(block, (range) => assert.deepEqual(parseCidr(formatCidr(range)), range)));
  });

  for (const text of [
    "10.1.0.1/16",
    "10.1.0.0",
    "10.1.0.0/33",
    "256.0.0.0/8",
    "10.1.0.0/16 ",
    "fd00::/8",
    "",
    "a.b.c.d/8",
  ]) {
    it(`refuses "${text}"`, () => assert.equal(parseCidr(text), undefined));
  }

  it("calls two blocks overlapping exactly when one contains the other", () => {
    fc.assert(fc.property(block, block, (a, b) => assert.equal(overlaps(a, b), contains(a, b) || contains(b, a))));
  });

  it("cuts a range into blocks that lie in it, side by side, to the last address", () => {
    const cut = block.chain((range) =>
      fc.tuple(fc.constant(range), fc.integer({ min: range.prefix, max: Math.min(32, range.prefix + 8) })),
    );
    fc.assert(
      fc.property(cut, ([range, prefix]) => {
        const count = 2 ** (prefix - range.prefix);
        const blocks = Array.from({ length: count }, (_, index) => blockOf(range, prefix, index));
        assert.equal(blocks[0]?.first, range.first);
        assert.equal(blocks.at(-1)?.last, range.last);
        blocks.slice(1).forEach((next, index) => {
          assert.equal(next.first, (blocks[index]?.last ?? 0) + 1);
        });
        assert.throws(() => blockOf(range, prefix, count), RangeError);
      }),
    );
  });

  for (const [text, expected] of [
    ["10.1.0.0/16", true],
    ["172.16.0.0/12", true],
    ["172.32.0.0/16", false],
    ["192.168.4.0/24", true],
    ["8.0.0.0/7", false],
    ["0.0.0.0/0", false],
  ] as const) {
    it(`takes ${text} for ${expected ? "private" : "public"}`, () => {
      const range = parseCidr(text);
      assert.ok(range);
      assert.equal(isPrivate(range), expected);
    });
  }
});
