import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { guards, type PlannedGuard, secretHeaders } from "./edge-plan.ts";

export interface FirewallArgs extends AwsArgs {
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly transform?: { readonly acl?: Transform<aws.wafv2.WebAclArgs> };
}

/** A web application firewall: AWS's managed rules, a limit for each address, and a log without people's session keys. */
export class Firewall extends AwsComponent<FirewallArgs> {
  readonly arn: pulumi.Output<string>;
  private readonly acl: aws.wafv2.WebAcl;

  constructor(name: string, args: FirewallArgs, opts?: ComponentOptions) {
    super("slipway:index:Firewall", name, args, opts);
    this.acl = this.createAcl();
    this.arn = this.acl.arn;
    this.createLog();
    this.registerOutputs({ arn: this.arn });
  }

  /** Lets nothing reach a load balancer but through the firewall. */
  standBefore(loadBalancerArn: pulumi.Input<string>): void {
    new aws.wafv2.WebAclAssociation(
      this.childName("association"),
      { webAclArn: this.acl.arn, resourceArn: loadBalancerArn },
      { parent: this },
    );
  }

  private createAcl(): aws.wafv2.WebAcl {
    const physical = this.physicalName("webAcl");
    const [aclArgs, aclOpts] = applyTransform<aws.wafv2.WebAclArgs>(
      this.args.transform?.acl,
      this.childName("acl"),
      {
        name: physical,
        description: "What reaches the load balancer",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: guards.map(ruleOf),
        visibilityConfig: visibility(physical),
        tags: this.tags(physical),
      },
      { parent: this },
    );
    return new aws.wafv2.WebAcl(this.childName("acl"), aclArgs, aclOpts);
  }

  private createLog(): void {
    const physical = this.physicalName("webAclLogGroup");
    const log = new aws.cloudwatch.LogGroup(
      this.childName("log"),
      {
        name: physical,
        kmsKeyId: this.args.logKeyArn,
        retentionInDays: this.args.logRetentionDays,
        tags: this.tags(physical),
      },
      { parent: this },
    );
    new aws.wafv2.WebAclLoggingConfiguration(
      this.childName("logging"),
      {
        resourceArn: this.acl.arn,
        logDestinationConfigs: [log.arn],
        redactedFields: secretHeaders.map((name) => ({ singleHeader: { name } })),
      },
      { parent: this },
    );
  }
}

function ruleOf(guard: PlannedGuard) {
  const { name, priority } = guard;
  const common = { name, priority, visibilityConfig: visibility(name) };
  return "managed" in guard
    ? {
        ...common,
        // The managed rules' own verdicts hold.
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: "AWS", name: guard.managed } },
      }
    : {
        ...common,
        action: { block: {} },
        statement: {
          rateBasedStatement: { aggregateKeyType: "IP", limit: guard.requestsIn5Minutes, evaluationWindowSec: 300 },
        },
      };
}

const visibility = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: true,
});
