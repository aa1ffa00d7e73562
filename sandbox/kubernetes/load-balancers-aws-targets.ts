import {
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type ProtocolEnum,
  RegisterTargetsCommand,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PlannedTarget, PlannedTargetGroup } from "./load-balancers-targets.ts";

/** Makes a target group be as planned, with its targets. @returns its ARN */
export async function ensureTargetGroup(
  client: ElasticLoadBalancingV2Client,
  planned: PlannedTargetGroup,
  VpcId: string,
  there: TargetGroup | undefined,
): Promise<string> {
  const { attributes, healthCheck, name: Name, port: Port, tags } = planned;
  const checks = {
    HealthCheckEnabled: true,
    HealthCheckProtocol: healthCheck.protocol as ProtocolEnum,
    HealthCheckPort: healthCheck.port,
    HealthCheckPath: healthCheck.path,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher: { HttpCode: healthCheck.successCodes },
  };
  let arn = there?.TargetGroupArn;
  if (arn) await client.send(new ModifyTargetGroupCommand({ TargetGroupArn: arn, ...checks }));
  else {
    const Protocol = planned.protocol as ProtocolEnum;
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const wanted = { Name, Port, Protocol, VpcId, TargetType: "ip" as const, Tags, ...checks };
    const { TargetGroups = [] } = await client.send(new CreateTargetGroupCommand(wanted));
    arn = TargetGroups[0]?.TargetGroupArn ?? "";
  }
  const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
  if (Attributes.length > 0)
    await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }));
  await ensureTargets(client, arn, planned.targets);
  return arn;
}

async function ensureTargets(
  client: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  planned: readonly PlannedTarget[],
): Promise<void> {
  const there = await targetsIn(client, TargetGroupArn);
  const wanted = planned.map(({ address, port }) => ({ Id: address, Port: port }));
  const keyOf = ({ Id, Port }: { Id: string; Port: number }) => `${Id}:${Port}`;
  const gone = there.filter((each) => !wanted.some((other) => keyOf(other) === keyOf(each)));
  const added = wanted.filter((each) => !there.some((other) => keyOf(other) === keyOf(each)));
  if (gone.length > 0)
    await client.send(
      new DeregisterTargetsCommand({ TargetGroupArn, Targets: gone.map(({ Id, Port }) => ({ Id, Port })) }),
    );
  if (added.length > 0) await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: added }));
}

/** The targets of a group, and whether they are healthy. */
export async function targetsIn(
  client: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<{ Id: string; Port: number; isHealthy: boolean }[]> {
  const { TargetHealthDescriptions = [] } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
    Id: Target?.Id ?? "",
    Port: Target?.Port ?? 0,
    isHealthy: TargetHealth?.State === "healthy",
  }));
}
