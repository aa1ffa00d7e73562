import { leafHash, nodeHash } from "./merkle.ts";

/**
 * All of a Merkle tree's hashes (RFC 6962, section 2.1), 64 bytes for each entry: for the audit paths of many entries at once, of which
 * `InclusionPath` would each hash the whole log.
 */
export class MerklePaths {
  /** The leaves, their parents, and so on up to the root. What has no neighbour is the same one level higher. */
  readonly #levels: readonly (readonly Buffer[])[];

  /** @param entryHashes all of them, 32 bytes each */
  constructor(entryHashes: readonly Buffer[]) {
    const levels = [entryHashes.map(leafHash)];
    for (let level = levels[0] ?? []; level.length > 1; level = levels.at(-1) ?? []) levels.push(parents(level));
    this.#levels = levels;
  }

  /** Undefined for a tree without leaves. */
  root(): Buffer | undefined {
    return this.#levels.at(-1)?.[0];
  }

  /** From the leaf's neighbour up to the root's child. @param index the leaf's, from 0 */
  path(index: number): Buffer[] {
    return this.#levels.flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []);
  }
}

function parents(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
