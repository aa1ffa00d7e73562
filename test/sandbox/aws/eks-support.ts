import assert from "node:assert/strict";
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  type Cluster,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DescribeClusterCommand,
  DescribeUpdateCommand,
  EKSClient,
  UpdateClusterConfigCommand,
  type UpdateClusterConfigCommandInput,
} from "@aws-sdk/client-eks";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { eventually, removeRoots } from "../support.ts";
import { type EmulatorUnderTest, type Order, startEmulator } from "./emulator-support.ts";

export const account = "000000000000";
export const nodeRoleArn = `arn:aws:iam::${account}:role/nodes`;
/** What the data plane of a test says of every cluster. */
export const answer = { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Q0E=" };

/** EKS over a data plane that the test plays, with a VPC of two zones and the roles nodes, app and viewer. */
export class EksTest {
  aws!: EmulatorUnderTest;
  eks!: EKSClient;
  ec2!: EC2Client;
  vpcId = "";
  subnetIds: string[] = [];
  /** What the data plane does with an order. */
  carryOut: (order: Order) => Promise<unknown> = async () => answer;

  async start(): Promise<void> {
    this.use(await startEmulator((order) => this.carryOut(order)));
    const { Vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" }));
    this.vpcId = Vpc?.VpcId ?? "";
    this.subnetIds = [await this.subnet("a", "10.2.16.0/20"), await this.subnet("b", "10.2.32.0/20")];
    for (const RoleName of ["nodes", "app", "viewer"]) {
      await new IAMClient(this.aws.config).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
    }
  }

  async stop(): Promise<void> {
    await this.aws?.stop();
    await removeRoots();
  }

  use(emulator: EmulatorUnderTest): void {
    this.aws = emulator;
    this.eks = new EKSClient(emulator.config);
    this.ec2 = new EC2Client(emulator.config);
  }

  /** A cluster as components/kubernetes-platform.ts makes it. */
  autoMode(name: string): CreateClusterCommandInput {
    const { subnetIds } = this;
    return {
      name,
      version: "1.35",
      roleArn: `arn:aws:iam::${account}:role/cluster`,
      resourcesVpcConfig: { subnetIds, endpointPrivateAccess: true, endpointPublicAccess: false },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn },
      storageConfig: { blockStorage: { enabled: true } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true }, serviceIpv4Cidr: "172.20.0.0/16" },
      encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: `arn:aws:kms:us-west-2:${account}:key/1` } }],
      logging: { clusterLogging: [{ types: ["api", "audit"], enabled: true }] },
      upgradePolicy: { supportType: "STANDARD" },
      zonalShiftConfig: { enabled: true },
      deletionProtection: false,
      tags: { Stack: "prod" },
    };
  }

  async describe(name: string): Promise<Cluster> {
    const { cluster } = await this.eks.send(new DescribeClusterCommand({ name }));
    assert.ok(cluster);
    return cluster;
  }

  /** Makes a cluster and waits until it is there. */
  async create(name: string, change: Partial<CreateClusterCommandInput> = {}): Promise<Cluster> {
    await this.eks.send(new CreateClusterCommand({ ...this.autoMode(name), ...change }));
    await eventually(`${name} is active`, async () => (await this.describe(name)).status === "ACTIVE");
    return this.describe(name);
  }

  async isGone(name: string): Promise<boolean> {
    return this.describe(name).then(
      () => false,
      (error: Error) => error.name === "ResourceNotFoundException",
    );
  }

  /** Changes a cluster by an update that must succeed. */
  async change(name: string, config: Partial<UpdateClusterConfigCommandInput>): Promise<Cluster> {
    const { update } = await this.eks.send(new UpdateClusterConfigCommand({ name, ...config }));
    const asked = await this.eks.send(new DescribeUpdateCommand({ name, updateId: update?.id }));
    assert.equal(asked.update?.status, "Successful");
    return this.describe(name);
  }

  private async subnet(zone: string, CidrBlock: string): Promise<string> {
    const place = { VpcId: this.vpcId, CidrBlock, AvailabilityZone: `us-west-2${zone}` };
    const { Subnet } = await this.ec2.send(new CreateSubnetCommand(place));
    return Subnet?.SubnetId ?? "";
  }
}
