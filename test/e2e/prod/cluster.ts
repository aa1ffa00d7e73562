import assert from "node:assert/strict";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type Cluster,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListAssociatedAccessPoliciesCommand,
  ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import {
  type ApiConstructor,
  ApiException,
  type ApiType,
  AppsV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

/** The cluster, as AWS tells it, and whom its API server lets do what. */
export function clusterBlock(context: ProdContext): void {
  describe("cluster", () => {
    const eks = () => context.client(EKSClient);
    const name = () => context.outputs.cluster.name;
    let cluster: Cluster;
    before(async () => {
      cluster = must((await eks().send(new DescribeClusterCommand({ name: name() }))).cluster, "cluster");
    });

    it("is EKS in Auto Mode, with all of its three switches, of a version that is supported", () => {
      assert.partialDeepStrictEqual(cluster, {
        name: "teamflow-prod",
        status: "ACTIVE",
        version: "1.36",
        computeConfig: { enabled: true, nodePools: ["general-purpose", "system"] },
        storageConfig: { blockStorage: { enabled: true } },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
        upgradePolicy: { supportType: "STANDARD" },
        zonalShiftConfig: { enabled: true },
        deletionProtection: true,
      });
    });

    it("is reached inside the VPC only, in the private subnets of three zones", () => {
      assert.partialDeepStrictEqual(cluster.resourcesVpcConfig, {
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
        vpcId: context.outputs.network.vpc,
      });
      assert.equal(cluster.resourcesVpcConfig?.subnetIds?.length, 3);
    });

    it("encrypts its Secrets with a key of their own", async () => {
      const [config] = must(cluster.encryptionConfig, "encryption");
      assert.deepEqual(config?.resources, ["secrets"]);
      const { Aliases = [] } = await context.client(KMSClient).send(new ListAliasesCommand({}));
      const alias = Aliases.find(({ AliasName }) => AliasName === "alias/teamflow-prod-kubernetes");
      const { KeyMetadata } = await context
        .client(KMSClient)
        .send(new DescribeKeyCommand({ KeyId: must(alias?.TargetKeyId, "key") }));
      assert.equal(config?.provider?.keyArn, KeyMetadata?.Arn);
    });

    it("logs all that its control plane can, for a year and encrypted", async () => {
      assert.deepEqual(
        cluster.logging?.clusterLogging
          ?.filter(({ enabled }) => enabled)
          .flatMap(({ types = [] }) => types)
          .sort(),
        ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      );
      const logGroupNamePrefix = `/aws/eks/${name()}/cluster`;
      const { logGroups = [] } = await context
        .client(CloudWatchLogsClient)
        .send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
      assert.deepEqual(
        logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]),
        [[logGroupNamePrefix, 365]],
      );
      assert.ok(logGroups[0]?.kmsKeyId);
    });

    it("knows nobody but by an access entry: the two roles of delivery, each by a group, and none by a policy of EKS's", async () => {
      assert.equal(cluster.accessConfig?.authenticationMode, "API");
      const { accessEntries = [] } = await eks().send(new ListAccessEntriesCommand({ clusterName: name() }));
      const { deployRole, previewRole } = context.outputs.identity;
      // EKS itself makes those of Auto Mode's nodes.
      const people = new Map<string, readonly string[] | undefined>();
      for (const principalArn of accessEntries) {
        const of = { clusterName: name(), principalArn };
        const { accessEntry } = await eks().send(new DescribeAccessEntryCommand(of));
        if (accessEntry?.type !== "STANDARD") continue;
        people.set(principalArn, accessEntry.kubernetesGroups);
        const { associatedAccessPolicies } = await eks().send(new ListAssociatedAccessPoliciesCommand(of));
        assert.deepEqual(associatedAccessPolicies ?? [], [], principalArn);
      }
      assert.deepEqual(
        people,
        new Map([
          [deployRole, ["slipway:deployers"]],
          [previewRole, ["slipway:previewers"]],
        ]),
      );
    });

    it("has its add-ons at these versions, and pods that are somebody in AWS by their service accounts", async () => {
      const { addons = [] } = await eks().send(new ListAddonsCommand({ clusterName: name() }));
      const found = await Promise.all(
        addons.map(async (addonName) => {
          const { addon } = await eks().send(new DescribeAddonCommand({ clusterName: name(), addonName }));
          return [addonName, addon?.addonVersion, addon?.status];
        }),
      );
      assert.deepEqual(found.sort(), [
        ["aws-secrets-store-csi-driver-provider", "v3.1.2-eksbuild.1", "ACTIVE"],
        ["metrics-server", "v0.9.0-eksbuild.8", "ACTIVE"],
      ]);
      const { associations = [] } = await eks().send(new ListPodIdentityAssociationsCommand({ clusterName: name() }));
      assert.deepEqual(
        associations.map(({ namespace, serviceAccount }) => `${namespace} ${serviceAccount}`).sort(),
        ["teamflow", "teamflow-pre"].flatMap((namespace) =>
          ["analysis", "backend", "migration"].map((app) => `${namespace} teamflow-${app}`),
        ),
      );
    });
  });

  describe("access to the API server", () => {
    const stranger = "teamflow-prod-stranger";
    const document = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    };
    before(() =>
      context
        .client(IAMClient)
        .send(new CreateRoleCommand({ RoleName: stranger, AssumeRolePolicyDocument: JSON.stringify(document) })),
    );
    after(() => context.client(IAMClient).send(new DeleteRoleCommand({ RoleName: stranger })));

    /** The same interface as whoever has a role. */
    async function as<Api extends ApiType>(role: string, api: ApiConstructor<Api>): Promise<Api> {
      const { Credentials } = await context
        .client(STSClient)
        .send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "e2e" }));
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = must(Credentials, "credentials");
      const identity = {
        AWS_ACCESS_KEY_ID: AccessKeyId,
        AWS_SECRET_ACCESS_KEY: SecretAccessKey,
        AWS_SESSION_TOKEN: SessionToken,
      };
      return context.kubeConfig(identity).makeApiClient(api);
    }
    const refused = (promise: Promise<unknown>, code: number, text?: RegExp) =>
      assert.rejects(promise, (error) => {
        assert.ok(error instanceof ApiException, String(error));
        assert.equal(error.code, code, JSON.stringify(error.body));
        if (text) assert.match(JSON.stringify(error.body), text);
        return true;
      });
    const annotate = (api: AppsV1Api, dryRun?: "All") =>
      api.patchNamespacedDeployment(
        {
          name: "frontend",
          namespace: "teamflow",
          body: { metadata: { annotations: { "slipway.dev/e2e": dryRun ?? null } } },
          ...(dryRun && { dryRun }),
        },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    const namespace = "teamflow";

    it("is refused to a role of the account that has no access entry", async () => {
      const role = `arn:aws:iam::${context.account}:role/${stranger}`;
      await refused((await as(role, CoreV1Api)).listNamespacedPod({ namespace }), 401);
    });

    it("lets the role of deployments change a Deployment, but read no Secret and touch nothing of kube-system", async () => {
      const { deployRole } = context.outputs.identity;
      await annotate(await as(deployRole, AppsV1Api));
      const core = await as(deployRole, CoreV1Api);
      await core.listNamespacedPod({ namespace });
      await refused(core.readNamespacedSecret({ name: "app-secrets", namespace }), 403);
      await refused(core.listNamespacedSecret({ namespace }), 403);
      const body = { metadata: { name: "intruder" } };
      await refused(
        core.createNamespacedConfigMap({ namespace: "kube-system", dryRun: "All", body }),
        403,
        /namespaces/,
      );
      await refused(core.createNamespacedConfigMap({ namespace: "default", dryRun: "All", body }), 403, /namespaces/);
      await core.createNamespacedConfigMap({ namespace, dryRun: "All", body });
    });

    it("lets the role of previews try a change and never make it", async () => {
      const { previewRole } = context.outputs.identity;
      const apps = await as(previewRole, AppsV1Api);
      await annotate(apps, "All");
      await refused(annotate(apps), 403, /a preview may try a change but not make it/);
      await refused((await as(previewRole, CoreV1Api)).readNamespacedSecret({ name: "app-secrets", namespace }), 403);
    });
  });
}
