import assert from "node:assert/strict";
import { ApplicationSecrets } from "../../components/application-secrets.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("ApplicationSecrets", () => {
  const secretType = "aws:secretsmanager/secret:Secret";
  const run = ({ protect = true, names = ["secret-key"], asked = "secret-key" } = {}) =>
    runMocked(
      () =>
        new ApplicationSecrets("staging-secrets", {
          context: { application: "teamflow", stack: "staging", environment: "staging" },
          keyArn: "key/secrets",
          protect,
          names,
        }).arn(asked),
      {
        stack: "staging",
        outputs: ({ type, name }) => (type === secretType ? { arn: `arn:${name}` } : undefined),
      },
    );

  it("makes a secret with our key for each name", async () => {
    const { resources, result } = await run({ names: ["secret-key", "webhook"] });
    assert.deepEqual(
      resources.filter(({ type }) => type === secretType).map(({ inputs }) => [inputs.name, inputs.kmsKeyId]),
      [
        ["teamflow/staging/secret-key", "key/secrets"],
        ["teamflow/staging/webhook", "key/secrets"],
      ],
    );
    assert.equal(result, "arn:staging-secrets-secret-key");
  });

  it("gives the value's provider an ARN and a length, and nothing that could be a value", async () => {
    const { resources } = await run();
    const value = resources.find(({ name }) => name === "staging-secrets-secret-key-value");
    const { implementation, version, __provider, ...rest } = value?.inputs ?? {};
    assert.deepEqual(rest, { arn: "arn:staging-secrets-secret-key", length: 64 });
    assert.ok(!resources.some(({ type }) => type.includes("SecretVersion")), "a version's value would be in the state");
  });

  it("can be brought back for 30 days where data are protected, and is gone at once elsewhere", async () => {
    const days = async (protect: boolean) => (await run({ protect })).one(secretType).inputs.recoveryWindowInDays;
    assert.deepEqual([await days(true), await days(false)], [30, 0]);
  });

  it("does not know a name that it was not given", async () => {
    await assert.rejects(run({ asked: "other" }), /has no secret "other", only secret-key/);
  });
});
