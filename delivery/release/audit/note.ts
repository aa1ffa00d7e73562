import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { UserError } from "../../errors.ts";

/**
 * Signed notes (https://c2sp.org/signed-note): a text, an empty line, and lines that say who signed it. The keys are Ed25519.
 */

/** Whoever signs checkpoints. */
export interface Signer {
  /** What the key is called in the note; by custom the origin of the log. */
  readonly name: string;
  readonly publicKey: KeyObject;
  sign(message: Buffer): Promise<Buffer>;
}

/** A key that is trusted, as an auditor keeps it. */
export interface VerifierKey {
  readonly name: string;
  readonly publicKey: KeyObject;
}

/** The signature type of Ed25519. */
const ed25519 = 1;
/** What an Ed25519 key's DER begins with (RFC 8410); its 32 bytes follow. */
const derPrefix = Buffer.from("302a300506032b6570032100", "hex");

function keyBytes(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: "spki", format: "der" }).subarray(derPrefix.length);
}

function keyId({ name, publicKey }: VerifierKey): Buffer {
  return createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.of(ed25519))
    .update(keyBytes(publicKey))
    .digest()
    .subarray(0, 4);
}

/** A public key in one line, to be kept where the log's administrators cannot change it: `name+id+key`. */
export function formatVerifierKey(key: VerifierKey): string {
  const encoded = Buffer.concat([Buffer.of(ed25519), keyBytes(key.publicKey)]).toString("base64");
  return `${key.name}+${keyId(key).toString("hex")}+${encoded}`;
}

/** @throws UserError when the line is no key, or its id is another key's */
export function parseVerifierKey(line: string): VerifierKey {
  const [, name = "", id, encoded = ""] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length === 33 && bytes[0] === ed25519) {
    const publicKey = createPublicKey({
      key: Buffer.concat([derPrefix, bytes.subarray(1)]),
      format: "der",
      type: "spki",
    });
    if (keyId({ name, publicKey }).toString("hex") === id) return { name, publicKey };
  }
  throw new UserError(
    `"${line.trim()}" is no verifier key.\n  It looks like slipway.example/release+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW: copy the whole line.`,
  );
}

/** @param text ends with a line end */
export async function signNote(text: string, signer: Signer): Promise<string> {
  const signature = await signer.sign(Buffer.from(text));
  return `${text}\n— ${signer.name} ${Buffer.concat([keyId(signer), signature]).toString("base64")}\n`;
}

/**
 * The text of a note that one of the keys has signed.
 * @returns undefined when none has
 */
export function openNote(note: string, keys: readonly VerifierKey[]): string | undefined {
  const end = note.lastIndexOf("\n\n");
  if (end < 0) return undefined;
  const text = note.slice(0, end + 1);
  const signed = note
    .slice(end + 2)
    .split("\n")
    .some((line) => keys.some((key) => isSignatureOf(line, text, key)));
  return signed ? text : undefined;
}

function isSignatureOf(line: string, text: string, key: VerifierKey): boolean {
  const [, name, encoded = ""] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (name !== key.name || !bytes.subarray(0, 4).equals(keyId(key))) return false;
  return verify(null, Buffer.from(text), key.publicKey, bytes.subarray(4));
}
