import assert from "node:assert/strict";
import { KubernetesPlatform, type KubernetesPlatformArgs } from "../../components/kubernetes-platform.ts";
import { SecurityGroup } from "../../components/security-group.ts";
import { runMocked } from "../support/pulumi-mocks.ts";
import { connections } from "../support/reachability.ts";
import { recordsOf } from "../support/reachability-records.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };
const accountId = "123456789012";
const clusterType = "aws:eks/cluster:Cluster";
const providerType = "pulumi:providers:kubernetes";
const settings: KubernetesPlatformArgs["settings"] = {
  version: "1.36",
  namespace: "teamflow",
  publicEndpointCidrs: [],
  access: [],
  rollout: { bakeMinutes: 5, minReadySeconds: 10, patienceSeconds: 600 },
};

const build = (
  changes: Partial<KubernetesPlatformArgs> = {},
  then: (platform: KubernetesPlatform) => void = () => {},
) =>
  runMocked(
    () => {
      const platform = new KubernetesPlatform("prod-platform", {
        context,
        settings,
        namespaces: ["teamflow", "teamflow-pre"],
        region: "us-west-2",
        accountId,
        partition: "aws",
        vpcId: "vpc-1",
        subnetIds: ["private-a", "private-b", "private-c"],
        secretsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/kubernetes",
        logKeyArn: "arn:aws:kms:us-west-2:123456789012:key/logs",
        logRetentionDays: 365,
        protect: true,
        ...changes,
      });
      then(platform);
      const { clusterArn, clusterName, kubeconfig, nodeRoleArn, nodeSecurityGroupId } = platform;
      return { clusterArn, clusterName, kubeconfig, nodeRoleArn, nodeSecurityGroupId };
    },
    {
      stack: "prod",
      answer: ({ token }) =>
        token === "aws:index/getCallerIdentity:getCallerIdentity" ? { arn: `arn:aws:iam::${accountId}:root` } : {},
      outputs: ({ inputs, name, type }) => {
        if (type !== clusterType) return { arn: `arn:${name}` };
        return {
          arn: `arn:aws:eks:us-west-2:${accountId}:cluster/${String(inputs.name)}`,
          endpoint: "https://0A1B.gr7.us-west-2.eks.amazonaws.com",
          certificateAuthority: { data: "UEVN" },
          vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: "sg-eks" },
        };
      },
    },
  );

const allowAll = { deployRoleArn: "arn:deploy", previewRoleArn: "arn:preview" };

