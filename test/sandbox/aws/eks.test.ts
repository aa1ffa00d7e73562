import assert from "node:assert/strict";
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  AssociateAccessPolicyCommand,
  type Cluster,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  CreatePodIdentityAssociationCommand,
  DeleteClusterCommand,
  DeletePodIdentityAssociationCommand,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  DescribePodIdentityAssociationCommand,
  DescribeUpdateCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListPodIdentityAssociationsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAddonCommand,
  UpdateClusterConfigCommand,
  type UpdateClusterConfigCommandInput,
  UpdateClusterVersionCommand,
} from "@aws-sdk/client-eks";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { eventually, removeRoots } from "../support.ts";
import { type EmulatorUnderTest, type Order, startEmulator } from "./emulator-support.ts";

const account = "000000000000";
const nodeRoleArn = `arn:aws:iam::${account}:role/nodes`;
const viewPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

describe("local AWS: EKS", () => {
  let aws: EmulatorUnderTest;
  let eks: EKSClient;
  let ec2: EC2Client;
  let vpcId: string;
  let subnetIds: string[];
  /** What the data plane does with an order. */
  let carryOut: (order: Order) => Promise<unknown>;
  const answer = { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Q0E=" };

  before(async () => {
    aws = await startEmulator((order) => carryOut(order));
    use(aws);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" }));
    vpcId = Vpc?.VpcId ?? "";
    subnetIds = [await subnet("a", "10.2.16.0/20"), await subnet("b", "10.2.32.0/20")];
    for (const RoleName of ["nodes", "app", "viewer"]) {
      await new IAMClient(aws.config).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
    }
  });
  beforeEach(() => {
    carryOut = async () => answer;
  });
  after(async () => {
    await aws?.stop();
    await removeRoots();
  });

  function use(emulator: EmulatorUnderTest): void {
    aws = emulator;
    eks = new EKSClient(aws.config);
    ec2 = new EC2Client(aws.config);
  }

  async function subnet(zone: string, CidrBlock: string): Promise<string> {
    const place = { VpcId: vpcId, CidrBlock, AvailabilityZone: `us-west-2${zone}` };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(place));
    return Subnet?.SubnetId ?? "";
  }

  /** A cluster as components/kubernetes-platform.ts makes it. */
  const autoMode = (name: string): CreateClusterCommandInput => ({
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
  });

  async function describeCluster(name: string): Promise<Cluster> {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    assert.ok(cluster);
    return cluster;
  }

  async function create(name: string, change: Partial<CreateClusterCommandInput> = {}): Promise<Cluster> {
    await eks.send(new CreateClusterCommand({ ...autoMode(name), ...change }));
    await eventually(`${name} is active`, async () => (await describeCluster(name)).status === "ACTIVE");
    return describeCluster(name);
  }

  const isGone = async (name: string): Promise<boolean> =>
    describeCluster(name).then(
      () => false,
      (error: Error) => error.name === "ResourceNotFoundException",
    );

  async function change(name: string, config: Partial<UpdateClusterConfigCommandInput>): Promise<Cluster> {
    const { update } = await eks.send(new UpdateClusterConfigCommand({ name, ...config }));
    const asked = await eks.send(new DescribeUpdateCommand({ name, updateId: update?.id }));
    assert.equal(asked.update?.status, "Successful");
    return describeCluster(name);
  }

  it("is CREATING until the data plane has brought it up, and then tells where it is", async () => {
    let bringUp = () => {};
    carryOut = () =>
      new Promise((resolve) => {
        bringUp = () => resolve(answer);
      });
    const { cluster } = await eks.send(new CreateClusterCommand(autoMode("slow")));
    assert.deepEqual([cluster?.status, cluster?.endpoint], ["CREATING", undefined]);
    await eventually("it is ordered", () => aws.orders.some(({ body }) => body.name === "slow"));
    assert.equal((await describeCluster("slow")).status, "CREATING");
    bringUp();
    await eventually("it is active", async () => (await describeCluster("slow")).status === "ACTIVE");
    const { endpoint, certificateAuthority } = await describeCluster("slow");
    assert.deepEqual({ endpoint, certificateAuthority: certificateAuthority?.data }, answer);
    const { name, body } = aws.orders.find(({ body }) => body.name === "slow") ?? {};
    assert.equal(name, "ensure-cluster");
    assert.match(String(body?.id), /^[a-z0-9-]{1,63}$/);
    assert.deepEqual(
      { ...body, id: "" },
      {
        id: "",
        name: "slow",
        account,
        region: "us-west-2",
        version: "1.35",
        zones: [
          { name: "us-west-2a", cidrs: ["10.2.16.0/20"] },
          { name: "us-west-2b", cidrs: ["10.2.32.0/20"] },
        ],
      },
    );
  });

  it("reads back with everything that it was made with", async () => {
    const cluster = await create("whole");
    const { arn, createdAt, identity, resourcesVpcConfig, ...rest } = cluster;
    assert.equal(arn, `arn:aws:eks:us-west-2:${account}:cluster/whole`);
    assert.ok(Math.abs((createdAt?.getTime() ?? 0) - Date.now()) < 60_000);
    assert.match(identity?.oidc?.issuer ?? "", /^https:\/\/oidc\.eks\.us-west-2\.amazonaws\.com\/id\/[0-9A-F]{32}$/);
    const { clusterSecurityGroupId, ...network } = resourcesVpcConfig ?? {};
    assert.match(clusterSecurityGroupId ?? "", /^sg-/);
    const asked = autoMode("whole");
    const { accessConfig, bootstrapSelfManagedAddons, resourcesVpcConfig: _, ...kept } = asked;
    assert.deepEqual(network, {
      vpcId,
      subnetIds,
      securityGroupIds: [],
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
      publicAccessCidrs: [],
    });
    const { certificateAuthority, controlPlaneScalingConfig, endpoint, health, platformVersion, status, ...told } =
      rest;
    assert.deepEqual(told, {
      ...kept,
      accessConfig: { authenticationMode: "API" },
      kubernetesNetworkConfig: { ...kept.kubernetesNetworkConfig, ipFamily: "ipv4" },
      logging: {
        clusterLogging: [
          { types: ["api", "audit"], enabled: true },
          { types: ["authenticator", "controllerManager", "scheduler"], enabled: false },
        ],
      },
    });
    assert.match(platformVersion ?? "", /^eks\.\d+$/);
  });

  it("has a security group of its own, whose members reach each other, and takes it away with it", async () => {
    const { resourcesVpcConfig } = await create("grouped");
    const GroupIds = [resourcesVpcConfig?.clusterSecurityGroupId ?? ""];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    const [group] = SecurityGroups ?? [];
    assert.equal(group?.VpcId, vpcId);
    assert.match(group?.GroupName ?? "", /^eks-cluster-sg-grouped-\d+$/);
    assert.ok(group?.Tags?.some(({ Key, Value }) => Key === "aws:eks:cluster-name" && Value === "grouped"));
    const Filters = [{ Name: "group-id", Values: GroupIds }];
    const { SecurityGroupRules } = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
    const rules = SecurityGroupRules?.map((rule) => [
      rule.IsEgress,
      rule.IpProtocol,
      rule.ReferencedGroupInfo?.GroupId ?? rule.CidrIpv4,
    ]);
    assert.deepEqual(
      rules?.toSorted(),
      [
        [false, "-1", GroupIds[0]],
        [true, "-1", "0.0.0.0/0"],
      ].toSorted(),
    );
    await eks.send(new DeleteClusterCommand({ name: "grouped" }));
    await eventually("it is gone", () => isGone("grouped"));
    await assert.rejects(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds })), { name: "InvalidGroup.NotFound" });
  });

  it("is DELETING until the data plane has removed it", async () => {
    await create("leaving");
    let remove = () => {};
    carryOut = () =>
      new Promise((resolve) => {
        remove = () => resolve({});
      });
    await eks.send(new DeleteClusterCommand({ name: "leaving" }));
    const made = aws.orders.find(({ body }) => body.name === "leaving");
    const isOrdered = () => aws.orders.some(({ name, body }) => name === "remove-cluster" && body.id === made?.body.id);
    await eventually("its removal is ordered", isOrdered);
    assert.equal((await describeCluster("leaving")).status, "DELETING");
    remove();
    await eventually("it is gone", () => isGone("leaving"));
  });

  it("is FAILED with the reason when the data plane cannot bring it up", async () => {
    carryOut = async () => {
      throw new Error("no etcd");
    };
    await eks.send(new CreateClusterCommand(autoMode("broken")));
    await eventually("it has failed", async () => (await describeCluster("broken")).status === "FAILED");
    assert.match((await describeCluster("broken")).health?.issues?.[0]?.message ?? "", /no etcd/);
  });

  it("is FAILED with the reason when it cannot be removed, and can be deleted again", async () => {
    await create("clinging");
    carryOut = async () => {
      throw new Error("still busy");
    };
    await eks.send(new DeleteClusterCommand({ name: "clinging" }));
    await eventually("it has failed", async () => (await describeCluster("clinging")).status === "FAILED");
    assert.match((await describeCluster("clinging")).health?.issues?.[0]?.message ?? "", /still busy/);
    carryOut = async () => ({});
    await eks.send(new DeleteClusterCommand({ name: "clinging" }));
    await eventually("it is gone", () => isGone("clinging"));
  });

  it("refuses to be deleted while it is protected", async () => {
    await create("guarded", { deletionProtection: true });
    await assert.rejects(eks.send(new DeleteClusterCommand({ name: "guarded" })), {
      name: "InvalidRequestException",
      message: /deletion protection/,
    });
    assert.equal((await change("guarded", { deletionProtection: false })).deletionProtection, false);
    await eks.send(new DeleteClusterCommand({ name: "guarded" }));
    await eventually("it is gone", () => isGone("guarded"));
  });

  const refused: readonly [string, Partial<CreateClusterCommandInput>, RegExp][] = [
    ["a version that EKS has not", { version: "1.12" }, /unsupported Kubernetes version 1\.12/],
    [
      "one switch of Auto Mode without the others",
      { storageConfig: { blockStorage: { enabled: false } } },
      /Auto Mode/,
    ],
    ["an unknown pool", { computeConfig: { enabled: true, nodePools: ["gpu"], nodeRoleArn } }, /nodePools/],
    ["an endpoint that nobody reaches", { resourcesVpcConfig: { endpointPublicAccess: false } }, /endpoint|subnet/i],
    [
      "a kind of log that there is not",
      { logging: { clusterLogging: [{ types: ["dns" as "api"], enabled: true }] } },
      /dns/,
    ],
  ];
  for (const [what, wrong, message] of refused) {
    it(`refuses ${what}`, async () => {
      const asked = { ...autoMode("refused"), ...wrong };
      asked.resourcesVpcConfig = { ...autoMode("refused").resourcesVpcConfig, ...wrong.resourcesVpcConfig };
      if (what.includes("endpoint")) asked.resourcesVpcConfig.endpointPrivateAccess = false;
      await assert.rejects(eks.send(new CreateClusterCommand(asked)), { name: "InvalidParameterException", message });
      assert.ok(await isGone("refused"));
    });
  }

  it("refuses subnets of one zone, and a subnet that there is not", async () => {
    for (const [ids, message] of [
      [subnetIds.slice(0, 1), /two different AZs/],
      [["subnet-0"], /'subnet-0' does not exist/],
    ] as const) {
      const asked = { ...autoMode("misplaced"), resourcesVpcConfig: { subnetIds: [...ids] } };
      await assert.rejects(eks.send(new CreateClusterCommand(asked)), { name: "InvalidParameterException", message });
    }
  });

  it("changes one thing at a time, and each change reads back", async () => {
    await create("changing");
    const { logging } = await change("changing", {
      logging: {
        clusterLogging: [
          { types: ["api"], enabled: false },
          { types: ["scheduler"], enabled: true },
        ],
      },
    });
    assert.deepEqual(logging?.clusterLogging?.[0], { types: ["audit", "scheduler"], enabled: true });
    const { resourcesVpcConfig } = await change("changing", {
      resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    });
    assert.deepEqual(
      [resourcesVpcConfig?.publicAccessCidrs, resourcesVpcConfig?.endpointPrivateAccess, resourcesVpcConfig?.vpcId],
      [["203.0.113.0/24"], true, vpcId],
    );
    const { upgradePolicy } = await change("changing", { upgradePolicy: { supportType: "EXTENDED" } });
    assert.equal(upgradePolicy?.supportType, "EXTENDED");
    const off = await change("changing", {
      computeConfig: { enabled: false },
      storageConfig: { blockStorage: { enabled: false } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: false } },
    });
    assert.deepEqual(
      [off.computeConfig?.enabled, off.storageConfig?.blockStorage?.enabled, off.kubernetesNetworkConfig],
      [false, false, { serviceIpv4Cidr: "172.20.0.0/16", ipFamily: "ipv4", elasticLoadBalancing: { enabled: false } }],
    );
    await assert.rejects(
      change("changing", { deletionProtection: true, upgradePolicy: { supportType: "STANDARD" } }),
      /Only one type of update/,
    );
    await assert.rejects(change("changing", { upgradePolicy: { supportType: "EXTENDED" } }), /already/);
  });

  it("is raised by one minor version, and is ordered so", async () => {
    await create("rising");
    const raise = (version: string) => eks.send(new UpdateClusterVersionCommand({ name: "rising", version }));
    await assert.rejects(raise("1.34"), /update from 1\.35 to 1\.34/);
    const { update } = await raise("1.36");
    await eventually("the update succeeds", async () => {
      const asked = await eks.send(new DescribeUpdateCommand({ name: "rising", updateId: update?.id }));
      return asked.update?.status === "Successful";
    });
    const { status, version } = await describeCluster("rising");
    assert.deepEqual([status, version], ["ACTIVE", "1.36"]);
    assert.ok(aws.orders.some(({ body }) => body.name === "rising" && body.version === "1.36"));
  });

  it("gives its nodes an access entry, and its creator one unless that is declined", async () => {
    const entries = async (clusterName: string) =>
      (await eks.send(new ListAccessEntriesCommand({ clusterName }))).accessEntries?.toSorted();
    await create("declined");
    assert.deepEqual(await entries("declined"), [nodeRoleArn]);
    await create("default", { accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" } });
    assert.equal((await entries("default"))?.length, 2);
    const { accessEntry } = await eks.send(
      new DescribeAccessEntryCommand({ clusterName: "default", principalArn: nodeRoleArn }),
    );
    assert.deepEqual([accessEntry?.type, accessEntry?.username], ["EC2", "system:node:{{EC2PrivateDNSName}}"]);
  });

  it("has access entries with policies that read back, and refuses what EKS refuses", async () => {
    const clusterName = "entries";
    await create(clusterName);
    const principalArn = `arn:aws:iam::${account}:role/team/viewer`;
    const entry = { clusterName, principalArn };
    const { accessEntry } = await eks.send(
      new CreateAccessEntryCommand({ ...entry, kubernetesGroups: ["viewers"], tags: { A: "b" } }),
    );
    assert.equal(accessEntry?.username, `arn:aws:sts::${account}:assumed-role/viewer/{{SessionName}}`);
    const accessScope = { type: "namespace" as const, namespaces: ["teamflow"] };
    await eks.send(new AssociateAccessPolicyCommand({ ...entry, policyArn: viewPolicy, accessScope }));
    const { associatedAccessPolicies } = await eks.send(new ListAssociatedAccessPoliciesCommand(entry));
    assert.deepEqual(
      associatedAccessPolicies?.map((each) => [each.policyArn, each.accessScope]),
      [[viewPolicy, accessScope]],
    );
    const read = await eks.send(new DescribeAccessEntryCommand(entry));
    assert.deepEqual([read.accessEntry?.kubernetesGroups, read.accessEntry?.tags], [["viewers"], { A: "b" }]);
    await assert.rejects(eks.send(new CreateAccessEntryCommand(entry)), { name: "ResourceInUseException" });
    const other = { clusterName, principalArn: `${principalArn}2` };
    const masters = { ...other, kubernetesGroups: ["system:masters"] };
    await assert.rejects(eks.send(new CreateAccessEntryCommand(masters)), /cannot start with system:/);
    const wrongPolicy = { ...entry, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess", accessScope };
    await assert.rejects(eks.send(new AssociateAccessPolicyCommand(wrongPolicy)), /policyArn/);
    await create("old-way", { accessConfig: { authenticationMode: "CONFIG_MAP" } });
    await assert.rejects(
      eks.send(new CreateAccessEntryCommand({ ...entry, clusterName: "old-way" })),
      /authentication mode/,
    );
  });

  it("has add-ons: the default version where none is named, values, associations and updates", async () => {
    const clusterName = "addons";
    await create(clusterName);
    const addonName = "amazon-cloudwatch-observability";
    const roleArn = `arn:aws:iam::${account}:role/app`;
    const podIdentityAssociations = [{ serviceAccount: "cloudwatch-agent", roleArn }];
    const configurationValues = JSON.stringify({ agent: {} });
    const made = { clusterName, addonName, configurationValues, podIdentityAssociations, tags: { A: "b" } };
    await eks.send(new CreateAddonCommand(made));
    const read = async () => (await eks.send(new DescribeAddonCommand({ clusterName, addonName }))).addon;
    const { addons } = await eks.send(new DescribeAddonVersionsCommand({ addonName, kubernetesVersion: "1.36" }));
    const addon = await read();
    assert.equal(addon?.addonVersion, addons?.[0]?.addonVersions?.[0]?.addonVersion);
    assert.deepEqual(
      [addon?.status, addon?.configurationValues, addon?.tags],
      ["ACTIVE", configurationValues, { A: "b" }],
    );
    const associationId = addon?.podIdentityAssociations?.[0]?.split("/").at(-1);
    const { association } = await eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
    assert.deepEqual([association?.roleArn, association?.ownerArn], [roleArn, addon?.addonArn]);
    await assert.rejects(
      eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId })),
      /is owned by/,
    );
    const { update } = await eks.send(
      new UpdateAddonCommand({
        clusterName,
        addonName,
        addonVersion: "v9.9.9-eksbuild.1",
        podIdentityAssociations: [],
      }),
    );
    const asked = await eks.send(new DescribeUpdateCommand({ name: clusterName, addonName, updateId: update?.id }));
    assert.equal(asked.update?.status, "Successful");
    assert.deepEqual(
      [(await read())?.addonVersion, (await read())?.podIdentityAssociations],
      ["v9.9.9-eksbuild.1", []],
    );
    const unknown = eks.send(new CreateAddonCommand({ clusterName, addonName: "made-up" }));
    await assert.rejects(unknown, /not supported/);
  });

  it("has pod identity associations with roles that there are", async () => {
    const clusterName = "identities";
    await create(clusterName);
    const asked = { clusterName, namespace: "teamflow", serviceAccount: "backend" };
    const missing = { ...asked, roleArn: `arn:aws:iam::${account}:role/missing` };
    await assert.rejects(
      eks.send(new CreatePodIdentityAssociationCommand(missing)),
      /Role provided in the request does not exist/,
    );
    const roleArn = `arn:aws:iam::${account}:role/app`;
    const { association } = await eks.send(
      new CreatePodIdentityAssociationCommand({ ...asked, roleArn, tags: { A: "b" } }),
    );
    const key = { clusterName, associationId: association?.associationId };
    const read = await eks.send(new DescribePodIdentityAssociationCommand(key));
    assert.deepEqual(
      [
        read.association?.roleArn,
        read.association?.tags,
        read.association?.ownerArn,
        read.association?.disableSessionTags,
      ],
      [roleArn, { A: "b" }, undefined, false],
    );
    await eks.send(new DeletePodIdentityAssociationCommand(key));
    const { associations } = await eks.send(new ListPodIdentityAssociationsCommand({ clusterName }));
    assert.deepEqual(associations, []);
  });

  it("tells changed tags in descriptions too, and takes several away at once", async () => {
    const { arn: resourceArn = "" } = await create("tagged", { tags: { A: "1", B: "2", C: "3" } });
    await eks.send(new TagResourceCommand({ resourceArn, tags: { D: "4" } }));
    await eks.send(new UntagResourceCommand({ resourceArn, tagKeys: ["A", "B"] }));
    const { tags } = await eks.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(tags, { C: "3", D: "4" });
    assert.deepEqual((await describeCluster("tagged")).tags, tags);
  });

  it("knows the versions of Kubernetes and when their support ends", async () => {
    const { clusterVersions } = await eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ["1.36"] }));
    const [version] = clusterVersions ?? [];
    assert.deepEqual(
      [version?.defaultVersion, version?.endOfStandardSupportDate?.toISOString().slice(0, 10)],
      [true, "2027-08-02"],
    );
  });

  it("keeps accounts and regions apart", async () => {
    await create("apart");
    for (const config of [
      { ...aws.config, region: "us-east-2" },
      { ...aws.config, credentials: { accessKeyId: "111111111111", secretAccessKey: "sandbox" } },
    ]) {
      await assert.rejects(new EKSClient(config).send(new DescribeClusterCommand({ name: "apart" })), {
        name: "ResourceNotFoundException",
      });
    }
  });

  it("is there after a start of MiniStack, is ordered again, and an interrupted removal goes on", async () => {
    const kept = await create("kept");
    await create("half-gone");
    carryOut = () => new Promise(() => undefined);
    await eks.send(new DeleteClusterCommand({ name: "half-gone" }));
    await aws.stop();
    carryOut = async () => ({ ...answer, endpoint: "https://127.0.0.1:7443" });
    use(await startEmulator((order) => carryOut(order), aws.root));
    const moved = async () => (await describeCluster("kept")).endpoint === "https://127.0.0.1:7443";
    await eventually("its new address is told", moved);
    assert.deepEqual({ ...(await describeCluster("kept")), endpoint: answer.endpoint }, kept);
    await eventually("the other is gone", () => isGone("half-gone"));
  });
});
