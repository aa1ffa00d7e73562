import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { planKubeconfig } from "./kubeconfig-plan.ts";
import { KubernetesAccess } from "./kubernetes-access.ts";
import { KubernetesAccessRules } from "./kubernetes-access-rules.ts";
import { networkPolicySwitch } from "./kubernetes-access-rules-plan.ts";
import {
  accessConfig,
  clusterTimeouts,
  controlPlaneLogGroup,
  controlPlaneLogs,
  type KubernetesSettings,
  planAddOns,
  planAutoMode,
  planEndpoint,
} from "./kubernetes-platform-plan.ts";
import { KubernetesRoles } from "./kubernetes-platform-roles.ts";
import { KubernetesProvider } from "./kubernetes-provider.ts";
import { SecurityGroup } from "./security-group.ts";

export interface KubernetesPlatformArgs extends AwsArgs {
  readonly settings: KubernetesSettings;
  /** The namespaces that the stack makes, to which its delivery is confined. */
  readonly namespaces: readonly string[];
  readonly region: string;
  /** 12 digits. */
  readonly accountId: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private ones, in two zones at least: nodes and pods take addresses of them, and the API server is reached in them. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Encrypts the Secrets in the cluster (the key for the purpose "kubernetes"). Never to be changed: AWS keeps the first for ever. */
  readonly secretsKeyArn: pulumi.Input<string>;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Whether the cluster refuses to be deleted. */
  readonly protect: boolean;
  /** The role of deploying jobs (`DeliveryIdentity.deployRoleArn`): writes what the program writes. @default none */
  readonly deployRoleArn?: pulumi.Input<string> | undefined;
  /** The role of pull requests' previews: may try the same writes, and none is kept. @default none */
  readonly previewRoleArn?: pulumi.Input<string> | undefined;
  readonly transform?: { readonly cluster?: Transform<aws.eks.ClusterArgs> };
}

/**
 * Kubernetes by EKS in Auto Mode: AWS runs and patches the nodes, the network, the volumes, the load balancers, DNS and the pods'
 * identities; this adds what Auto Mode leaves to its user: the keys and logs, who may do what, the network policies' switch, and
 * two add-ons. The API server answers inside the VPC only, unless settings name addresses.
 *
 * Costs: about 73 USD a month for the cluster, and for each node its EC2 price and about 12 percent more.
 */
export class KubernetesPlatform extends AwsComponent<KubernetesPlatformArgs> {
  readonly clusterName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Without a secret: whoever uses it signs in as themselves. */
  readonly kubeconfig: pulumi.Output<string>;
  /** For `opts.provider(s)` of everything in the cluster; ready when those who may use it may. */
  readonly provider: KubernetesProvider;
  /**
   * Stands before the API server inside the VPC: `endpoint.allowFrom({ name: "runner", group: runner.securityGroup }, 443)` lets
   * whoever runs `up` in. Nodes need no rule.
   */
  readonly endpoint: SecurityGroup;
  /**
   * The group that EKS makes for nodes, and so for pods: `database.securityGroup.allowFrom({ name: "pods", groupId }, 5432)`. It lets
   * everything out by itself; what a pod may reach is for network policies.
   */
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;

  constructor(name: string, args: KubernetesPlatformArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesPlatform", name, args, opts);
    const { accountId, context, partition } = args;
    const roles = new KubernetesRoles(this.childName("roles"), { context, accountId, partition }, { parent: this });
    this.endpoint = this.createEndpointGroup();
    const cluster = this.createCluster(roles);
    this.clusterName = cluster.name;
    this.clusterArn = cluster.arn;
    this.nodeRoleArn = roles.nodeRoleArn;
    this.nodeSecurityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.kubeconfig = this.planKubeconfig(cluster);

    const access = this.createAccess(cluster);
    const addOns = this.createAddOns(cluster);
    this.provider = new KubernetesProvider(
      this.childName("connection"),
      { kubeconfig: this.kubeconfig, clusterIdentifier: cluster.endpoint },
      // Before its entry stands, whoever runs this is a stranger to the cluster; on the way down, after it is gone.
      { parent: this, dependsOn: [access, ...addOns] },
    );
    this.confineDelivery();
    this.switchNetworkPoliciesOn();
    this.registerOutputs({ clusterName: this.clusterName, clusterArn: this.clusterArn });
  }

