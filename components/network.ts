import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { plan } from "./dynamic.ts";
import { NetworkEndpoints } from "./network-endpoints.ts";
import { NetworkFlowLogs } from "./network-flow-logs.ts";
import {
  kubernetesTags,
  type NetworkPlatform,
  type NetworkSettings,
  type PlannedNatGateway,
  planNatGateways,
  planSubnets,
  type Tier,
} from "./network-plan.ts";
import type { SecurityGroup } from "./security-group.ts";

export interface NetworkArgs extends AwsArgs {
  readonly settings: NetworkSettings;
  readonly region: string;
  /** The account, 12 digits; endpoints and the flow logs' role serve no other. */
  readonly accountId: pulumi.Input<string>;
  /** What runs here: it decides the size of the private subnets and the tags for Kubernetes. */
  readonly platform: NetworkPlatform;
  /** The KMS key of the flow logs. */
  readonly flowLogKeyArn: pulumi.Input<string>;
  /** For how many days flow logs are kept. */
  readonly logRetentionDays: number;
  /**
   * Whether the VPC and the flow logs are protected from deletion. Another `network.cidr` would be another VPC, and everything
   * in it with it: a protected one stops such a preview. @default false
   */
  readonly protect?: boolean;
  /** The permissions boundary of the flow logs' role. @default none */
  readonly permissionsBoundary?: pulumi.Input<string>;
  /** Last word on each underlying resource. */
  readonly transform?: { readonly vpc?: Transform<aws.ec2.VpcArgs>; readonly subnet?: Transform<aws.ec2.SubnetArgs> };
}

/** A route table, and its route to the internet where it has one. */
interface Routing {
  readonly table: aws.ec2.RouteTable;
  readonly route?: aws.ec2.Route;
}

/**
 * The VPC. Public subnets hold what the internet reaches, private ones what reaches it through NAT, isolated ones the data,
 * which have no route out at all. What a zone owns is named by the zone's letter, so that another zone moves nothing.
 *
 * Who may connect to whom is for security groups alone: network ACLs stay as AWS makes them, since they cannot name a group,
 * and a second list that repeats the first in addresses and ports of answers is the one that is wrong. The default security
 * group is emptied, and the main route table leads nowhere, so that what nobody planned reaches nobody.
 */
export class Network extends AwsComponent<NetworkArgs> {
  readonly vpcId: pulumi.Output<string>;
  /** The range of the VPC. */
  readonly cidr: string;
  /** By the letter of the zone, as all lists here; an id is known once the subnet's routes stand. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly isolatedSubnetIds: pulumi.Output<string>[];
  readonly privateRouteTableIds: pulumi.Output<string>[];
  /** Stands before the interface endpoints; clients are let in on 443. */
  readonly endpoints: SecurityGroup;
  /** The addresses of S3, for rules that let somebody out to it. */
  readonly s3PrefixListId: pulumi.Output<string>;

  private readonly subnets: Record<Tier, Map<string, aws.ec2.Subnet>>;

  constructor(name: string, args: NetworkArgs, opts?: ComponentOptions) {
    super("slipway:index:Network", name, args, opts);
    this.cidr = args.settings.cidr;
    this.vpcId = this.createVpc().id;
    this.emptyDefaultSecurityGroup();
    this.subnets = this.createSubnets();
    const toInternet = this.createInternetRoute();
    this.publicSubnetIds = this.attachAll("public", () => toInternet);
    const viaNat = this.createNatRoutes(toInternet);
    this.privateSubnetIds = this.attachAll("private", (letter) => viaNat[letter]);
    this.privateRouteTableIds = Object.values(viaNat).map(({ table }) => table.id);
    const nowhere = { table: this.createRouteTable("isolated") };
    this.isolatedSubnetIds = this.attachAll("isolated", () => nowhere);
    const endpoints = this.createEndpoints([nowhere.table.id, ...this.privateRouteTableIds]);
    this.endpoints = endpoints.securityGroup;
    this.s3PrefixListId = endpoints.s3PrefixListId;
    this.createFlowLogs();
    this.registerOutputs({ vpcId: this.vpcId });
  }

  private createVpc(): aws.ec2.Vpc {
    const [args, opts] = applyTransform<aws.ec2.VpcArgs>(
      this.args.transform?.vpc,
      this.childName("vpc"),
      {
        cidrBlock: this.args.settings.cidr,
        // Both are needed for the private names of the interface endpoints.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: this.display("vpc"),
      },
      { parent: this, protect: this.args.protect ?? false },
    );
    return new aws.ec2.Vpc(this.childName("vpc"), args, opts);
  }

  /** Whatever is started without naming a group gets this one, which lets nothing in or out. */
  private emptyDefaultSecurityGroup(): void {
    new aws.ec2.DefaultSecurityGroup(
      this.childName("default-security-group"),
      { vpcId: this.vpcId, ingress: [], egress: [], tags: this.display("default-unused") },
      { parent: this },
    );
  }

