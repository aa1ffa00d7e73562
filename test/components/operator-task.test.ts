import assert from "node:assert/strict";
import { OperatorTask, type OperatorTaskArgs } from "../../components/operator-task.ts";
import { runMocked } from "../support/pulumi-mocks.ts";
import { asInAws, context, repository, statementsOf } from "./support/containers.ts";

const masterSecret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-1-AbCdEf";
const statements = [
  { Sid: "ReadMaster", Effect: "Allow" as const, Action: "secretsmanager:GetSecretValue", Resource: masterSecret },
];

const run = (changes: Partial<OperatorTaskArgs> = {}) =>
  runMocked(() => {
    const task = new OperatorTask("staging-operator", {
      context,
      platform: { clusterArn: "cluster-arn", clusterName: "cluster" },
      vpcId: "vpc",
      subnetIds: ["private-a"],
      repository,
      image: "registry/operator@sha256:abc",
      environment: { SLIPWAY_DATABASE_SECRET: masterSecret },
      statements,
      logKeyArn: "log-key",
      logRetentionDays: 30,
      ...changes,
    });
    return { definition: task.taskDefinitionArn, role: task.roleArn, target: task.target };
  }, asInAws);

describe("OperatorTask", () => {
  it("tells all that RunTask needs", async () => {
    assert.deepEqual((await run()).result, {
      definition: "arn:staging-operator-task-definition",
      role: "arn:staging-operator-task-roles-task",
      target: {
        cluster: "cluster-arn",
        taskDefinition: "teamflow-staging-operator",
        subnetIds: ["private-a"],
        securityGroupIds: ["staging-operator-access-group-id"],
        logGroup: "/teamflow/staging/operator",
        container: "operator",
      },
    });
  });

  it("names the database's secret and leaves its reading to the task's own role", async () => {
    const { one } = await run();
    const [container] = JSON.parse(
      String(one("aws:ecs/taskDefinition:TaskDefinition").inputs.containerDefinitions),
    ) as Record<string, unknown>[];
    assert.deepEqual(container?.environment, [{ name: "SLIPWAY_DATABASE_SECRET", value: masterSecret }]);
    assert.deepEqual(container?.secrets, []);
    const policyOf = (role: string) =>
      statementsOf(one("aws:iam/rolePolicy:RolePolicy", `staging-operator-task-roles-${role}-policy`).inputs.policy);
    assert.deepEqual(policyOf("task").ReadMaster?.Resource, masterSecret);
    assert.deepEqual(Object.keys(policyOf("execution")), ["SignInToRegistry", "PullImage", "WriteLog"]);
  });

  it("listens to nobody and reaches nobody by itself", async () => {
    const { resources } = await run();
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("aws:vpc/")),
      [],
    );
  });

  it("is defined even while there is no image", async () => {
    const { inputs } = (await run({ image: undefined })).one("aws:ecs/taskDefinition:TaskDefinition");
    assert.match(String(inputs.containerDefinitions), /@sha256:0{64}/);
  });
});
