import { createHash } from "node:crypto";

/**
 * The Merkle tree of RFC 6962, section 2.1, over the hashes of entries: whoever has a root can be shown with a few hashes that one entry is
 * under it. Computed while leaves pass by, in memory that grows with the logarithm of their number.
 */

/** @param hash an entry's hash, 32 bytes */
export function leafHash(hash: Buffer): Buffer {
  return createHash("sha256").update(Buffer.of(0)).update(hash).digest();
}

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}

/** The root of the leaves so far. */
export class MerkleTree {
  #size = 0;
  /** Roots of whole subtrees, the largest first; their sizes are the binary digits of the tree's. */
  readonly #peaks: { readonly size: number; readonly hash: Buffer }[] = [];

  get size(): number {
    return this.#size;
  }

  add(entryHash: Buffer): void {
    let peak = { size: 1, hash: leafHash(entryHash) };
    for (let left = this.#peaks.at(-1); left?.size === peak.size; left = this.#peaks.at(-1)) {
      this.#peaks.pop();
      peak = { size: left.size * 2, hash: nodeHash(left.hash, peak.hash) };
    }
    this.#peaks.push(peak);
    this.#size++;
  }

  root(): Buffer {
    const [last, ...others] = this.#peaks.map(({ hash }) => hash).reverse();
    if (last === undefined) return createHash("sha256").digest();
    return others.reduce((right, left) => nodeHash(left, right), last);
  }
}

/** Leaves from `start` up to, without, `end`, counted from 0. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Collects the audit path of one leaf (RFC 6962, 2.1.1) while the leaves of a tree pass by. */
export class InclusionPath {
  readonly #parts: { readonly range: Range; readonly tree: MerkleTree }[];
  #next = 0;

  /**
   * @param index the leaf's, from 0
   * @param size the tree's
   */
  constructor(index: number, size: number) {
    this.#parts = siblings(index, { start: 0, end: size }).map((range) => ({ range, tree: new MerkleTree() }));
  }

  add(entryHash: Buffer): void {
    const index = this.#next++;
    this.#parts.find(({ range }) => index >= range.start && index < range.end)?.tree.add(entryHash);
  }

  /** From the leaf's neighbour up to the root's child. */
  path(): Buffer[] {
    return this.#parts.map(({ tree }) => tree.root());
  }
}

/** The subtrees beside the way from the leaf to the root. */
function siblings(index: number, { start, end }: Range): Range[] {
  if (end - start <= 1) return [];
  const middle = start + largestPowerBelow(end - start);
  const [own, other] = [
    { start, end: middle },
    { start: middle, end },
  ];
  return index < middle ? [...siblings(index, own), other] : [...siblings(index, other), own];
}

/** The largest power of two that is smaller. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/**
 * The root that an entry and its audit path lead to; undefined when the path has another length than such a tree's.
 * RFC 9162, section 2.1.3.2.
 */
export function rootFromPath(
  entryHash: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [own, last] = [index, size - 1];
  let hash = leafHash(entryHash);
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (own % 2 === 1 || own === last) {
      hash = nodeHash(sibling, hash);
      while (own % 2 === 0 && own !== 0) [own, last] = [Math.floor(own / 2), Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [own, last] = [Math.floor(own / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}
