import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { InclusionPath, MerkleTree, rootFromPath } from "../../../../delivery/release/audit/merkle.ts";

/** Leaves and roots of the reference tests of Certificate Transparency. */
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("the Merkle tree over the audit", () => {
  it("has the roots of RFC 6962", () => {
    const tree = new MerkleTree();
    assert.equal(tree.root().toString("hex"), createHash("sha256").digest("hex"));
    for (const [index, leaf] of leaves.entries()) {
      tree.add(Buffer.from(leaf, "hex"));
      assert.equal(tree.root().toString("hex"), roots[index], `${index + 1} leaves`);
    }
  });

  it("proves every leaf of every size up to 33, and none in another's place", () => {
    const data = Array.from({ length: 33 }, (_, index) => createHash("sha256").update(`${index}`).digest());
    for (let size = 1; size <= data.length; size++) {
      const tree = new MerkleTree();
      const paths = data.slice(0, size).map((_, index) => new InclusionPath(index, size));
      for (const leaf of data.slice(0, size)) {
        tree.add(leaf);
        for (const path of paths) path.add(leaf);
      }
      for (const [index, collected] of paths.entries()) {
        const path = collected.path();
        assert.ok(path.length <= Math.ceil(Math.log2(size)));
        const root = (leaf: number, at: number, of: number, hashes = path) =>
          rootFromPath(data[leaf] as Buffer, at, of, hashes)?.toString("hex");
        const wanted = tree.root().toString("hex");
        assert.equal(root(index, index, size), wanted, `${index} of ${size}`);
        const other = (index + 1) % data.length;
        assert.notEqual(root(other, index, size), wanted);
        if (size > 1) assert.notEqual(root(index, (index + 1) % size, size), wanted);
        assert.equal(
          root(
            index,
            index,
            size,
            [...path, wanted].map((hash) => Buffer.from(hash)),
          ),
          undefined,
        );
        assert.equal(root(index, size, size), undefined);
        if (size > 1) assert.notEqual(root(index, index, size, path.slice(1)), wanted);
      }
    }
  });
});
