import assert from "node:assert/strict";
import { ContainerService, type ContainerServiceArgs } from "../../components/container-service.ts";
import { parseSettings } from "../../infra/settings.ts";
import { runMocked } from "../support/pulumi-mocks.ts";
import { rawSettings } from "../support/stack-settings.ts";
import { asInAws, context, platformOf, repository, statementsOf } from "./support/containers.ts";

const { deployment, edge, services } = parseSettings("staging", rawSettings("staging"));
const hosts = edge?.hosts ?? { frontend: "staging.teamflow.app" };
const image = `registry/backend@sha256:${"a".repeat(64)}`;
const secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/staging/secret-key-AbCdEf";

type Changes = Partial<ContainerServiceArgs> & { readonly execAllowed?: boolean };

const run = ({ execAllowed = true, ...changes }: Changes = {}) =>
  runMocked(() => {
    const service = new ContainerService("staging-backend", {
      context,
      service: "backend",
      settings: services.backend,
      deployment,
      hosts,
      platform: platformOf({ execAllowed }),
      vpcId: "vpc",
      subnetIds: ["private-a", "private-b"],
      repository,
      image,
      environment: { ENVIRONMENT: "staging" },
      secrets: { SECRET_KEY: `${secret}:value::` },
      secretsKeyArns: ["secrets-key"],
      logKeyArn: "log-key",
      logRetentionDays: 30,
      alarmTopicArn: "topic",
      ...changes,
    });
    return { targetGroups: service.targetGroupArns };
  }, asInAws);

const serviceType = "aws:ecs/service:Service";
const ruleType = "aws:lb/listenerRule:ListenerRule";
const groupType = "aws:lb/targetGroup:TargetGroup";

