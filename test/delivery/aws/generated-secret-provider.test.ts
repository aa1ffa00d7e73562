import assert from "node:assert/strict";
import * as provider from "../../../delivery/aws/generated-secret-provider.ts";
import { useEnvironment } from "../../support/environment.ts";
import { type FakeSecretsManager, startFakeSecretsManager } from "./fake-secrets-manager.ts";

describe("a generated secret", () => {
  const arn = "arn:aws:secretsmanager:us-west-2:000000000000:secret:teamflow/staging/secret-key-AbCdEf";
  const inputs = { version: 1, implementation: "x", arn, length: 64 };
  let manager: FakeSecretsManager;
  useEnvironment(async () => {
    manager = await startFakeSecretsManager();
    return manager.environment;
  });
  after(() => manager.stop());
  beforeEach(() => {
    manager.secrets.clear();
    manager.requests.length = 0;
    manager.put(arn);
  });
  const secret = () => manager.secrets.get(arn) ?? assert.fail("no secret");
  const value = () => secret().values.get(secret().current ?? "") ?? "";

  it("gets a random value of the length asked for, in the secret's own region", async () => {
    await provider.create(inputs);
    assert.match(value(), /^[A-Za-z0-9]{64}$/);
    assert.deepEqual([...new Set(manager.requests.map(({ region }) => region))], ["us-west-2"]);
  });

  it("leaves nothing of the value in the state", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.equal(id, arn);
    assert.deepEqual(outs, { ...inputs, versionId: secret().current });
    assert.ok(!JSON.stringify(outs).includes(value()));
  });

  it("keeps a value that is there: what a killed run wrote, or somebody's own", async () => {
    manager.put(arn, "chosen by hand");
    await provider.create(inputs);
    await provider.update(arn, { ...inputs, versionId: "old" }, { ...inputs, length: 80 });
    assert.equal(value(), "chosen by hand");
  });

  it("is unchanged after a rotation", async () => {
    const { outs } = await provider.create(inputs);
    manager.put(arn, "rotated");
    const read = await provider.read(arn, outs);
    assert.deepEqual("inputs" in read && read.inputs, inputs);
    assert.deepEqual(await provider.diff(arn, outs, inputs), { changes: false, replaces: [] });
  });

  for (const [what, lose] of Object.entries({
    "its value vanished": () => manager.put(arn),
    "its secret was deleted": () => manager.secrets.delete(arn),
    "its secret waits for its deletion": () => {
      secret().deleted = true;
    },
  })) {
    it(`is gone for a refresh when ${what}`, async () => {
      const { outs } = await provider.create(inputs);
      lose();
      assert.deepEqual(await provider.read(arn, outs), { id: "", props: {} });
    });
  }

  it("says what to do when the secret is not there", async () => {
    manager.secrets.clear();
    await assert.rejects(provider.create(inputs), /does not exist.*\n.*--refresh/);
  });

  it("is replaced for another secret only", async () => {
    const { outs } = await provider.create(inputs);
    assert.deepEqual((await provider.diff(arn, outs, { ...inputs, arn: `${arn}2` })).replaces, ["arn"]);
    assert.deepEqual(await provider.diff(arn, outs, { ...inputs, length: 80 }), { changes: true, replaces: [] });
  });

  it("is deleted without a word to Secrets Manager: the value goes with the secret", async () => {
    const { outs } = await provider.create(inputs);
    manager.secrets.clear();
    manager.requests.length = 0;
    await provider.delete(arn, outs);
    assert.deepEqual(manager.requests, []);
  });
});
