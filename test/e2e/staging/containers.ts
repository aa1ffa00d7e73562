import assert from "node:assert/strict";
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
} from "@aws-sdk/client-ecs";
import { must, type StagingContext, shortName } from "./context.ts";
import { keyArn } from "./keys.ts";

const cluster = "teamflow-staging";

/** The cluster, its services, and what their tasks are, as AWS tells them. */
export function containers(context: StagingContext): void {
  describe("containers", () => {
    let ecs: ECSClient;
    before(() => {
      ecs = context.client(ECSClient);
    });
    const definition = async (part: string) => {
      const taskDefinition = `teamflow-staging-${part}`;
      return must((await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition, part);
    };
    const role = (name: string) => `arn:aws:iam::${context.account}:role/teamflow-staging-${name}`;

    it("run in a cluster with insights, on Fargate, where a shell's session is encrypted and written down", async () => {
      const { clusters = [] } = await ecs.send(
        new DescribeClustersCommand({ clusters: [cluster], include: ["CONFIGURATIONS", "SETTINGS"] }),
      );
      assert.partialDeepStrictEqual(clusters[0], {
        status: "ACTIVE",
        settings: [{ name: "containerInsights", value: "enabled" }],
        defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE" }],
        configuration: {
          executeCommandConfiguration: {
            kmsKeyId: await keyArn(context, "logs"),
            logging: "OVERRIDE",
            logConfiguration: { cloudWatchLogGroupName: "/teamflow/staging/exec", cloudWatchEncryptionEnabled: true },
          },
        },
      });
    });

    for (const [name, port] of [
      ["backend", 8000],
      ["frontend", 3000],
    ] as const) {
      it(`${name}: new versions come blue/green with a quarter of an hour's bake time, and go back by themselves`, async () => {
        const services = [`teamflow-staging-${name}`];
        const { services: [service] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services }));
        assert.partialDeepStrictEqual(service, {
          status: "ACTIVE",
          launchType: "FARGATE",
          // There is no image yet; nothing runs before there is.
          desiredCount: 0,
          deploymentConfiguration: {
            strategy: "BLUE_GREEN",
            bakeTimeInMinutes: 15,
            deploymentCircuitBreaker: { enable: true, rollback: true },
            alarms: { enable: true, rollback: true },
            minimumHealthyPercent: 100,
            maximumPercent: 200,
          },
          enableExecuteCommand: true,
          networkConfiguration: { awsvpcConfiguration: { assignPublicIp: "DISABLED" } },
        });
        assert.deepEqual(service?.deploymentConfiguration?.alarms?.alarmNames?.map(shortName).sort(), [
          `${name}-errors`,
          `${name}-unhealthy`,
        ]);
        const [balancer] = service?.loadBalancers ?? [];
        assert.deepEqual([balancer?.containerName, balancer?.containerPort], [name, port]);
        const { alternateTargetGroupArn, productionListenerRule, roleArn, testListenerRule } = must(
          balancer?.advancedConfiguration,
          "second target group",
        );
        assert.match(balancer?.targetGroupArn ?? "", new RegExp(`teamflow-staging-${name}-blue/`));
        assert.match(alternateTargetGroupArn ?? "", new RegExp(`teamflow-staging-${name}-green/`));
        assert.equal(roleArn, role("traffic-shift"));
        assert.ok(productionListenerRule && testListenerRule && productionListenerRule !== testListenerRule);
      });
    }

    it("have the sizes that the source names, and a little more for one-off tasks", async () => {
      const sizes = await Promise.all(["backend", "frontend", "operator"].map(definition));
      assert.deepEqual(
        sizes.map(({ cpu, memory }) => [cpu, memory]),
        [
          ["256", "512"],
          ["256", "512"],
          ["512", "1024"],
        ],
      );
      for (const each of sizes)
        assert.deepEqual([each.networkMode, each.requiresCompatibilities], ["awsvpc", ["FARGATE"]], each.family);
    });

    for (const name of ["backend", "frontend", "operator"]) {
      it(`${name}: starts as one role and acts as another, without root, and writes nowhere but where it says`, async () => {
        const { containerDefinitions = [], executionRoleArn, taskRoleArn } = await definition(name);
        assert.deepEqual([executionRoleArn, taskRoleArn], [role(`${name}-execution`), role(`${name}-task`)]);
        assert.equal(containerDefinitions.length, 1);
        const [container] = containerDefinitions;
        assert.partialDeepStrictEqual(container, {
          name,
          user: "10001:10001",
          readonlyRootFilesystem: true,
          linuxParameters: { initProcessEnabled: true },
        });
        assert.notEqual(container?.privileged, true);
        assert.deepEqual(
          container?.mountPoints?.map(({ containerPath }) => containerPath),
          ["/tmp"],
        );
        assert.match(container?.image ?? "", new RegExp(`/teamflow/staging/${name}@sha256:[0-9a-f]{64}$`));
        assert.equal(container?.logConfiguration?.options?.["awslogs-group"], `/teamflow/staging/${name}`);
      });
    }

    it("are given secrets by ARN only, and the one that they need", async () => {
      const secretsOf = async (name: string) =>
        (await definition(name)).containerDefinitions?.[0]?.secrets?.map((secret) => [
          secret.name,
          secret.valueFrom?.replace(/-[A-Za-z0-9]{6}$/, ""),
        ]);
      const prefix = `arn:aws:secretsmanager:us-west-2:${context.account}:secret:`;
      assert.deepEqual(await secretsOf("backend"), [["SECRET_KEY", `${prefix}teamflow/staging/secret-key`]]);
      assert.deepEqual([await secretsOf("frontend"), await secretsOf("operator")], [[], []]);
    });

    it("scale on processor and memory, from nothing while there is no image", async () => {
      const scaling = context.client(ApplicationAutoScalingClient);
      const { ScalableTargets = [] } = await scaling.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }),
      );
      const bounds = ScalableTargets.map(({ MaxCapacity, MinCapacity, ResourceId }) => [
        shortName(ResourceId?.split("/").at(-1)),
        MinCapacity,
        MaxCapacity,
      ]);
      assert.deepEqual(bounds.sort(), [
        ["backend", 0, 4],
        ["frontend", 0, 4],
      ]);
      const { ScalingPolicies = [] } = await scaling.send(
        new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }),
      );
      const targets = ScalingPolicies.map(({ PolicyName, ResourceId, TargetTrackingScalingPolicyConfiguration }) =>
        [
          shortName(ResourceId?.split("/").at(-1)),
          PolicyName,
          TargetTrackingScalingPolicyConfiguration?.TargetValue,
        ].join(" "),
      );
      assert.deepEqual(targets.sort(), [
        "backend cpu 70",
        "backend memory 80",
        "frontend cpu 70",
        "frontend memory 80",
      ]);
    });
  });
}
