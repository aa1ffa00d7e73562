import assert from "node:assert/strict";
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterVersionsCommand,
  DescribePodIdentityAssociationCommand,
  DescribeUpdateCommand,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListPodIdentityAssociationsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAddonCommand,
  UpdateClusterVersionCommand,
} from "@aws-sdk/client-eks";
import { eventually } from "../support.ts";
import { account, answer, EksTest, nodeRoleArn } from "./eks-support.ts";

const viewPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

describe("local AWS: what a cluster of EKS has and how it changes", () => {
  const test = new EksTest();

  before(() => test.start());
  beforeEach(() => {
    test.carryOut = async () => answer;
  });
  after(() => test.stop());

  it("changes one thing at a time, and each change reads back", async () => {
    await test.create("changing");
    const { logging } = await test.change("changing", {
      logging: {
        clusterLogging: [
          { types: ["api"], enabled: false },
          { types: ["scheduler"], enabled: true },
        ],
      },
    });
    assert.deepEqual(logging?.clusterLogging?.[0], { types: ["audit", "scheduler"], enabled: true });
    const { resourcesVpcConfig } = await test.change("changing", {
      resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    });
    assert.deepEqual(
      [resourcesVpcConfig?.publicAccessCidrs, resourcesVpcConfig?.endpointPrivateAccess, resourcesVpcConfig?.vpcId],
      [["203.0.113.0/24"], true, test.vpcId],
    );
    const { upgradePolicy } = await test.change("changing", { upgradePolicy: { supportType: "EXTENDED" } });
    assert.equal(upgradePolicy?.supportType, "EXTENDED");
    const off = await test.change("changing", {
      computeConfig: { enabled: false },
      storageConfig: { blockStorage: { enabled: false } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: false } },
    });
    assert.deepEqual(
      [off.computeConfig?.enabled, off.storageConfig?.blockStorage?.enabled, off.kubernetesNetworkConfig],
      [false, false, { serviceIpv4Cidr: "172.20.0.0/16", ipFamily: "ipv4", elasticLoadBalancing: { enabled: false } }],
    );
    await assert.rejects(
      test.change("changing", { deletionProtection: true, upgradePolicy: { supportType: "STANDARD" } }),
      /Only one type of update/,
    );
    await assert.rejects(test.change("changing", { upgradePolicy: { supportType: "EXTENDED" } }), /already/);
  });

  it("is raised by one minor version, and is ordered so", async () => {
    await test.create("rising");
    const raise = (version: string) => test.eks.send(new UpdateClusterVersionCommand({ name: "rising", version }));
    await assert.rejects(raise("1.34"), /update from 1\.35 to 1\.34/);
    const { update } = await raise("1.36");
    await eventually("the update succeeds", async () => {
      const asked = await test.eks.send(new DescribeUpdateCommand({ name: "rising", updateId: update?.id }));
      return asked.update?.status === "Successful";
    });
    const { status, version } = await test.describe("rising");
    assert.deepEqual([status, version], ["ACTIVE", "1.36"]);
    assert.ok(test.aws.orders.some(({ body }) => body.name === "rising" && body.version === "1.36"));
  });

  it("gives its nodes an access entry, and its creator one unless that is declined", async () => {
    const entries = async (clusterName: string) =>
      (await test.eks.send(new ListAccessEntriesCommand({ clusterName }))).accessEntries?.toSorted();
    await test.create("declined");
    assert.deepEqual(await entries("declined"), [nodeRoleArn]);
    await test.create("default", { accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" } });
    assert.equal((await entries("default"))?.length, 2);
    const { accessEntry } = await test.eks.send(
      new DescribeAccessEntryCommand({ clusterName: "default", principalArn: nodeRoleArn }),
    );
    assert.deepEqual([accessEntry?.type, accessEntry?.username], ["EC2", "system:node:{{EC2PrivateDNSName}}"]);
  });

  it("has access entries with policies that read back, and refuses what EKS refuses", async () => {
    const clusterName = "entries";
    await test.create(clusterName);
    const principalArn = `arn:aws:iam::${account}:role/team/viewer`;
    const entry = { clusterName, principalArn };
    const { accessEntry } = await test.eks.send(
      new CreateAccessEntryCommand({ ...entry, kubernetesGroups: ["viewers"], tags: { A: "b" } }),
    );
    assert.equal(accessEntry?.username, `arn:aws:sts::${account}:assumed-role/viewer/{{SessionName}}`);
    const accessScope = { type: "namespace" as const, namespaces: ["teamflow"] };
    await test.eks.send(new AssociateAccessPolicyCommand({ ...entry, policyArn: viewPolicy, accessScope }));
    const { associatedAccessPolicies } = await test.eks.send(new ListAssociatedAccessPoliciesCommand(entry));
    assert.deepEqual(
      associatedAccessPolicies?.map((each) => [each.policyArn, each.accessScope]),
      [[viewPolicy, accessScope]],
    );
    const read = await test.eks.send(new DescribeAccessEntryCommand(entry));
    assert.deepEqual([read.accessEntry?.kubernetesGroups, read.accessEntry?.tags], [["viewers"], { A: "b" }]);
    await assert.rejects(test.eks.send(new CreateAccessEntryCommand(entry)), { name: "ResourceInUseException" });
    const other = { clusterName, principalArn: `${principalArn}2` };
    const masters = { ...other, kubernetesGroups: ["system:masters"] };
    await assert.rejects(test.eks.send(new CreateAccessEntryCommand(masters)), /cannot start with system:/);
    const wrongPolicy = { ...entry, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess", accessScope };
    await assert.rejects(test.eks.send(new AssociateAccessPolicyCommand(wrongPolicy)), /policyArn/);
    await test.create("old-way", { accessConfig: { authenticationMode: "CONFIG_MAP" } });
    await assert.rejects(
      test.eks.send(new CreateAccessEntryCommand({ ...entry, clusterName: "old-way" })),
      /authentication mode/,
    );
  });

  it("has add-ons: the default version where none is named, values, associations and updates", async () => {
    const clusterName = "addons";
    await test.create(clusterName);
    const addonName = "amazon-cloudwatch-observability";
    const roleArn = `arn:aws:iam::${account}:role/app`;
    const podIdentityAssociations = [{ serviceAccount: "cloudwatch-agent", roleArn }];
    const configurationValues = JSON.stringify({ agent: {} });
    const made = { clusterName, addonName, configurationValues, podIdentityAssociations, tags: { A: "b" } };
    await test.eks.send(new CreateAddonCommand(made));
    const read = async () => (await test.eks.send(new DescribeAddonCommand({ clusterName, addonName }))).addon;
    const { addons } = await test.eks.send(new DescribeAddonVersionsCommand({ addonName, kubernetesVersion: "1.36" }));
    const addon = await read();
    assert.equal(addon?.addonVersion, addons?.[0]?.addonVersions?.[0]?.addonVersion);
    assert.deepEqual(
      [addon?.status, addon?.configurationValues, addon?.tags],
      ["ACTIVE", configurationValues, { A: "b" }],
    );
    const associationId = addon?.podIdentityAssociations?.[0]?.split("/").at(-1);
    const { association } = await test.eks.send(
      new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
    );
    assert.deepEqual([association?.roleArn, association?.ownerArn], [roleArn, addon?.addonArn]);
    await assert.rejects(
      test.eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId })),
      /is owned by/,
    );
    const { update } = await test.eks.send(
      new UpdateAddonCommand({
        clusterName,
        addonName,
        addonVersion: "v9.9.9-eksbuild.1",
        podIdentityAssociations: [],
      }),
    );
    const asked = await test.eks.send(
      new DescribeUpdateCommand({ name: clusterName, addonName, updateId: update?.id }),
    );
    assert.equal(asked.update?.status, "Successful");
    assert.deepEqual(
      [(await read())?.addonVersion, (await read())?.podIdentityAssociations],
      ["v9.9.9-eksbuild.1", []],
    );
    const unknown = test.eks.send(new CreateAddonCommand({ clusterName, addonName: "made-up" }));
    await assert.rejects(unknown, /not supported/);
  });

  it("has pod identity associations with roles that there are", async () => {
    const clusterName = "identities";
    await test.create(clusterName);
    const asked = { clusterName, namespace: "teamflow", serviceAccount: "backend" };
    const missing = { ...asked, roleArn: `arn:aws:iam::${account}:role/missing` };
    await assert.rejects(
      test.eks.send(new CreatePodIdentityAssociationCommand(missing)),
      /Role provided in the request does not exist/,
    );
    const roleArn = `arn:aws:iam::${account}:role/app`;
    const { association } = await test.eks.send(
      new CreatePodIdentityAssociationCommand({ ...asked, roleArn, tags: { A: "b" } }),
    );
    const key = { clusterName, associationId: association?.associationId };
    const read = await test.eks.send(new DescribePodIdentityAssociationCommand(key));
    assert.deepEqual(
      [
        read.association?.roleArn,
        read.association?.tags,
        read.association?.ownerArn,
        read.association?.disableSessionTags,
      ],
      [roleArn, { A: "b" }, undefined, false],
    );
    await test.eks.send(new DeletePodIdentityAssociationCommand(key));
    const { associations } = await test.eks.send(new ListPodIdentityAssociationsCommand({ clusterName }));
    assert.deepEqual(associations, []);
  });

  it("tells changed tags in descriptions too, and takes several away at once", async () => {
    const { arn: resourceArn = "" } = await test.create("tagged", { tags: { A: "1", B: "2", C: "3" } });
    await test.eks.send(new TagResourceCommand({ resourceArn, tags: { D: "4" } }));
    await test.eks.send(new UntagResourceCommand({ resourceArn, tagKeys: ["A", "B"] }));
    const { tags } = await test.eks.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(tags, { C: "3", D: "4" });
    assert.deepEqual((await test.describe("tagged")).tags, tags);
  });

  it("knows the versions of Kubernetes and when their support ends", async () => {
    const { clusterVersions } = await test.eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ["1.36"] }));
    const [version] = clusterVersions ?? [];
    assert.deepEqual(
      [version?.defaultVersion, version?.endOfStandardSupportDate?.toISOString().slice(0, 10)],
      [true, "2027-08-02"],
    );
  });
});
