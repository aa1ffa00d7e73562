import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import type { ContainerPlatform } from "./container-platform.ts";
import { type Hosts, planRule, type ServiceName, type ServiceSettings } from "./container-service-plan.ts";

export interface ServiceRoutesArgs extends AwsArgs {
  readonly service: ServiceName;
  readonly settings: ServiceSettings;
  readonly hosts: Hosts;
  readonly platform: ContainerPlatform;
  readonly vpcId: pulumi.Input<string>;
  /** Whether two target groups and the test listener take part in a deployment. */
  readonly blueGreen: boolean;
  readonly transform?: { readonly targetGroup?: Transform<aws.lb.TargetGroupArgs> } | undefined;
}

/** How requests come from the load balancer to the copies of a service: its target groups, and the listeners' rules. */
export class ServiceRoutes extends AwsComponent<ServiceRoutesArgs> {
  /** Blue, and green when deployments are blue/green. */
  readonly groups: readonly aws.lb.TargetGroup[];
  readonly production: aws.lb.ListenerRule;
  /** Shows the new version before it gets traffic. */
  readonly test: aws.lb.ListenerRule | undefined;

  constructor(name: string, args: ServiceRoutesArgs, opts?: ComponentOptions) {
    super("slipway:index:ServiceRoutes", name, args, opts);
    const { blueGreen, platform } = args;
    this.groups = (blueGreen ? ["blue", "green"] : ["blue"]).map((colour) => this.createTargetGroup(colour));
    this.production = this.createRule("rule", platform.httpsListenerArn);
    this.test = blueGreen ? this.createRule("test-rule", platform.testListenerArn) : undefined;
    this.registerOutputs({ groups: this.groups.map(({ arn }) => arn) });
  }

  private createTargetGroup(colour: string): aws.lb.TargetGroup {
    const { service, settings, transform, vpcId } = this.args;
    const physical = this.physicalName("targetGroup", service, colour);
    const [groupArgs, groupOpts] = applyTransform<aws.lb.TargetGroupArgs>(
      transform?.targetGroup,
      this.childName(colour),
      {
        name: physical,
        vpcId,
        targetType: "ip",
        protocol: "HTTP",
        port: settings.port,
        // Seconds for which a copy that leaves may finish its requests; the task's stopTimeout is longer.
        deregistrationDelay: 30,
        // Source: seeds/004, the target groups.
        healthCheck: {
          enabled: true,
          path: settings.healthPath,
          port: "traffic-port",
          protocol: "HTTP",
          interval: 30,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
          matcher: "200",
        },
        tags: this.tags(physical),
      },
      // Each copy is registered with its own port, so another port in the settings need not build the group anew.
      { parent: this, ignoreChanges: ["port"] },
    );
    return new aws.lb.TargetGroup(this.childName(colour), groupArgs, groupOpts);
  }

  private createRule(part: string, listenerArn: pulumi.Output<string>): aws.lb.ListenerRule {
    const { blueGreen, hosts, service, settings } = this.args;
    const planned = planRule(service, hosts, settings.paths);
    return new aws.lb.ListenerRule(
      this.childName(part),
      {
        listenerArn,
        priority: planned.priority,
        conditions: [
          { hostHeader: { values: [...planned.hosts] } },
          ...(planned.paths.length === 0 ? [] : [{ pathPattern: { values: [...planned.paths] } }]),
        ],
        actions: [{ type: "forward", ...this.targets() }],
        tags: this.tags(),
      },
      // From the first blue/green deployment on the weights are ECS's.
      { parent: this, ignoreChanges: blueGreen ? ["actions"] : [] },
    );
  }

  /** At first everything goes to blue. */
  private targets() {
    const [blue, green] = this.groups;
    if (!blue || !green) return { ...(blue && { targetGroupArn: blue.arn }) };
    return {
      forward: {
        targetGroups: [
          { arn: blue.arn, weight: 100 },
          { arn: green.arn, weight: 0 },
        ],
      },
    };
  }
}
