import assert from "node:assert/strict";
import fc from "fast-check";
import { Murmur3 } from "../../../../delivery/flags/evaluation/murmur3.ts";

describe("MurmurHash3", () => {
  // From the reference implementation (SMHasher), as its ports publish them.
  const vectors: [string, number, number][] = [
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["a", 0x9747b28c, 0x7fa09ea6],
    ["aa", 0x9747b28c, 0x5d211726],
    ["aaa", 0x9747b28c, 0x283e0130],
    ["aaaa", 0x9747b28c, 0x5a97808a],
    ["test", 0, 0xba6bd213],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
    ["ππππππππ", 0x9747b28c, 0xd58063c1],
  ];
  for (const [text, seed, hash] of vectors) {
    it(`of ${JSON.stringify(text)} with the seed ${seed.toString(16)} is ${hash.toString(16)}`, () => {
      assert.equal(new Murmur3("", seed).hash(text), hash);
    });
  }

  it("does not depend on where the start ends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), fc.nat(), (start, rest, seed) => {
        assert.equal(new Murmur3(start, seed).hash(rest), new Murmur3("", seed).hash(start + rest));
      }),
    );
  });

  it("counts half a surrogate pair as the replacement character, as UTF-8 encoders do", () => {
    assert.equal(new Murmur3("", 0).hash("\ud800"), new Murmur3("", 0).hash("\ufffd"));
  });
});