  private createEndpointGroup(): SecurityGroup {
    return new SecurityGroup(
      this.childName("endpoint"),
      {
        context: this.args.context,
        vpcId: this.args.vpcId,
        part: "kubernetes",
        description: "The API server of Kubernetes inside the VPC",
      },
      { parent: this },
    );
  }

  private createCluster(roles: KubernetesRoles): aws.eks.Cluster {
    const { protect, secretsKeyArn, settings, subnetIds } = this.args;
    const physical = this.physicalName("eksCluster");
    const log = this.createLogGroup(physical);
    const [clusterArgs, clusterOpts] = applyTransform<aws.eks.ClusterArgs>(
      this.args.transform?.cluster,
      this.childName("cluster"),
      {
        name: physical,
        version: settings.version,
        roleArn: roles.clusterRoleArn,
        ...planAutoMode(roles.nodeRoleArn),
        vpcConfig: { ...planEndpoint(settings), subnetIds, securityGroupIds: [this.endpoint.id] },
        accessConfig,
        encryptionConfig: { provider: { keyArn: secretsKeyArn }, resources: ["secrets"] },
        enabledClusterLogTypes: [...controlPlaneLogs],
        // AWS raises an old version by itself when its support ends, instead of charging six times the price for it.
        upgradePolicy: { supportType: "STANDARD" },
        // Lets AWS, or a person, move traffic away from a zone that is ill.
        zonalShiftConfig: { enabled: true },
        deletionProtection: protect,
        tags: this.tags(physical),
      },
      {
        parent: this,
        protect,
        dependsOn: [log, ...roles.attachments],
        customTimeouts: clusterTimeouts,
      },
    );
    return new aws.eks.Cluster(this.childName("cluster"), clusterArgs, clusterOpts);
  }

  private createLogGroup(clusterName: string): aws.cloudwatch.LogGroup {
    const physical = controlPlaneLogGroup(clusterName);
    return new aws.cloudwatch.LogGroup(
      this.childName("log"),
      {
        name: physical,
        kmsKeyId: this.args.logKeyArn,
        retentionInDays: this.args.logRetentionDays,
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private planKubeconfig(cluster: aws.eks.Cluster): pulumi.Output<string> {
    return pulumi
      .all([cluster.name, cluster.endpoint, cluster.certificateAuthority])
      .apply(([name, endpoint, { data }]) =>
        planKubeconfig({ name, region: this.args.region, endpoint, certificateAuthority: data }),
      );
  }

  private createAccess(cluster: aws.eks.Cluster): KubernetesAccess {
    const { accountId, context, deployRoleArn, partition, previewRoleArn, settings } = this.args;
    return new KubernetesAccess(
      this.childName("access"),
      {
        context,
        clusterName: cluster.name,
        partition,
        accountId,
        people: settings.access,
        deployRoleArn,
        previewRoleArn,
      },
      { parent: this },
    );
  }

  private createAddOns(cluster: aws.eks.Cluster): aws.eks.Addon[] {
    return planAddOns(this.args.settings).map(
      ({ configuration, name, version }) =>
        new aws.eks.Addon(
          this.childName(name),
          {
            clusterName: cluster.name,
            addonName: name,
            addonVersion: version,
            ...(configuration && { configurationValues: JSON.stringify(configuration) }),
            // What somebody changed by hand in an add-on comes back as it is written here.
            resolveConflictsOnCreate: "OVERWRITE",
            resolveConflictsOnUpdate: "OVERWRITE",
            tags: this.tags(this.physicalName("nameTag", name)),
          },
          { parent: this },
        ),
    );
  }

  private confineDelivery(): void {
    const { context, deployRoleArn, namespaces, previewRoleArn } = this.args;
    if (deployRoleArn === undefined && previewRoleArn === undefined) return;
    new KubernetesAccessRules(
      this.childName("rules"),
      { context, namespaces },
      { parent: this, providers: [this.provider] },
    );
  }

  /**
   * Auto Mode has network policies, but obeys none before it is told so.
   * Source: EKS user guide, "Use Network Policies with EKS Auto Mode"; its own node class lets everything pass that no policy is about.
   */
  private switchNetworkPoliciesOn(): void {
    new kubernetes.core.v1.ConfigMap(
      this.childName("network-policies"),
      { metadata: { ...networkPolicySwitch }, data: { "enable-network-policy-controller": "true" } },
      { parent: this, provider: this.provider },
    );
  }
}
