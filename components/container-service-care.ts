import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type PlannedQuery,
  type PlannedScaling,
  planRolloutAlarms,
  type ServiceName,
} from "./container-service-plan.ts";

/* What watches over a service that runs: the alarms that take a deployment back, and autoscaling. */

/** Whose children they become: a component, and how it names them. */
export interface Owner {
  readonly resource: pulumi.Resource;
  readonly childName: (part: string) => string;
}

export interface RolloutAlarmsArgs {
  readonly service: ServiceName;
  readonly name: (part: string) => string;
  readonly tags: (display: string) => Record<string, string>;
  /** The load balancer, as CloudWatch names it. */
  readonly loadBalancer: pulumi.Input<string>;
  /** The target groups, as CloudWatch names them. */
  readonly targetGroups: readonly pulumi.Input<string>[];
  readonly topicArn: pulumi.Input<string>;
}

/** The alarms that ECS watches while it deploys; people are told as well, since what fails later is not taken back. */
export function createRolloutAlarms(owner: Owner, args: RolloutAlarmsArgs): aws.cloudwatch.MetricAlarm[] {
  const groups = args.targetGroups.length > 1 ? 2 : 1;
  return planRolloutAlarms(args.service, groups).map((alarm) => {
    const physical = args.name(alarm.part);
    return new aws.cloudwatch.MetricAlarm(
      owner.childName(alarm.part),
      {
        name: physical,
        alarmDescription: alarm.description,
        comparisonOperator: "GreaterThanThreshold",
        threshold: alarm.threshold,
        evaluationPeriods: alarm.minutes,
        datapointsToAlarm: alarm.minutes,
        treatMissingData: "notBreaching",
        metricQueries: alarm.queries.map((each, index) => metricQuery(each, index === alarm.queries.length - 1, args)),
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        tags: args.tags(physical),
      },
      { parent: owner.resource },
    );
  });
}

function metricQuery(query: PlannedQuery, returnData: boolean, { loadBalancer, targetGroups }: RolloutAlarmsArgs) {
  if ("formula" in query) return { id: query.id, expression: query.formula, label: query.label, returnData };
  const targetGroup = targetGroups[query.group];
  return {
    id: query.id,
    returnData,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName: query.metric,
      stat: query.statistic,
      period: 60,
      dimensions: { LoadBalancer: loadBalancer, ...(targetGroup !== undefined && { TargetGroup: targetGroup }) },
    },
  };
}

/** Lets CloudWatch's averages decide on the number of copies, between the planned bounds. */
export function createAutoscaling(
  owner: Owner,
  clusterName: pulumi.Output<string>,
  serviceName: pulumi.Output<string>,
  plan: PlannedScaling,
  tags: Record<string, string>,
): void {
  const target = new aws.appautoscaling.Target(
    owner.childName("scaling"),
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${clusterName}/${serviceName}`,
      minCapacity: plan.minimum,
      maxCapacity: plan.maximum,
      tags,
    },
    { parent: owner.resource },
  );
  for (const { metric, part, percent } of plan.targets) {
    new aws.appautoscaling.Policy(
      owner.childName(`scaling-${part}`),
      {
        name: part,
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: metric },
          targetValue: percent,
          // Quick to grow, slow to shrink: a copy too many costs cents, one too few costs users.
          scaleOutCooldown: 60,
          scaleInCooldown: 300,
        },
      },
      { parent: owner.resource },
    );
  }
}
