import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { openNote, signNote } from "../../../../delivery/release/audit/note.ts";
import { secretSigner } from "../../../../delivery/release/audit/signer.ts";
import { useEnvironment } from "../../../support/environment.ts";
import { type FakeSecretsManager, startFakeSecretsManager } from "../../aws/fake-secrets-manager.ts";

describe("a signing key that Secrets Manager keeps", () => {
  const arn = "arn:aws:secretsmanager:us-west-2:000000000000:secret:audit-key-AbCdEf";
  let manager: FakeSecretsManager;
  useEnvironment(async () => {
    manager = await startFakeSecretsManager();
    return manager.environment;
  });
  after(() => manager.stop());
  const pem = (type: "ed25519" | "x25519") =>
    (type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("x25519")).privateKey
      .export({ type: "pkcs8", format: "pem" })
      .toString();

  it("signs what its public half opens", async () => {
    manager.put(arn, pem("ed25519"));
    const signer = await secretSigner(arn, "slipway.test/release");
    assert.equal(openNote(await signNote("text\n", signer), [signer]), "text\n");
  });

  it("is refused when it is another kind of key or none, without showing what it is", async () => {
    for (const value of [pem("x25519"), "hunter2"]) {
      manager.put(arn, value);
      await assert.rejects(secretSigner(arn, "slipway.test/release"), (error: Error) => {
        assert.match(error.message, /holds no Ed25519 key in PEM/);
        assert.ok(!error.message.includes(value));
        return true;
      });
    }
  });
});
