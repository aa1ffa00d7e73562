import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { AccessLogBucket } from "./container-access-logs.ts";
import { type Peer, SecurityGroup } from "./security-group.ts";

export interface ContainerPlatformArgs extends AwsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Where the load balancer stands: two subnets in two zones at least. */
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** A validated certificate for every host that the load balancer answers for. */
  readonly certificateArn: pulumi.Input<string>;
  /** Encrypts the sessions of `ecs exec` and their log. */
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Whether the load balancer refuses to be deleted. */
  readonly protect: boolean;
  /** Whether people may open a shell in a task (`aws ecs execute-command`); production says no. */
  readonly execAllowed: boolean;
  /**
   * Whether every request is kept in a bucket of its own, for `logRetentionDays`. Costs little, but holds the addresses of
   * visitors: personal data. @default false
   */
  readonly accessLogs?: boolean | undefined;
  /**
   * Who may reach the test listener (port 8443), which shows the new version before it gets traffic; addresses as the load
   * balancer sees them, so for callers in the VPC those of the NAT gateways. @default nobody
   */
  readonly testers?: readonly Peer[] | undefined;
  /** "enhanced" adds metrics of each task and container, at several USD a month for each task. @default "enabled" */
  readonly insights?: "enabled" | "enhanced" | undefined;
  readonly transform?: {
    readonly cluster?: Transform<aws.ecs.ClusterArgs>;
    readonly loadBalancer?: Transform<aws.lb.LoadBalancerArgs>;
    readonly httpsListener?: Transform<aws.lb.ListenerArgs>;
  };
}

/** What others need to know of the load balancer. */
export interface LoadBalancerFacts {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** The zone of its DNS name, for alias records. */
  readonly zoneId: pulumi.Output<string>;
  /** What CloudWatch calls it in the dimension `LoadBalancer`. */
  readonly arnSuffix: pulumi.Output<string>;
}

/**
 * TLS 1.3 and 1.2 with forward secrecy, and key exchange that a quantum computer does not break for clients that know it.
 * Source: AWS's recommendation and the console's default in "Security policies for your Application Load Balancer" (2026).
 */
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/**
 * Lets ECS move traffic between target groups in a blue/green deployment. Its name in the documentation:
 * "Amazon ECS infrastructure IAM role for load balancers".
 */
const trafficShiftPolicy = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers";

/**
 * Where containers run and what the internet reaches them through: an ECS cluster on Fargate, and a load balancer that speaks
 * HTTPS, answers 404 for whatever no service has claimed, and connects to nothing but the services that ask for it.
 */
export class ContainerPlatform extends AwsComponent<ContainerPlatformArgs> {
  readonly clusterArn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly loadBalancer: LoadBalancerFacts;
  /** Services let this group in: `service.securityGroup.allowFrom({ name: "load-balancer", group }, port)`. */
  readonly loadBalancerSecurityGroup: SecurityGroup;
  readonly httpsListenerArn: pulumi.Output<string>;
  /** Port 8443: where ECS shows the new version before it gets traffic. */
  readonly testListenerArn: pulumi.Output<string>;
  /** The role with which ECS shifts traffic. */
  readonly trafficShiftRoleArn: pulumi.Output<string>;
  /** Where sessions of `ecs exec` are written; undefined when they are not allowed. */
  readonly execLogGroup: aws.cloudwatch.LogGroup | undefined;

  constructor(name: string, args: ContainerPlatformArgs, opts?: ComponentOptions) {
    super("slipway:index:ContainerPlatform", name, args, opts);
    this.execLogGroup = args.execAllowed ? this.createExecLogGroup() : undefined;
    const cluster = this.createCluster();
    this.trafficShiftRoleArn = this.createTrafficShiftRole();
    this.loadBalancerSecurityGroup = this.createSecurityGroup();
    const loadBalancer = this.createLoadBalancer();
    this.redirectToHttps(loadBalancer.arn);
    this.httpsListenerArn = this.createHttpsListener("https", 443, loadBalancer.arn);
    this.testListenerArn = this.createHttpsListener("test", 8443, loadBalancer.arn);

    this.clusterArn = cluster.arn;
    this.clusterName = cluster.name;
    this.loadBalancer = {
      arn: loadBalancer.arn,
      dnsName: loadBalancer.dnsName,
      zoneId: loadBalancer.zoneId,
      arnSuffix: loadBalancer.arnSuffix,
    };
    this.registerOutputs({ clusterArn: this.clusterArn, loadBalancer: this.loadBalancer });
  }

