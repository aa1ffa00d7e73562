import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { readSecret } from "../../aws/secrets.ts";
import { UserError } from "../../errors.ts";
import type { Signer } from "./note.ts";

/**
 * Signs with a key that lies in a file, for the sandbox: made at the first use, readable by its owner alone.
 * @param name the key's name in notes
 * @throws UserError when others may read the file, or it holds no Ed25519 key
 */
export async function fileSigner(file: string, name: string): Promise<Signer> {
  await createKey(file);
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0)
    throw new UserError(
      `${file}: others than its owner may use this key (mode ${(mode & 0o777).toString(8)}).\n  Take their rights away: chmod 600 ${file}. If somebody may have read it, remove it: a new one is made.`,
    );
  return signerOf(await readFile(file, "utf8"), file, name);
}

/**
 * Signs with a key that AWS Secrets Manager keeps, as PEM (PKCS #8).
 * @param arn the secret's
 * @param name the key's name in notes
 * @throws UserError when it cannot be read or holds no Ed25519 key; the value never shows
 */
export async function secretSigner(arn: string, name: string): Promise<Signer> {
  return signerOf(await readSecret(arn), arn, name);
}

/** Of several that come first at the same time one makes the key, and the others use it. */
async function createKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  if (await isThere(file)) return;
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${file}.${randomUUID()}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(privateKey.export({ type: "pkcs8", format: "pem" }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  // The whole key or none: whoever is killed in between leaves a draft that nobody uses.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function signerOf(pem: string, where: string, name: string): Signer {
  const key = parseKey(pem);
  if (key?.asymmetricKeyType !== "ed25519")
    throw new UserError(
      `${where} holds no Ed25519 key in PEM.\n  Make one: openssl genpkey -algorithm ed25519, and keep its public half where the log's administrators cannot change it.`,
    );
  return { name, publicKey: createPublicKey(key), sign: async (message) => sign(null, message, key) };
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