describe("ContainerService", () => {
  it("asks the backend for its health as the source document does", async () => {
    const { one } = await run();
    for (const colour of ["blue", "green"]) {
      const { inputs } = one(groupType, `staging-backend-routes-${colour}`);
      assert.deepEqual(inputs.healthCheck, {
        enabled: true,
        path: "/health",
        port: "traffic-port",
        protocol: "HTTP",
        interval: 30,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: "200",
      });
      assert.deepEqual(
        [inputs.name, inputs.port, inputs.targetType],
        [`teamflow-staging-backend-${colour}`, 8000, "ip"],
      );
    }
  });

  it("claims its paths on the production and on the test listener, and begins with blue", async () => {
    const { one } = await run();
    for (const [part, listener] of [
      ["rule", "https"],
      ["test-rule", "test"],
    ]) {
      const { inputs } = one(ruleType, `staging-backend-routes-${part}`);
      assert.equal(inputs.listenerArn, `arn:staging-platform-${listener}`);
      assert.equal(inputs.priority, 100);
      assert.deepEqual(inputs.conditions, [
        { hostHeader: { values: ["staging.teamflow.app"] } },
        { pathPattern: { values: ["/api/*", "/docs", "/redoc"] } },
      ]);
      assert.deepEqual(inputs.actions, [
        {
          type: "forward",
          forward: {
            targetGroups: [
              { arn: "arn:staging-backend-routes-blue", weight: 100 },
              { arn: "arn:staging-backend-routes-green", weight: 0 },
            ],
          },
        },
      ]);
    }
  });

  it("deploys blue/green with bake time, circuit breaker and alarms that take it back, and says how it ended", async () => {
    const { inputs } = (await run()).one(serviceType);
    assert.deepEqual(inputs.deploymentConfiguration, { strategy: "BLUE_GREEN", bakeTimeInMinutes: "15" });
    assert.deepEqual(inputs.deploymentCircuitBreaker, { enable: true, rollback: true });
    assert.deepEqual(inputs.alarms, {
      alarmNames: ["teamflow-staging-backend-errors", "teamflow-staging-backend-unhealthy"],
      enable: true,
      rollback: true,
    });
    assert.deepEqual(inputs.loadBalancers, [
      {
        targetGroupArn: "arn:staging-backend-routes-blue",
        containerName: "backend",
        containerPort: 8000,
        advancedConfiguration: {
          alternateTargetGroupArn: "arn:staging-backend-routes-green",
          productionListenerRule: "arn:staging-backend-routes-rule",
          testListenerRule: "arn:staging-backend-routes-test-rule",
          roleArn: "arn:staging-platform-traffic-shift",
        },
      },
    ]);
    assert.deepEqual([inputs.waitForSteadyState, inputs.sigintRollback, inputs.desiredCount], [true, true, 1]);
  });

  it("deploys copy by copy with one target group where the settings say so", async () => {
    const { one, result } = await run({ deployment: { strategy: "rolling", bakeMinutes: 15 } });
    const { inputs } = one(serviceType);
    assert.deepEqual(inputs.deploymentConfiguration, { strategy: "ROLLING" });
    assert.deepEqual(inputs.loadBalancers, [
      { targetGroupArn: "arn:staging-backend-routes-blue", containerName: "backend", containerPort: 8000 },
    ]);
    assert.deepEqual(result.targetGroups, ["arn:staging-backend-routes-blue"]);
    assert.deepEqual(one(ruleType).inputs.actions, [
      { type: "forward", targetGroupArn: "arn:staging-backend-routes-blue" },
    ]);
  });

  it("runs in private subnets without a public address", async () => {
    const { inputs } = (await run()).one(serviceType);
    assert.deepEqual(inputs.networkConfiguration, {
      subnets: ["private-a", "private-b"],
      securityGroups: ["staging-backend-access-group-id"],
      assignPublicIp: false,
    });
  });

  it("is reached by the load balancer on its port alone, which gets the matching way out", async () => {
    const { one, resources } = await run();
    const { inputs } = one(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "staging-backend-access-from-load-balancer-8000",
    );
    assert.equal(inputs.referencedSecurityGroupId, "staging-platform-load-balancer-group-id");
    assert.deepEqual(
      resources
        .filter(({ type }) => type === "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        .map(({ inputs: rule }) => [rule.securityGroupId, rule.referencedSecurityGroupId, rule.fromPort]),
      [["staging-platform-load-balancer-group-id", "staging-backend-access-group-id", 8000]],
    );
  });

  it("starts with no more rights than its image, its log and its secrets", async () => {
    const { one } = await run();
    const statements = statementsOf(
      one("aws:iam/rolePolicy:RolePolicy", "staging-backend-task-roles-execution-policy").inputs.policy,
    );
    assert.deepEqual(Object.keys(statements), [
      "SignInToRegistry",
      "PullImage",
      "WriteLog",
      "ReadSecrets",
      "DecryptSecrets",
    ]);
    assert.equal(statements.PullImage?.Resource, repository.arn);
    assert.equal(
      statements.WriteLog?.Resource,
      "arn:aws:logs:us-west-2:123456789012:log-group:/teamflow/staging/backend:*",
    );
    assert.deepEqual(statements.ReadSecrets?.Resource, [secret]);
    assert.deepEqual(statements.DecryptSecrets?.Condition, {
      StringEquals: { "kms:ViaService": "secretsmanager.us-west-2.amazonaws.com" },
    });
  });

  it("lets only this account's tasks take its roles", async () => {
    const { inputs } = (await run()).one("aws:iam/role:Role", "staging-backend-task-roles-task");
    const trust = JSON.parse(String(inputs.assumeRolePolicy)) as { Statement: { Condition: unknown }[] };
    assert.deepEqual(trust.Statement[0]?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:ecs:us-west-2:123456789012:*" },
    });
  });

  it("may do nothing in AWS but what it was given, and open no shell where that is not allowed", async () => {
    const statements = [
      { Sid: "Read", Effect: "Allow" as const, Action: "s3:GetObject", Resource: "arn:aws:s3:::x/*" },
    ];
    const { one } = await run({ execAllowed: false, statements });
    const policy = one("aws:iam/rolePolicy:RolePolicy", "staging-backend-task-roles-task-policy").inputs.policy;
    assert.deepEqual(Object.keys(statementsOf(policy)), ["Read"]);
    assert.equal(one(serviceType).inputs.enableExecuteCommand, false);

    const none = await run({ execAllowed: false });
    assert.deepEqual(
      none.resources.filter(({ name }) => name === "staging-backend-task-roles-task-policy"),
      [],
    );
  });

  it("opens a shell where it is allowed", async () => {
    const { one } = await run();
    assert.equal(one(serviceType).inputs.enableExecuteCommand, true);
    const policy = one("aws:iam/rolePolicy:RolePolicy", "staging-backend-task-roles-task-policy").inputs.policy;
    assert.deepEqual(Object.keys(statementsOf(policy)), ["ExecChannel", "ExecLogGroups", "ExecLog", "ExecKey"]);
  });

  it("scales on CPU and memory between the bounds of the settings", async () => {
    const { one, resources } = await run();
    const { inputs } = one("aws:appautoscaling/target:Target");
    assert.deepEqual(
      [inputs.resourceId, inputs.minCapacity, inputs.maxCapacity],
      ["service/teamflow-staging/teamflow-staging-backend", 1, 4],
    );
    assert.equal(resources.filter(({ type }) => type === "aws:appautoscaling/policy:Policy").length, 2);
  });

  it("exists without a copy while there is no image, and does not wait for one", async () => {
    const { one } = await run({ image: undefined });
    const { inputs } = one(serviceType);
    assert.deepEqual([inputs.desiredCount, inputs.waitForSteadyState], [0, false]);
    assert.equal(one("aws:appautoscaling/target:Target").inputs.minCapacity, 0);
    const [container] = JSON.parse(
      String(one("aws:ecs/taskDefinition:TaskDefinition").inputs.containerDefinitions),
    ) as { image: string }[];
    assert.match(container?.image ?? "", /^registry\/backend@sha256:0{64}$/);
  });

  it("defines its task in the size of the settings", async () => {
    const { inputs } = (await run()).one("aws:ecs/taskDefinition:TaskDefinition");
    assert.deepEqual(
      [inputs.cpu, inputs.memory, inputs.networkMode, inputs.requiresCompatibilities, inputs.family],
      ["256", "512", "awsvpc", ["FARGATE"], "teamflow-staging-backend"],
    );
    const [container] = JSON.parse(String(inputs.containerDefinitions)) as { image: string; portMappings: unknown }[];
    assert.equal(container?.image, image);
    assert.deepEqual(container?.portMappings, [{ containerPort: 8000, hostPort: 8000, protocol: "tcp" }]);
  });

  it("watches both target groups, and tells people too", async () => {
    const { inputs } = (await run()).one("aws:cloudwatch/metricAlarm:MetricAlarm", "staging-backend-unhealthy");
    assert.deepEqual(inputs.alarmActions, ["topic"]);
    assert.deepEqual(
      (inputs.metricQueries as { metric?: { dimensions: unknown }; returnData: boolean }[]).map((each) => [
        each.metric?.dimensions,
        each.returnData,
      ]),
      [
        [{ LoadBalancer: "suffix/staging-platform-alb", TargetGroup: "suffix/staging-backend-routes-blue" }, false],
        [{ LoadBalancer: "suffix/staging-platform-alb", TargetGroup: "suffix/staging-backend-routes-green" }, false],
        [undefined, true],
      ],
    );
  });
});
