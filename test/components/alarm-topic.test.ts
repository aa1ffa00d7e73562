import assert from "node:assert/strict";
import { AlarmTopic } from "../../components/alarm-topic.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("AlarmTopic", () => {
  const arn = "arn:aws:sns:us-west-2:111111111111:teamflow-staging-alarms";
  const run = (subscribers: string[] = []) =>
    runMocked(
      () =>
        new AlarmTopic("staging-alarms", {
          context: { application: "teamflow", stack: "staging", environment: "staging" },
          keyArn: "key/alarms",
          subscribers,
        }).arn,
      { stack: "staging", outputs: ({ type }) => (type === "aws:sns/topic:Topic" ? { arn } : undefined) },
    );

  it("is encrypted with our key", async () => {
    const { one, result } = await run();
    assert.equal(one("aws:sns/topic:Topic").inputs.kmsMasterKeyId, "key/alarms");
    assert.equal(result, arn);
  });

  it("hears nobody but this account's alarms, budgets and backups, over TLS", async () => {
    const policy = JSON.parse(String((await run()).one("aws:sns/topicPolicy:TopicPolicy").inputs.policy));
    const [allow, deny, ...others] = policy.Statement;
    assert.deepEqual(others, []);
    assert.deepEqual(allow.Principal, {
      Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"],
    });
    assert.deepEqual(allow.Condition, { StringEquals: { "aws:SourceAccount": "111111111111" } });
    assert.deepEqual([deny.Effect, deny.Condition], ["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
  });

  it("keeps a subscriber's name when another leaves, and asks each only once", async () => {
    const names = async (...subscribers: string[]) =>
      (await run(subscribers)).resources
        .filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription")
        .map(({ name, inputs }) => `${name} ${inputs.endpoint}`);
    const both = await names("ada@example.com", "bob@example.com", "ada@example.com");
    assert.equal(both.length, 2);
    assert.deepEqual(await names("bob@example.com"), both.slice(1));
  });
});
