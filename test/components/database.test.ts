import assert from "node:assert/strict";
import { Database } from "../../components/database.ts";
import { databaseSection } from "../../infra/settings/aws-sections.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("Database", () => {
  const context = { application: "teamflow", stack: "staging", environment: "staging" };
  const secretArn = "arn:aws:secretsmanager:us-west-2:111111111111:secret:rds!db-1-AbCdEf";
  const run = ({ settings = {}, protect = true, part = undefined as string | undefined } = {}) =>
    runMocked(
      () => {
        const { applicationUserArn, reference, identifier } = new Database("staging-database", {
          context,
          settings: databaseSection.parse(settings),
          ...(part === undefined ? {} : { part }),
          databaseName: "teamflow_staging",
          vpcId: "vpc-1",
          subnetIds: ["subnet-1", "subnet-2"],
          keyArn: "arn:aws:kms:us-west-2:111111111111:key/data",
          secretKeyArn: "arn:aws:kms:us-west-2:111111111111:key/secrets",
          logKeyArn: "arn:aws:kms:us-west-2:111111111111:key/logs",
          logRetentionDays: 30,
          alarmTopicArn: "arn:aws:sns:us-west-2:111111111111:alarms",
          protect,
        });
        return { applicationUserArn, reference, identifier };
      },
      {
        stack: "staging",
        outputs: ({ type }) => {
          if (type === "random:index/randomId:RandomId") return { hex: "0badcafe" };
          if (type !== "aws:rds/instance:Instance") return undefined;
          return {
            arn: "arn:aws:rds:us-west-2:111111111111:db:teamflow-staging",
            address: "teamflow-staging.abc.us-west-2.rds.amazonaws.com",
            port: 5432,
            resourceId: "db-ABC",
            masterUserSecrets: [{ secretArn }],
          };
        },
      },
    );

  it("builds a private, encrypted server with keys of ours and a password that nobody here sees", async () => {
    const seen = await run();
    const { inputs } = seen.one("aws:rds/instance:Instance");
    const expected = {
      identifier: "teamflow-staging",
      kmsKeyId: "arn:aws:kms:us-west-2:111111111111:key/data",
      performanceInsightsKmsKeyId: "arn:aws:kms:us-west-2:111111111111:key/data",
      masterUserSecretKmsKeyId: "arn:aws:kms:us-west-2:111111111111:key/secrets",
      manageMasterUserPassword: true,
      storageEncrypted: true,
      publiclyAccessible: false,
      dbSubnetGroupName: "teamflow-staging-database",
      parameterGroupName: "teamflow-staging-postgres17",
      finalSnapshotIdentifier: "teamflow-staging-final-0badcafe",
      vpcSecurityGroupIds: ["staging-database-access-group-id"],
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, inputs[key]])), expected);
    assert.ok(!("password" in inputs) && !("dbName" in inputs));
  });

  it("names the database and the way to its password, not the password", async () => {
    const { result } = await run();
    assert.deepEqual(result.reference, {
      kind: "secret",
      arn: secretArn,
      host: "teamflow-staging.abc.us-west-2.rds.amazonaws.com",
      port: 5432,
      database: "teamflow_staging",
      application: "teamflow_app",
      incarnation: "db-ABC",
    });
    assert.equal(result.applicationUserArn, "arn:aws:rds-db:us-west-2:111111111111:dbuser:db-ABC/teamflow_app");
  });

  it("makes RDS's log groups itself, with our key and an end", async () => {
    const seen = await run();
    const groups = seen.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(
      groups.map(({ inputs }) => [inputs.name, inputs.kmsKeyId, inputs.retentionInDays]),
      ["postgresql", "upgrade"].map((log) => [
        `/aws/rds/instance/teamflow-staging/${log}`,
        "arn:aws:kms:us-west-2:111111111111:key/logs",
        30,
      ]),
    );
  });

  it("comes with another parameter group when the major version changes, so that the old one stays until it is not used", async () => {
    const name = async (engineVersion: string) => {
      const { inputs } = (await run({ settings: { engineVersion } })).one("aws:rds/parameterGroup:ParameterGroup");
      return [inputs.name, inputs.family];
    };
    assert.deepEqual(await name("17"), ["teamflow-staging-postgres17", "postgres17"]);
    assert.deepEqual(await name("18"), ["teamflow-staging-postgres18", "postgres18"]);
  });

  it("lets nobody in before a connection is named", async () => {
    const seen = await run();
    const { inputs } = seen.one("aws:ec2/securityGroup:SecurityGroup");
    assert.deepEqual(
      [inputs.name, inputs.vpcId, inputs.ingress, inputs.egress],
      ["teamflow-staging-database", "vpc-1", undefined, undefined],
    );
    assert.ok(!seen.resources.some(({ type }) => type.includes("GressRule")));
  });

  it("trusts RDS's monitoring for this account only", async () => {
    const { inputs } = (await run()).one("aws:iam/role:Role");
    const policy = JSON.parse(String(inputs.assumeRolePolicy));
    assert.deepEqual(policy.Statement[0].Principal, { Service: "monitoring.rds.amazonaws.com" });
    assert.deepEqual(policy.Statement[0].Condition, { StringEquals: { "aws:SourceAccount": "111111111111" } });
  });

  it("sends each alarm to the topic", async () => {
    const alarms = (await run()).resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.deepEqual(
      alarms.map(({ name }) => name),
      ["storage", "cpu", "connections", "memory", "disk-queue", "replica-lag", "transaction-ids"].map(
        (part) => `staging-database-alarm-${part}`,
      ),
    );
    for (const { inputs } of alarms)
      assert.deepEqual(
        [inputs.alarmActions, inputs.okActions],
        [["arn:aws:sns:us-west-2:111111111111:alarms"], ["arn:aws:sns:us-west-2:111111111111:alarms"]],
      );
  });

  it("stands beside another of the same stack without sharing a name", async () => {
    const names = async (part?: string) =>
      (await run({ ...(part === undefined ? {} : { part }) })).resources.flatMap(({ inputs }) =>
        ["identifier", "name", "finalSnapshotIdentifier"].flatMap((key) =>
          typeof inputs[key] === "string" ? [inputs[key]] : [],
        ),
      );
    const main = new Set(await names());
    assert.deepEqual(
      (await names("pre-production")).filter((name) => main.has(name)),
      [],
    );
  });
});
