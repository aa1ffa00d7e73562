import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { InclusionPath, MerkleTree, rootFromPath } from "../../../../delivery/release/audit/merkle.ts";
import { MerklePaths } from "../../../../delivery/release/audit/merkle-paths.ts";

const hashOf = (index: number) => createHash("sha256").update(String(index)).digest();

describe("the paths of many entries", () => {
  it("are those that each entry gets alone, and lead to the root that streams compute", () => {
    const entry = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
    fc.assert(
      fc.property(entry, ([size, index]) => {
        const hashes = Array.from({ length: size }, (_, each) => hashOf(each));
        const [alone, tree, all] = [new InclusionPath(index, size), new MerkleTree(), new MerklePaths(hashes)];
        for (const hash of hashes) {
          alone.add(hash);
          tree.add(hash);
        }
        assert.deepEqual(all.path(index), alone.path());
        assert.deepEqual(all.root(), tree.root());
        assert.deepEqual(rootFromPath(hashOf(index), index, size, all.path(index)), tree.root());
      }),
    );
  });

  it("has no root without entries", () => {
    assert.equal(new MerklePaths([]).root(), undefined);
  });
});