  private createSubnets(): Record<Tier, Map<string, aws.ec2.Subnet>> {
    const { platform, settings, transform } = this.args;
    const subnets = { public: new Map(), private: new Map(), isolated: new Map() };
    for (const { cidr, letter, tier, zone } of plan(() => planSubnets(settings, platform))) {
      const part = `${tier}-${letter}`;
      const [args, opts] = applyTransform<aws.ec2.SubnetArgs>(
        transform?.subnet,
        this.childName(part),
        {
          vpcId: this.vpcId,
          cidrBlock: cidr,
          availabilityZone: zone,
          mapPublicIpOnLaunch: false,
          tags: { ...this.display(part), Tier: tier, ...kubernetesTags(tier, platform) },
        },
        { parent: this },
      );
      subnets[tier].set(letter, new aws.ec2.Subnet(this.childName(part), args, opts));
    }
    return subnets;
  }

  /** The way of the public subnets: straight to the internet. */
  private createInternetRoute(): Routing {
    const gateway = new aws.ec2.InternetGateway(
      this.childName("internet-gateway"),
      { vpcId: this.vpcId, tags: this.display("internet-gateway") },
      { parent: this },
    );
    return this.createDefaultRoute("public", { gatewayId: gateway.id });
  }

  /** The ways of the private subnets, by zone: each has a table of its own, so that it can get a gateway of its own. */
  private createNatRoutes(toInternet: Routing): Record<string, Routing> {
    const routes = planNatGateways(this.args.settings).flatMap((planned) => {
      const natGatewayId = this.createNatGateway(planned, toInternet);
      return planned.serves.map((letter) => [letter, this.createDefaultRoute(`private-${letter}`, { natGatewayId })]);
    });
    return Object.fromEntries(routes);
  }

  private createDefaultRoute(part: string, target: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">): Routing {
    const table = this.createRouteTable(part);
    const route = new aws.ec2.Route(
      this.childName(`${part}-internet`),
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },
      { parent: this },
    );
    return { table, route };
  }

  private createRouteTable(part: string): aws.ec2.RouteTable {
    return new aws.ec2.RouteTable(
      this.childName(`${part}-routes`),
      { vpcId: this.vpcId, tags: this.display(part) },
      { parent: this },
    );
  }

  /**
   * Gives the subnets of a tier their routes.
   * @returns the subnets' ids, known once the routes stand: a load balancer without a way to the internet is refused, and a task
   *   without one cannot fetch its image.
   */
  private attachAll(tier: Tier, routingOf: (letter: string) => Routing | undefined): pulumi.Output<string>[] {
    return [...this.subnets[tier]].flatMap(([letter, subnet]) => {
      const routing = routingOf(letter);
      if (!routing) return [];
      const association = new aws.ec2.RouteTableAssociation(
        this.childName(`${tier}-${letter}-association`),
        { subnetId: subnet.id, routeTableId: routing.table.id },
        { parent: this, dependsOn: routing.route ?? [] },
      );
      return pulumi.all([subnet.id, association.id]).apply(([id]) => id);
    });
  }

  private createNatGateway({ letter, part }: PlannedNatGateway, toInternet: Routing): pulumi.Output<string> {
    return new aws.ec2.NatGateway(
      this.childName(part),
      {
        ...(letter === undefined
          ? { availabilityMode: "regional", vpcId: this.vpcId }
          : { allocationId: this.createAddress(part), subnetId: this.subnets.public.get(letter)?.id }),
        connectivityType: "public",
        tags: this.display(part),
      },
      // An address belongs to one gateway at a time, so the old one has to go first.
      { parent: this, dependsOn: toInternet.route ?? [], deleteBeforeReplace: true },
    ).id;
  }

  /** The address that partners see and may allow; it outlives its gateway's replacement. */
  private createAddress(part: string): pulumi.Output<string> {
    return new aws.ec2.Eip(
      this.childName(`${part}-address`),
      { domain: "vpc", tags: this.display(part) },
      { parent: this },
    ).allocationId;
  }

  private createEndpoints(routeTableIds: pulumi.Output<string>[]): NetworkEndpoints {
    const { accountId, context, region, settings } = this.args;
    const privateSubnets = new Map([...this.subnets.private].map(([letter, { id }]) => [letter, id]));
    return new NetworkEndpoints(
      this.childName("endpoints"),
      {
        context,
        settings,
        region,
        platform: this.args.platform,
        accountId,
        vpcId: this.vpcId,
        privateSubnets,
        routeTableIds,
      },
      { parent: this },
    );
  }

  private createFlowLogs(): void {
    const { accountId, context, flowLogKeyArn, logRetentionDays, permissionsBoundary, protect, region, settings } =
      this.args;
    new NetworkFlowLogs(
      this.childName("flow-logs"),
      {
        context,
        vpcId: this.vpcId,
        region,
        accountId,
        enabled: settings.flowLogs,
        keyArn: flowLogKeyArn,
        retentionDays: logRetentionDays,
        protect,
        permissionsBoundary,
      },
      { parent: this },
    );
  }

  /** The tags of a part of the network, named as consoles show it. */
  private display(part: string): Record<string, string> {
    return this.tags(this.physicalName("nameTag", part));
  }
}
