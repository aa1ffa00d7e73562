import assert from "node:assert/strict";
import { type BuiltStack, buildStack } from "./support/stacks.ts";

const digest = `sha256:${"ab".repeat(32)}`;

describe("stacks/staging", function () {
  this.timeout(30_000);
  let stack: BuiltStack;
  before(async () => {
    stack = await buildStack("staging", { "images.backend": digest, "logs.retentionDays": 90 });
  });
  const inputs = (type: string, name: string) => stack.one(type, name).inputs;
  const containerOf = (name: string) => {
    const { containerDefinitions } = inputs("aws:ecs/taskDefinition:TaskDefinition", name);
    return JSON.parse(String(containerDefinitions))[0] as {
      image: string;
      environment: { name: string; value: string }[];
      secrets: { name: string; valueFrom: string }[];
    };
  };
  const variables = (name: string) =>
    Object.fromEntries(containerOf(name).environment.map((variable) => [variable.name, variable.value]));

  it("is made of these components, each once", () => {
    const components = stack.resources.filter(({ name, type }) => type.startsWith("slipway:") && !/-.+-/.test(name));
    assert.deepEqual(components.map(({ name }) => name.replace("staging-", "")).sort(), [
      "alarms",
      "backend",
      "budget",
      "cache",
      "database",
      "edge",
      "flags",
      "frontend",
      "github",
      "identity",
      "keys",
      "network",
      "platform",
      "registry",
      "schema",
      "secrets",
      "tasks",
    ]);
  });

  it("puts the data into the isolated subnets, the programs into the private ones, the load balancer into the public ones", () => {
    const subnets = (tier: string) => ["a", "b"].map((letter) => `staging-network-${tier}-${letter}-id`);
    const isolated = ["aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"];
    for (const type of isolated) assert.deepEqual(stack.one(type).inputs.subnetIds, subnets("isolated"));
    for (const service of ["backend", "frontend"]) {
      const { networkConfiguration } = inputs("aws:ecs/service:Service", `staging-${service}-service`);
      assert.deepEqual((networkConfiguration as { subnets: string[] }).subnets, subnets("private"));
    }
    assert.deepEqual(stack.one("aws:lb/loadBalancer:LoadBalancer").inputs.subnets, subnets("public"));
    assert.deepEqual((stack.result.tasks as { subnetIds: string[] }).subnetIds, subnets("private"));
  });

  it("encrypts each thing with the key of its purpose", () => {
    const key = (purpose: string) => `arn:aws:kms:us-west-2:123456789012:key/staging-keys-${purpose}-id`;
    const { kmsKeyId, masterUserSecretKmsKeyId } = inputs("aws:rds/instance:Instance", "staging-database-instance");
    assert.deepEqual([kmsKeyId, masterUserSecretKmsKeyId], [key("database"), key("secrets")]);
    assert.equal(stack.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs.kmsKeyId, key("cache"));
    assert.equal(stack.one("aws:secretsmanager/secret:Secret").inputs.kmsKeyId, key("secrets"));
    assert.equal(stack.one("aws:sns/topic:Topic").inputs.kmsMasterKeyId, key("alarms"));
    for (const group of stack.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup"))
      assert.deepEqual([group.inputs.kmsKeyId, group.inputs.retentionInDays], [key("logs"), 90], group.name);
  });

  it("tells the backend where its data are, and gives it the one secret by its ARN", () => {
    const backend = containerOf("staging-backend-task-definition");
    assert.deepEqual(variables("staging-backend-task-definition"), {
      AWS_REGION: "us-west-2",
      CORS_ORIGINS: "https://staging.teamflow.app",
      DATABASE_AUTHENTICATION: "iam",
      DATABASE_HOST: "database.staging",
      DATABASE_NAME: "teamflow_staging",
      DATABASE_PORT: "5432",
      DATABASE_SSLMODE: "verify-full",
      DATABASE_USER: "teamflow_app",
      ENVIRONMENT: "staging",
      LOG_LEVEL: "info",
      REDIS_AUTHENTICATION: "iam",
      REDIS_HOST: "cache.staging",
      REDIS_PORT: "6379",
      REDIS_TLS: "true",
      REDIS_USER: "teamflow-staging-app",
    });
    assert.deepEqual(backend.secrets, [
      {
        name: "SECRET_KEY",
        valueFrom: "arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/staging/secret-key-AbCdEf",
      },
    ]);
    assert.equal(backend.image, `123456789012.dkr.ecr.us-west-2.amazonaws.com/teamflow/staging/backend@${digest}`);
  });

  it("tells the frontend where the API is, and no more", () => {
    assert.deepEqual(variables("staging-frontend-task-definition"), {
      VITE_API_URL: "https://staging.teamflow.app/api",
      VITE_ENVIRONMENT: "staging",
    });
    assert.deepEqual(containerOf("staging-frontend-task-definition").secrets, []);
  });

  it("gives an operator's task the name of the master's secret, and never its value", () => {
    assert.match(variables("staging-tasks-task-definition").DATABASE_SECRET_ARN ?? "", /^arn:.*:secret:rds!db-/);
    assert.deepEqual(containerOf("staging-tasks-task-definition").secrets, []);
  });

  it("migrates and seeds the database that it has built, by the rules of staging", () => {
    const migrations = stack.one("pulumi-nodejs:dynamic/slipway:Migrations").inputs;
    const flags = stack.one("pulumi-nodejs:dynamic/slipway:Flags").inputs;
    assert.deepEqual(migrations.database, {
      kind: "secret",
      arn: "arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-staging-database-instance",
      host: "database.staging",
      port: 5432,
      database: "teamflow_staging",
      application: "teamflow_app",
      incarnation: "db-staging",
    });
    assert.equal(flags.environment, "staging");
  });

  it("runs what has an image and waits for the image of the rest", () => {
    const copies = ["backend", "frontend"].map(
      (service) => inputs("aws:ecs/service:Service", `staging-${service}-service`).desiredCount,
    );
    assert.deepEqual(copies, [1, 0]);
  });
});

describe("stacks/staging, with what settings add", function () {
  this.timeout(30_000);

  it("copies the database into a second region, with keys of that region", async () => {
    const stack = await buildStack("staging", {
      backup: { retentionDays: 35, lockVault: false, copyToRegion: "us-east-2" },
    });
    const vaults = stack.resources.filter(({ type }) => type === "aws:backup/vault:Vault");
    assert.equal(vaults.length, 2);
    assert.deepEqual(
      stack.resources
        .filter(({ name, type }) => type === "aws:kms/key:Key" && name.includes("copy"))
        .map(({ inputs }) => inputs.region),
      ["us-east-2"],
    );
  });

  it("lets a runner in the VPC reach the database and the endpoints, and nothing else of the stack", async () => {
    const connectionArn =
      "arn:aws:codeconnections:us-west-2:123456789012:connection/0f4e0f9c-58a5-4b2c-9d0e-3a6a7d5f1c11";
    const stack = await buildStack("staging", { runner: { connectionArn } });
    const from = stack.resources
      .filter(({ inputs }) => inputs.referencedSecurityGroupId === "staging-runner-group-group-id")
      .map(({ name }) => name);
    assert.deepEqual(from.sort(), [
      "staging-database-access-from-runner-5432",
      "staging-network-endpoints-access-from-runner-443",
    ]);
  });

  it("stops before anything is built when the account is not the declared one", async () => {
    await assert.rejects(buildStack("staging", { "aws.accountId": "999999999999" }), /Nothing was changed/);
  });
});