describe("components/kubernetes-platform", () => {
  it("makes a cluster in Auto Mode with our key, all logs, standard support and nobody in it but whom it names", async () => {
    const run = await build();
    assert.deepEqual(run.one(clusterType).inputs, {
      name: "teamflow-prod",
      version: "1.36",
      roleArn: "arn:prod-platform-roles-cluster",
      computeConfig: {
        enabled: true,
        nodePools: ["general-purpose", "system"],
        nodeRoleArn: "arn:prod-platform-roles-node",
      },
      storageConfig: { blockStorage: { enabled: true } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
      bootstrapSelfManagedAddons: false,
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
        subnetIds: ["private-a", "private-b", "private-c"],
        securityGroupIds: ["prod-platform-endpoint-group-id"],
      },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: {
        provider: { keyArn: "arn:aws:kms:us-west-2:123456789012:key/kubernetes" },
        resources: ["secrets"],
      },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
      zonalShiftConfig: { enabled: true },
      deletionProtection: true,
      tags: {
        Environment: "production",
        ManagedBy: "pulumi",
        Name: "teamflow-prod",
        Project: "teamflow",
        Stack: "prod",
      },
    });
  });

  for (const protect of [true, false]) {
    it(`${protect ? "refuses" : "allows"} its deletion, by the engine and by EKS alike`, async () => {
      const cluster = (await build({ protect })).one(clusterType);
      assert.deepEqual([cluster.protect, cluster.inputs.deletionProtection], [protect, protect]);
    });
  }

  it("keeps the control plane's logs for as long as all logs, with our key", async () => {
    const { inputs } = (await build()).one("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(
      [inputs.name, inputs.retentionInDays, inputs.kmsKeyId],
      ["/aws/eks/teamflow-prod/cluster", 365, "arn:aws:kms:us-west-2:123456789012:key/logs"],
    );
  });

  it("opens the API server to the internet for those alone whom settings name", async () => {
    const run = await build({ settings: { ...settings, publicEndpointCidrs: ["203.0.113.0/24", "198.51.100.0/24"] } });
    const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = run.one(clusterType).inputs
      .vpcConfig as Record<string, unknown>;
    assert.deepEqual(
      [endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs],
      [true, true, ["198.51.100.0/24", "203.0.113.0/24"]],
    );
  });

  it("changes by no setting what only another cluster could have", async () => {
    // Source: the provider's schema of aws_eks_cluster, the fields that force a replacement.
    const lasting = (inputs: Record<string, unknown>) => ({
      name: inputs.name,
      roleArn: inputs.roleArn,
      bootstrapSelfManagedAddons: inputs.bootstrapSelfManagedAddons,
      encryptionConfig: inputs.encryptionConfig,
      accessConfig: inputs.accessConfig,
      network: inputs.kubernetesNetworkConfig,
      nodeRole: (inputs.computeConfig as { nodeRoleArn: string }).nodeRoleArn,
    });
    const before = lasting((await build()).one(clusterType).inputs);
    for (const changed of [
      { settings: { ...settings, version: "1.35" as const } },
      { settings: { ...settings, namespace: "another", publicEndpointCidrs: ["203.0.113.0/24"] } },
      { settings: { ...settings, rollout: { bakeMinutes: 0, minReadySeconds: 0, patienceSeconds: 15 } } },
      { namespaces: ["another"], logRetentionDays: 30, protect: false },
      allowAll,
    ])
      assert.deepEqual(lasting((await build(changed)).one(clusterType).inputs), before);
  });

  it("gives EKS and the nodes a role each, with AWS's policies for Auto Mode", async () => {
    const run = await build();
    const attached = run.resources
      .filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ inputs }) => `${inputs.role} ${String(inputs.policyArn).split("/").at(-1)}`);
    assert.deepEqual(attached.sort(), [
      "teamflow-prod-eks-cluster AmazonEKSBlockStoragePolicy",
      "teamflow-prod-eks-cluster AmazonEKSClusterPolicy",
      "teamflow-prod-eks-cluster AmazonEKSComputePolicy",
      "teamflow-prod-eks-cluster AmazonEKSLoadBalancingPolicy",
      "teamflow-prod-eks-cluster AmazonEKSNetworkingPolicy",
      "teamflow-prod-eks-node AmazonEC2ContainerRegistryPullOnly",
      "teamflow-prod-eks-node AmazonEKSWorkerNodeMinimalPolicy",
    ]);
    const trust = (part: string) =>
      JSON.parse(String(run.one("aws:iam/role:Role", `prod-platform-roles-${part}`).inputs.assumeRolePolicy))
        .Statement[0];
    assert.deepEqual(trust("cluster"), {
      Sid: "EksOfThisAccount",
      Effect: "Allow",
      Principal: { Service: "eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    });
    assert.deepEqual(trust("node").Principal, { Service: "ec2.amazonaws.com" });
  });

  it("lets load balancers bear the stack's tags beside the cluster's", async () => {
    const { inputs } = (await build()).one("aws:iam/rolePolicy:RolePolicy");
    const [statement] = JSON.parse(String(inputs.policy)).Statement;
    assert.ok(statement.Action.includes("elasticloadbalancing:CreateLoadBalancer"));
    assert.deepEqual(statement.Condition, {
      StringEquals: { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" },
    });
  });

  it("adds the secrets' driver and the metrics, at versions of this Kubernetes", async () => {
    const run = await build();
    const addOn = (name: string) => run.one("aws:eks/addon:Addon", `prod-platform-${name}`).inputs;
    const driver = addOn("aws-secrets-store-csi-driver-provider");
    assert.deepEqual(
      [driver.clusterName, driver.addonName, driver.addonVersion, driver.resolveConflictsOnUpdate],
      ["teamflow-prod", "aws-secrets-store-csi-driver-provider", "v3.1.2-eksbuild.1", "OVERWRITE"],
    );
    assert.equal(JSON.parse(String(driver.configurationValues))["secrets-store-csi-driver"].syncSecret.enabled, true);
    assert.equal(addOn("metrics-server").addonVersion, "v0.9.0-eksbuild.8");
    assert.equal(addOn("metrics-server").configurationValues, undefined);
  });

  it("hands out a kubeconfig without a secret, and a provider that applies by the server", async () => {
    const run = await build();
    assert.match(String(run.result.kubeconfig), /"server":"https:\/\/0A1B\.gr7/);
    const { inputs } = run.one(providerType);
    assert.deepEqual(
      {
        kubeconfig: inputs.kubeconfig,
        identifier: inputs.clusterIdentifier,
        apply: inputs.enableServerSideApply,
        configMaps: inputs.enableConfigMapMutable,
        upsert: inputs.upsertExistingObjects,
      },
      {
        kubeconfig: run.result.kubeconfig,
        identifier: "https://0A1B.gr7.us-west-2.eks.amazonaws.com",
        apply: "true",
        configMaps: "true",
        upsert: "false",
      },
    );
  });

  it("switches network policies on, without which Auto Mode obeys none", async () => {
    const { inputs } = (await build()).one("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(
      [(inputs.metadata as { name: string; namespace: string }).namespace, inputs.data],
      ["kube-system", { "enable-network-policy-controller": "true" }],
    );
  });

  it("confines delivery where a workflow delivers, and makes no group for nobody", async () => {
    const role = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
    assert.equal((await build(allowAll)).resources.filter(({ type }) => type === role).length, 1);
    assert.equal((await build()).resources.filter(({ type }) => type === role).length, 0);
  });

  it("lets a runner reach the API server by its private endpoint, and pods reach a database", async () => {
    const run = await build({}, (platform) => {
      const group = (part: string) =>
        new SecurityGroup(`prod-${part}`, { context, vpcId: "vpc-1", part, description: part });
      platform.endpoint.allowFrom({ name: "runner", group: group("runner") }, 443);
      group("database").allowFrom({ name: "pods", groupId: platform.nodeSecurityGroupId }, 5432);
    });
    assert.deepEqual(connections(recordsOf(run.resources)), [
      "teamflow-prod-runner -> teamflow-prod-kubernetes tcp 443",
    ]);
    const { inputs } = run.one(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "prod-database-from-pods-5432",
    );
    assert.deepEqual(
      [inputs.referencedSecurityGroupId, inputs.fromPort, inputs.description],
      ["sg-eks", 5432, "pods to database"],
    );
  });
});
