import assert from "node:assert/strict";
import { DescribeSecurityGroupRulesCommand, DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DeleteClusterCommand,
  DescribeClusterCommand,
  EKSClient,
} from "@aws-sdk/client-eks";
import { eventually } from "../support.ts";
import { account, answer, EksTest, nodeRoleArn } from "./eks-support.ts";
import { startEmulator } from "./emulator-support.ts";

describe("local AWS: clusters of EKS", () => {
  const test = new EksTest();

  before(() => test.start());
  beforeEach(() => {
    test.carryOut = async () => answer;
  });
  after(() => test.stop());

  it("is CREATING until the data plane has brought it up, and then tells where it is", async () => {
    let bringUp = () => {};
    test.carryOut = () =>
      new Promise((resolve) => {
        bringUp = () => resolve(answer);
      });
    const { cluster } = await test.eks.send(new CreateClusterCommand(test.autoMode("slow")));
    assert.deepEqual([cluster?.status, cluster?.endpoint], ["CREATING", undefined]);
    await eventually("it is ordered", () => test.aws.orders.some(({ body }) => body.name === "slow"));
    assert.equal((await test.describe("slow")).status, "CREATING");
    bringUp();
    await eventually("it is active", async () => (await test.describe("slow")).status === "ACTIVE");
    const { endpoint, certificateAuthority } = await test.describe("slow");
    assert.deepEqual({ endpoint, certificateAuthority: certificateAuthority?.data }, answer);
    const { name, body } = test.aws.orders.find(({ body }) => body.name === "slow") ?? {};
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
    const cluster = await test.create("whole");
    const { arn, createdAt, identity, resourcesVpcConfig, ...rest } = cluster;
    assert.equal(arn, `arn:aws:eks:us-west-2:${account}:cluster/whole`);
    assert.ok(Math.abs((createdAt?.getTime() ?? 0) - Date.now()) < 60_000);
    assert.match(identity?.oidc?.issuer ?? "", /^https:\/\/oidc\.eks\.us-west-2\.amazonaws\.com\/id\/[0-9A-F]{32}$/);
    const { clusterSecurityGroupId, ...network } = resourcesVpcConfig ?? {};
    assert.match(clusterSecurityGroupId ?? "", /^sg-/);
    const asked = test.autoMode("whole");
    const { accessConfig, bootstrapSelfManagedAddons, resourcesVpcConfig: _, ...kept } = asked;
    assert.deepEqual(network, {
      vpcId: test.vpcId,
      subnetIds: test.subnetIds,
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
    const { resourcesVpcConfig } = await test.create("grouped");
    const GroupIds = [resourcesVpcConfig?.clusterSecurityGroupId ?? ""];
    const { SecurityGroups } = await test.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    const [group] = SecurityGroups ?? [];
    assert.equal(group?.VpcId, test.vpcId);
    assert.match(group?.GroupName ?? "", /^eks-cluster-sg-grouped-\d+$/);
    assert.ok(group?.Tags?.some(({ Key, Value }) => Key === "aws:eks:cluster-name" && Value === "grouped"));
    const Filters = [{ Name: "group-id", Values: GroupIds }];
    const { SecurityGroupRules } = await test.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
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
    await test.eks.send(new DeleteClusterCommand({ name: "grouped" }));
    await eventually("it is gone", () => test.isGone("grouped"));
    await assert.rejects(test.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds })), {
      name: "InvalidGroup.NotFound",
    });
  });

  it("is DELETING until the data plane has removed it", async () => {
    await test.create("leaving");
    let remove = () => {};
    test.carryOut = () =>
      new Promise((resolve) => {
        remove = () => resolve({});
      });
    await test.eks.send(new DeleteClusterCommand({ name: "leaving" }));
    const made = test.aws.orders.find(({ body }) => body.name === "leaving");
    const isOrdered = () =>
      test.aws.orders.some(({ name, body }) => name === "remove-cluster" && body.id === made?.body.id);
    await eventually("its removal is ordered", isOrdered);
    assert.equal((await test.describe("leaving")).status, "DELETING");
    remove();
    await eventually("it is gone", () => test.isGone("leaving"));
  });

  it("is FAILED with the reason when the data plane cannot bring it up", async () => {
    test.carryOut = async () => {
      throw new Error("no etcd");
    };
    await test.eks.send(new CreateClusterCommand(test.autoMode("broken")));
    await eventually("it has failed", async () => (await test.describe("broken")).status === "FAILED");
    assert.match((await test.describe("broken")).health?.issues?.[0]?.message ?? "", /no etcd/);
  });

  it("is FAILED with the reason when it cannot be removed, and can be deleted again", async () => {
    await test.create("clinging");
    test.carryOut = async () => {
      throw new Error("still busy");
    };
    await test.eks.send(new DeleteClusterCommand({ name: "clinging" }));
    await eventually("it has failed", async () => (await test.describe("clinging")).status === "FAILED");
    assert.match((await test.describe("clinging")).health?.issues?.[0]?.message ?? "", /still busy/);
    test.carryOut = async () => ({});
    await test.eks.send(new DeleteClusterCommand({ name: "clinging" }));
    await eventually("it is gone", () => test.isGone("clinging"));
  });

  it("refuses to be deleted while it is protected", async () => {
    await test.create("guarded", { deletionProtection: true });
    await assert.rejects(test.eks.send(new DeleteClusterCommand({ name: "guarded" })), {
      name: "InvalidRequestException",
      message: /deletion protection/,
    });
    assert.equal((await test.change("guarded", { deletionProtection: false })).deletionProtection, false);
    await test.eks.send(new DeleteClusterCommand({ name: "guarded" }));
    await eventually("it is gone", () => test.isGone("guarded"));
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
      const asked = { ...test.autoMode("refused"), ...wrong };
      asked.resourcesVpcConfig = { ...test.autoMode("refused").resourcesVpcConfig, ...wrong.resourcesVpcConfig };
      if (what.includes("endpoint")) asked.resourcesVpcConfig.endpointPrivateAccess = false;
      await assert.rejects(test.eks.send(new CreateClusterCommand(asked)), {
        name: "InvalidParameterException",
        message,
      });
      assert.ok(await test.isGone("refused"));
    });
  }

  it("refuses subnets of one zone, and a subnet that there is not", async () => {
    for (const [ids, message] of [
      [test.subnetIds.slice(0, 1), /two different AZs/],
      [["subnet-0"], /'subnet-0' does not exist/],
    ] as const) {
      const asked = { ...test.autoMode("misplaced"), resourcesVpcConfig: { subnetIds: [...ids] } };
      await assert.rejects(test.eks.send(new CreateClusterCommand(asked)), {
        name: "InvalidParameterException",
        message,
      });
    }
  });

  it("keeps accounts and regions apart", async () => {
    await test.create("apart");
    for (const config of [
      { ...test.aws.config, region: "us-east-2" },
      { ...test.aws.config, credentials: { accessKeyId: "111111111111", secretAccessKey: "sandbox" } },
    ]) {
      await assert.rejects(new EKSClient(config).send(new DescribeClusterCommand({ name: "apart" })), {
        name: "ResourceNotFoundException",
      });
    }
  });

  it("is there after a start of MiniStack, is ordered again, and an interrupted removal goes on", async () => {
    const kept = await test.create("kept");
    await test.create("half-gone");
    test.carryOut = () => new Promise(() => undefined);
    await test.eks.send(new DeleteClusterCommand({ name: "half-gone" }));
    await test.aws.stop();
    test.carryOut = async () => ({ ...answer, endpoint: "https://127.0.0.1:7443" });
    test.use(await startEmulator((order) => test.carryOut(order), test.aws.root));
    const moved = async () => (await test.describe("kept")).endpoint === "https://127.0.0.1:7443";
    await eventually("its new address is told", moved);
    assert.deepEqual({ ...(await test.describe("kept")), endpoint: answer.endpoint }, kept);
    await eventually("the other is gone", () => test.isGone("half-gone"));
  });
});
