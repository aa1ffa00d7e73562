import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { interfaceEndpointPolicy, planInterfaceEndpoints, s3EndpointPolicy } from "./network-endpoints-plan.ts";
import type { NetworkPlatform, NetworkSettings } from "./network-plan.ts";
import { SecurityGroup } from "./security-group.ts";

export interface NetworkEndpointsArgs extends AwsArgs {
  readonly settings: Pick<NetworkSettings, "interfaceEndpoints" | "zones">;
  readonly region: string;
  readonly platform: NetworkPlatform;
  readonly accountId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** The private subnets by the letter of their zone. */
  readonly privateSubnets: ReadonlyMap<string, pulumi.Input<string>>;
  /** The route tables from which S3 is reached without the internet. */
  readonly routeTableIds: pulumi.Input<string>[];
}

/**
 * The ways from the VPC to AWS's own services that do not lead through the internet: S3 by a route, which is free, the others by
 * addresses in the private subnets, under the names that the SDKs use anyway.
 */
export class NetworkEndpoints extends AwsComponent<NetworkEndpointsArgs> {
  /** Stands before the interface endpoints; it also exists without any, so that clients need not know. */
  readonly securityGroup: SecurityGroup;
  /** The addresses of S3, for rules that let somebody out to it. */
  readonly s3PrefixListId: pulumi.Output<string>;

  constructor(name: string, args: NetworkEndpointsArgs, opts?: ComponentOptions) {
    super("slipway:index:NetworkEndpoints", name, args, opts);
    this.securityGroup = this.createSecurityGroup();
    this.createInterfaceEndpoints();
    this.s3PrefixListId = this.createS3Endpoint().prefixListId;
    this.registerOutputs({ s3PrefixListId: this.s3PrefixListId });
  }

  private createSecurityGroup(): SecurityGroup {
    const { context, vpcId } = this.args;
    return new SecurityGroup(
      this.childName("access"),
      { context, vpcId, part: "endpoints", description: "Interface endpoints of AWS services" },
      { parent: this },
    );
  }

  private createInterfaceEndpoints(): void {
    const { accountId, platform, privateSubnets, region, settings, vpcId } = this.args;
    for (const { letters, part, serviceName } of planInterfaceEndpoints(settings, region, platform)) {
      new aws.ec2.VpcEndpoint(
        this.childName(part),
        {
          vpcId,
          serviceName,
          vpcEndpointType: "Interface",
          subnetIds: letters.flatMap((letter) => privateSubnets.get(letter) ?? []),
          securityGroupIds: [this.securityGroup.id],
          privateDnsEnabled: true,
          policy: pulumi.output(accountId).apply(interfaceEndpointPolicy),
          tags: this.tags(this.physicalName("nameTag", part)),
        },
        { parent: this },
      );
    }
  }

  private createS3Endpoint(): aws.ec2.VpcEndpoint {
    const { accountId, region, routeTableIds, vpcId } = this.args;
    return new aws.ec2.VpcEndpoint(
      this.childName("s3"),
      {
        vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds,
        policy: pulumi.output(accountId).apply(s3EndpointPolicy),
        tags: this.tags(this.physicalName("nameTag", "s3")),
      },
      { parent: this },
    );
  }
}
