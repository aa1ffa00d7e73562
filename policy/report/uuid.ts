import { createHash } from "node:crypto";

/** Namespace of this project's identifiers: the UUID of the name `https://slipway.dev/policy` in the namespace of URLs. */
const namespace = uuid5("https://slipway.dev/policy", "6ba7b811-9dad-11d1-80b4-00c04fd430c8");

/** A UUID that is the same whenever the same is named. @param parts what is named, from the whole to the part */
export function uuidOf(...parts: readonly string[]): string {
  // As JSON, so that no two lists of parts make the same name.
  return uuid5(JSON.stringify(parts), namespace);
}

/** A UUID of version 5 (RFC 9562, section 5.5). */
export function uuid5(name: string, within: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(within.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
