import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { formatCheckpoint, openCheckpoint } from "../../../../delivery/release/audit/checkpoint.ts";
import { checkpointFolder } from "../../../../delivery/release/audit/checkpoint-folder.ts";
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from "../../../../delivery/release/audit/note.ts";
import { fileSigner } from "../../../../delivery/release/audit/signer.ts";

const origin = "slipway.test/release";
const root = Buffer.alloc(32, 7).toString("base64");

describe("signed checkpoints", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "slipway-checkpoints-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const signerAt = (name = "key") => fileSigner(path.join(folder, "secrets", name), origin);

  it("are notes as others write them: the example of golang.org/x/mod/sumdb/note", () => {
    const line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
    const key = parseVerifierKey(line);
    assert.equal(openNote(note, [key]), text);
    assert.equal(formatVerifierKey(key), line);
    assert.equal(openNote(note.replace("problem is", "problem was"), [key]), undefined);
  });

  it("say what was signed, and open with the right key only", async () => {
    const [signer, other] = [await signerAt(), await signerAt("other")];
    const note = await signNote(formatCheckpoint({ origin, size: 12, root }), signer);
    assert.ok(note.startsWith(`${origin}\n12\n${root}\n\n— ${origin} `));
    assert.deepEqual(openCheckpoint(note, [signer]), { origin, size: 12, root });
    assert.deepEqual(openCheckpoint(note, [other, parseVerifierKey(formatVerifierKey(signer))])?.size, 12);
    assert.equal(openCheckpoint(note, [other]), undefined);
    assert.equal(openCheckpoint(note, []), undefined);
  });

  it("open no more when any one character was changed", async () => {
    const signer = await signerAt();
    const note = await signNote(formatCheckpoint({ origin, size: 12, root }), signer);
    for (let index = 0; index < note.length - 1; index++) {
      const changed = `${note.slice(0, index)}${note[index] === "A" ? "B" : "A"}${note.slice(index + 1)}`;
      const opened = openCheckpoint(changed, [signer]);
      // The last characters of base64 have bits that stand for nothing.
      if (opened !== undefined) assert.deepEqual(opened, { origin, size: 12, root }, `character ${index}`);
      if (index < note.lastIndexOf("—")) assert.equal(opened, undefined, `character ${index}`);
    }
  });

  it("are not made of what is signed but no checkpoint", async () => {
    const signer = await signerAt();
    for (const text of [
      `${origin}\n`,
      `${origin}\n012\n${root}\n`,
      `${origin}\n-1\n${root}\n`,
      `${origin}\n12\nabc=\n`,
    ])
      assert.equal(openCheckpoint(await signNote(text, signer), [signer]), undefined, text);
    const extended = await signNote(`${origin}\n12\n${root}\nanother log's extension\n`, signer);
    assert.equal(openCheckpoint(extended, [signer])?.size, 12);
  });

  it("are signed by a key that is made once, for its owner alone", async () => {
    const signers = await Promise.all(Array.from({ length: 5 }, () => signerAt()));
    assert.equal(new Set(signers.map(formatVerifierKey)).size, 1);
    const file = path.join(folder, "secrets", "key");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await chmod(file, 0o640);
    await assert.rejects(signerAt(), /others than its owner may use this key \(mode 640\).*chmod 600/s);
    await writeFile(file, "no key", { mode: 0o600 });
    await chmod(file, 0o600);
    await assert.rejects(signerAt(), /holds no Ed25519 key/);
  });

  it("say so when a line is no verifier key", async () => {
    const line = formatVerifierKey(await signerAt());
    for (const wrong of ["", "x", line.replace(/\+[0-9a-f]{8}\+/, "+00000000+"), `${line.slice(0, -8)}`])
      assert.throws(() => parseVerifierKey(wrong), /is no verifier key/, wrong);
  });

  it("lie in a folder, the smallest first, and nothing replaces one", async () => {
    const store = checkpointFolder(path.join(folder, "checkpoints"));
    assert.deepEqual(await store.list(), []);
    await store.put("000000000010-x.checkpoint", "ten");
    await store.put("000000000009-x.checkpoint", "nine");
    await store.put("000000000010-x.checkpoint", "another ten");
    await writeFile(path.join(folder, "checkpoints", "README"), "not one");
    assert.deepEqual(await store.list(), [
      { name: "000000000009-x.checkpoint", note: "nine" },
      { name: "000000000010-x.checkpoint", note: "ten" },
    ]);
    const file = path.join(folder, "checkpoints", "000000000010-x.checkpoint");
    assert.equal((await stat(file)).mode & 0o222, 0);
    assert.equal(await readFile(file, "utf8"), "ten");
  });
});
