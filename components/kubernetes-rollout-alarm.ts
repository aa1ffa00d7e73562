import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { planErrorAlarm } from "./kubernetes-rollout-plan.ts";

export interface KubernetesRolloutAlarmArgs extends AwsArgs {
  readonly namespace: string;
  /** The load balancer's name; it exists by the time that `hostname` is known. */
  readonly loadBalancerName: string;
  readonly hostname: pulumi.Input<string>;
  /** Who is told. */
  readonly topicArn: pulumi.Input<string>;
}

/** The alarm on failed requests of an environment: it ends a rollout that runs, and people are told of it at any time. */
export class KubernetesRolloutAlarm extends AwsComponent<KubernetesRolloutAlarmArgs> {
  readonly alarmName: string;
  readonly alarmArn: pulumi.Output<string>;

  constructor(name: string, args: KubernetesRolloutAlarmArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesRolloutAlarm", name, args, opts);
    // The controller in the cluster made it, so that it is looked up; before that there is nothing to be found.
    const found = pulumi
      .output(args.hostname)
      .apply(() => aws.lb.getLoadBalancer({ name: args.loadBalancerName }, { parent: this }));
    this.alarmName = this.physicalName("metricAlarm", args.namespace, "errors");
    const alarm = new aws.cloudwatch.MetricAlarm(
      this.childName("errors"),
      {
        name: this.alarmName,
        alarmDescription: `More than 5 percent of the requests to ${args.namespace} fail (5xx); a rollout that runs is ended.`,
        ...planErrorAlarm(found.arnSuffix),
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        tags: this.tags(this.alarmName),
      },
      { parent: this },
    );
    this.alarmArn = alarm.arn;
    this.registerOutputs({ alarmArn: this.alarmArn });
  }
}
