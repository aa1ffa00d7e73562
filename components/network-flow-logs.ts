import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { flowLogTrust, flowLogWriter } from "./network-flow-logs-plan.ts";

export interface NetworkFlowLogsArgs extends AwsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  /** Whether traffic is recorded; what was recorded stays when it is switched off. */
  readonly enabled: boolean;
  /** The KMS key that the records are encrypted with. */
  readonly keyArn: pulumi.Input<string>;
  /** For how many days records are kept. */
  readonly retentionDays: number;
  /** Whether the records are protected from deletion. @default false */
  readonly protect?: boolean | undefined;
  /** The permissions boundary of the role. @default none */
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
}

/**
 * The record of who spoke with whom in the VPC, in CloudWatch Logs. All traffic: refused packets alone would not say who has
 * read the data. CloudWatch takes about 0.50 USD for each GB.
 */
export class NetworkFlowLogs extends AwsComponent<NetworkFlowLogsArgs> {
  constructor(name: string, args: NetworkFlowLogsArgs, opts?: ComponentOptions) {
    super("slipway:index:NetworkFlowLogs", name, args, opts);
    const group = this.createGroup();
    if (args.enabled) this.createFlowLog(group, this.createRole(group));
    this.registerOutputs({});
  }

  private createGroup(): aws.cloudwatch.LogGroup {
    const name = this.physicalName("logGroup", "flow-logs");
    return new aws.cloudwatch.LogGroup(
      this.childName("group"),
      { name, kmsKeyId: this.args.keyArn, retentionInDays: this.args.retentionDays, tags: this.tags(name) },
      { parent: this, protect: this.args.protect ?? false },
    );
  }

  private createRole(group: aws.cloudwatch.LogGroup): aws.iam.Role {
    const name = this.physicalName("iamRole", "flow-logs");
    const role = new aws.iam.Role(
      this.childName("role"),
      {
        name,
        description: "Writes the flow logs of the VPC",
        assumeRolePolicy: pulumi.output(this.args.accountId).apply((id) => flowLogTrust(this.args.region, id)),
        ...(this.args.permissionsBoundary !== undefined && { permissionsBoundary: this.args.permissionsBoundary }),
        tags: this.tags(name),
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      this.childName("role-policy"),
      { name: "write", role: role.name, policy: group.arn.apply(flowLogWriter) },
      { parent: this },
    );
    return role;
  }

  private createFlowLog(group: aws.cloudwatch.LogGroup, role: aws.iam.Role): void {
    new aws.ec2.FlowLog(
      this.childName("log"),
      {
        vpcId: this.args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        // A minute, not the ten of AWS's default: an attack is seen while it lasts. It costs nothing where traffic is steady.
        maxAggregationInterval: 60,
        tags: this.tags(this.physicalName("nameTag", "flow-log")),
      },
      { parent: this },
    );
  }
}
