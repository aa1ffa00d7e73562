const encoder = new TextEncoder();

/**
 * MurmurHash3 (x86, 32 bits) of everything that starts with one text: the part of the work that the common start makes is done once.
 * Texts count as UTF-8, as in Unleash's Go, Java and Rust clients and as a database can compute it (its Node client takes the low byte
 * of each UTF-16 unit, which is the same for ASCII).
 */
export class Murmur3 {
  private readonly state: number;
  private readonly pending: number;
  private readonly shift: number;
  private readonly length: number;

  constructor(start: string, seed: number) {
    const bytes = encoder.encode(start);
    const whole = bytes.length - (bytes.length % 4);
    let state = seed;
    for (let index = 0; index < whole; index += 4) state = mixBlock(state, littleEndian(bytes, index));
    let pending = 0;
    for (let index = whole; index < bytes.length; index++) pending |= (bytes[index] as number) << ((index - whole) * 8);
    this.state = state;
    this.pending = pending;
    this.shift = (bytes.length - whole) * 8;
    this.length = bytes.length;
  }

  /** The hash of the start followed by `text`, 0 to 2^32-1. */
  hash(text: string): number {
    let state = this.state;
    let pending = this.pending;
    let shift = this.shift;
    const length = text.length;
    let index = 0;
    // Four at a time: what is left over from the start stays as long as it is, so that each block takes some of the next four.
    for (; index + 3 < length; index += 4) {
      const a = text.charCodeAt(index);
      const b = text.charCodeAt(index + 1);
      const c = text.charCodeAt(index + 2);
      const d = text.charCodeAt(index + 3);
      if ((a | b | c | d) > 127) return this.hashBytes(encoder.encode(text));
      const four = a | (b << 8) | (c << 16) | (d << 24);
      state = mixBlock(state, pending | (four << shift));
      pending = shift === 0 ? 0 : four >>> (32 - shift);
    }
    for (; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 127) return this.hashBytes(encoder.encode(text));
      pending |= unit << shift;
      if (shift === 24) {
        state = mixBlock(state, pending);
        pending = 0;
        shift = 0;
      } else shift += 8;
    }
    return finish(state, pending, this.length + length);
  }

  private hashBytes(bytes: Uint8Array): number {
    let { state, pending, shift } = this;
    for (const byte of bytes) {
      pending |= byte << shift;
      if (shift === 24) {
        state = mixBlock(state, pending);
        pending = 0;
        shift = 0;
      } else shift += 8;
    }
    return finish(state, pending, this.length + bytes.length);
  }
}

function littleEndian(bytes: Uint8Array, index: number): number {
  return (
    (bytes[index] as number) |
    ((bytes[index + 1] as number) << 8) |
    ((bytes[index + 2] as number) << 16) |
    ((bytes[index + 3] as number) << 24)
  );
}

function scramble(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function mixBlock(state: number, block: number): number {
  const mixed = state ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number, pending: number, length: number): number {
  let hash = state ^ scramble(pending) ^ length; // without pending bytes the scramble is zero
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
