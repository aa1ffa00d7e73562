import assert from "node:assert/strict";
import { isMissingSecret, readSecret } from "../../../delivery/aws/secrets.ts";
import { useEnvironment } from "../../support/environment.ts";
import { type FakeSecretsManager, startFakeSecretsManager } from "./fake-secrets-manager.ts";

describe("reading a secret", () => {
  const arn = "arn:aws:secretsmanager:us-west-2:000000000000:secret:rds!db-1-AbCdEf";
  let manager: FakeSecretsManager;
  useEnvironment(async () => {
    manager = await startFakeSecretsManager();
    return manager.environment;
  });
  after(() => manager.stop());
  afterEach(() => {
    manager.refusal = undefined;
    manager.secrets.clear();
  });

  it("asks the region that the ARN names, whatever the shell's is", async () => {
    manager.put(arn, "value");
    assert.equal(await readSecret(arn), "value");
    assert.deepEqual(manager.requests.at(-1), { operation: "GetSecretValue", region: "us-west-2" });
  });

  for (const [type, remedy] of [
    ["AccessDeniedException", /secretsmanager:GetSecretValue.*kms:Decrypt/],
    ["ExpiredTokenException", /Sign in to AWS/],
    ["InternalServiceError", /did not answer.*VPC endpoint/],
  ] as const) {
    it(`names the secret and a remedy for ${type}`, async () => {
      manager.put(arn, "planted-value");
      manager.refusal = { type, message: "refused" };
      await assert.rejects(readSecret(arn), (error: Error) => {
        assert.equal(error.name, "UserError");
        assert.ok(error.message.includes(arn) && remedy.test(error.message), error.message);
        assert.ok(!error.message.includes("planted-value"));
        assert.equal(isMissingSecret(error), false);
        return true;
      });
    });
  }

  it("tells a secret that is gone, or waits for its deletion, from one that is closed", async () => {
    await assert.rejects(readSecret(arn), (error) => isMissingSecret(error));
    manager.put(arn, "value");
    const secret = manager.secrets.get(arn) ?? assert.fail();
    secret.deleted = true;
    await assert.rejects(readSecret(arn), (error) => isMissingSecret(error));
  });

  it("refuses what is no secret's ARN", async () => {
    await assert.rejects(readSecret("teamflow/staging"), /not the ARN of a secret/);
  });
});
