import assert from "node:assert/strict";
import { Cache } from "../../components/cache.ts";
import { cacheSection } from "../../infra/settings/aws-sections.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("Cache", () => {
  const topic = "arn:aws:sns:us-west-2:111111111111:alarms";
  const run = ({ settings = {}, stack = "staging", part = undefined as string | undefined } = {}) =>
    runMocked(
      () => {
        const cache = new Cache("staging-cache", {
          context: { application: "teamflow", stack, environment: "staging" },
          settings: cacheSection.parse(settings),
          ...(part === undefined ? {} : { part }),
          vpcId: "vpc-1",
          subnetIds: ["subnet-1", "subnet-2"],
          keyArn: "key/cache",
          logKeyArn: "key/logs",
          logRetentionDays: 30,
          alarmTopicArn: topic,
          protect: true,
        });
        const { host, port, userName, userArn, replicationGroupId } = cache;
        return { host, port, userName, userArn, replicationGroupId };
      },
      {
        stack: "staging",
        outputs: ({ type }) => {
          if (type === "random:index/randomId:RandomId") return { hex: "0badcafe" };
          if (type === "aws:elasticache/user:User") return { arn: "arn:user" };
          return type === "aws:elasticache/replicationGroup:ReplicationGroup"
            ? { primaryEndpointAddress: "master.teamflow-staging.cache.amazonaws.com", port: 6379 }
            : undefined;
        },
      },
    );

  it("builds an encrypted group in the isolated subnets, behind its own security group", async () => {
    const { one, result } = await run();
    const { inputs } = one("aws:elasticache/replicationGroup:ReplicationGroup");
    const expected = {
      replicationGroupId: "teamflow-staging",
      engine: "valkey",
      kmsKeyId: "key/cache",
      userGroupIds: ["teamflow-staging-users"],
      subnetGroupName: "teamflow-staging-cache",
      parameterGroupName: "teamflow-staging-valkey8",
      securityGroupIds: ["staging-cache-access-group-id"],
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, inputs[key]])), expected);
    assert.deepEqual(one("aws:elasticache/subnetGroup:SubnetGroup").inputs.subnetIds, ["subnet-1", "subnet-2"]);
    assert.deepEqual(result, {
      host: "master.teamflow-staging.cache.amazonaws.com",
      port: 6379,
      userName: "teamflow-staging-app",
      userArn: "arn:user",
      replicationGroupId: "teamflow-staging",
    });
  });

  it("opens itself to one user by IAM, who is not the server's administrator, and to no user by password", async () => {
    const { one } = await run();
    const { inputs } = one("aws:elasticache/user:User");
    assert.deepEqual(
      [inputs.userId, inputs.userName, inputs.authenticationMode],
      ["teamflow-staging-app", "teamflow-staging-app", { type: "iam" }],
    );
    assert.match(String(inputs.accessString), /-@admin -@dangerous/);
    const { inputs: group } = one("aws:elasticache/userGroup:UserGroup");
    assert.deepEqual([group.engine, group.userIds], ["valkey", ["teamflow-staging-app"]]);
  });

  it("stays within ElastiCache's 40 characters for a long stack name", async () => {
    const { resources } = await run({ stack: "pr-1234567890123456789012345678901234567890", part: "pre-production" });
    for (const { inputs } of resources)
      for (const key of ["replicationGroupId", "userId", "userGroupId"])
        if (key in inputs) assert.ok(String(inputs[key]).length <= 40, String(inputs[key]));
  });

  it("writes slow and engine log to encrypted groups with an end", async () => {
    const { one, resources } = await run();
    const logs = one("aws:elasticache/replicationGroup:ReplicationGroup").inputs.logDeliveryConfigurations as {
      destination: string;
      logType: string;
    }[];
    assert.deepEqual(
      logs.map(({ destination, logType }) => [logType, destination]),
      [
        ["slow-log", "/teamflow/staging/cache/slow-log"],
        ["engine-log", "/teamflow/staging/cache/engine-log"],
      ],
    );
    for (const { inputs } of resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup"))
      assert.deepEqual([inputs.kmsKeyId, inputs.retentionInDays], ["key/logs", 30]);
  });

  it("takes a last snapshot of a cache whose snapshots are kept", async () => {
    const snapshot = async (snapshotDays: number) =>
      (await run({ settings: { snapshotDays } })).one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
        .finalSnapshotIdentifier;
    assert.equal(await snapshot(7), "teamflow-staging-final-0badcafe");
    assert.equal(await snapshot(0), undefined);
  });

  it("sends each alarm to the topic", async () => {
    const alarms = (await run()).resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.equal(alarms.length, 4);
    for (const { inputs } of alarms) assert.deepEqual(inputs.alarmActions, [topic]);
  });
});