  private createExecLogGroup(): aws.cloudwatch.LogGroup {
    const physical = this.physicalName("logGroup", "exec");
    return new aws.cloudwatch.LogGroup(
      this.childName("exec-log"),
      {
        name: physical,
        kmsKeyId: this.args.logKeyArn,
        retentionInDays: this.args.logRetentionDays,
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private createCluster(): aws.ecs.Cluster {
    const physical = this.physicalName("ecsCluster");
    const [clusterArgs, clusterOpts] = applyTransform<aws.ecs.ClusterArgs>(
      this.args.transform?.cluster,
      this.childName("cluster"),
      {
        name: physical,
        settings: [{ name: "containerInsights", value: this.args.insights ?? "enabled" }],
        ...(this.execLogGroup && {
          configuration: {
            executeCommandConfiguration: {
              kmsKeyId: this.args.logKeyArn,
              logging: "OVERRIDE",
              logConfiguration: {
                cloudWatchEncryptionEnabled: true,
                cloudWatchLogGroupName: this.execLogGroup.name,
              },
            },
          },
        }),
        tags: this.tags(physical),
      },
      { parent: this },
    );
    const cluster = new aws.ecs.Cluster(this.childName("cluster"), clusterArgs, clusterOpts);
    new aws.ecs.ClusterCapacityProviders(
      this.childName("capacity"),
      {
        clusterName: cluster.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      },
      { parent: this },
    );
    return cluster;
  }

  private createTrafficShiftRole(): pulumi.Output<string> {
    const physical = this.physicalName("iamRole", "traffic-shift");
    const role = new aws.iam.Role(
      this.childName("traffic-shift"),
      {
        name: physical,
        description: "ECS shifts traffic between the target groups of a blue/green deployment",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
        tags: this.tags(physical),
      },
      { parent: this },
    );
    new aws.iam.RolePolicyAttachment(
      this.childName("traffic-shift-policy"),
      { role: role.name, policyArn: trafficShiftPolicy },
      { parent: this },
    );
    return role.arn;
  }

  private createSecurityGroup(): SecurityGroup {
    const group = new SecurityGroup(
      this.childName("load-balancer"),
      {
        context: this.args.context,
        vpcId: this.args.vpcId,
        part: "load-balancer",
        description: "The public load balancer: web traffic in, the services out",
      },
      { parent: this },
    );
    const everybody: Peer = { name: "internet", cidr: "0.0.0.0/0" };
    group.allowFrom(everybody, 80).allowFrom(everybody, 443);
    for (const tester of this.args.testers ?? []) group.allowFrom(tester, 8443);
    return group;
  }

  private createLoadBalancer(): aws.lb.LoadBalancer {
    const physical = this.physicalName("loadBalancer");
    const { accessLogs, context, logRetentionDays, protect } = this.args;
    const bucket = accessLogs
      ? new AccessLogBucket(
          this.childName("access-logs"),
          { context, retentionDays: logRetentionDays, protect },
          { parent: this },
        )
      : undefined;
    const [loadBalancerArgs, loadBalancerOpts] = applyTransform<aws.lb.LoadBalancerArgs>(
      this.args.transform?.loadBalancer,
      this.childName("alb"),
      {
        name: physical,
        loadBalancerType: "application",
        internal: false,
        securityGroups: [this.loadBalancerSecurityGroup.id],
        subnets: this.args.publicSubnetIds,
        enableDeletionProtection: protect,
        // Headers and framings that servers may read differently are the stuff of request smuggling. "strictest" would also
        // refuse a GET with a Content-Length, which harmless clients send.
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "defensive",
        enableZonalShift: true,
        ...(bucket && { accessLogs: { bucket: bucket.bucketName, enabled: true } }),
        tags: this.tags(physical),
      },
      // The load balancer checks by a test file that it may write into the bucket.
      { parent: this, ...(bucket && { dependsOn: [bucket] }) },
    );
    return new aws.lb.LoadBalancer(this.childName("alb"), loadBalancerArgs, loadBalancerOpts);
  }

  private redirectToHttps(loadBalancerArn: pulumi.Output<string>): void {
    new aws.lb.Listener(
      this.childName("http"),
      {
        loadBalancerArn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
        tags: this.tags(),
      },
      { parent: this },
    );
  }

  /** A listener with TLS that answers 404 until services add their rules; they forward, so that ECS may shift their weights. */
  private createHttpsListener(part: "https" | "test", port: number, loadBalancerArn: pulumi.Output<string>) {
    const [listenerArgs, listenerOpts] = applyTransform<aws.lb.ListenerArgs>(
      this.args.transform?.httpsListener,
      this.childName(part),
      {
        loadBalancerArn,
        port,
        protocol: "HTTPS",
        sslPolicy: tlsPolicy,
        certificateArn: this.args.certificateArn,
        defaultActions: [
          {
            type: "fixed-response",
            fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
          },
        ],
        tags: this.tags(),
      },
      { parent: this },
    );
    return new aws.lb.Listener(this.childName(part), listenerArgs, listenerOpts).arn;
  }
}
