/** An IPv4 range as numbers: the first and the last address, both inclusive. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
  /** The prefix length, 0 to 32. */
  readonly prefix: number;
}

/**
 * Reads `10.1.0.0/16`.
 * @returns undefined when the text is no IPv4 CIDR block, or when its address has bits beyond the prefix (`10.1.0.1/16`).
 */
export function parseCidr(text: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const first = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined;
}

/** Writes a range as text: `10.1.0.0/16`. */
export function formatCidr({ first, prefix }: AddressRange): string {
  return `${[24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256).join(".")}/${prefix}`;
}

/**
 * One of the equal blocks that a range is cut into.
 * @param prefix the size of the blocks, for example 24.
 * @param index which one, counted from 0.
 * @throws RangeError when the range has no such block (a mistake in the program).
 * @example blockOf(10.1.0.0/16, 24, 11) // 10.1.11.0/24
 */
export function blockOf(range: AddressRange, prefix: number, index: number): AddressRange {
  const size = 2 ** (32 - prefix);
  const first = range.first + index * size;
  const block = { first, last: first + size - 1, prefix };
  if (prefix > 32 || index < 0 || !contains(range, block))
    throw new RangeError(`${formatCidr(range)} has no block ${index} of size /${prefix}`);
  return block;
}

/** Whether the inner range lies wholly in the outer one. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether the two ranges share an address. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range is private by RFC 1918 (10/8, 172.16/12, 192.168/16). */
export function isPrivate(range: AddressRange): boolean {
  return privateRanges.some((outer) => contains(outer, range));
}

const privateRanges: readonly AddressRange[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(
  (text) => parseCidr(text) ?? [],
);
