import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { cacheDirectory } from "../../../sandbox/paths.ts";
import { engineChoice, locate, ToolchainFolders } from "../../../sandbox/toolchain/locate.ts";
import { installedPulumi } from "../../../sandbox/toolchain/on-path.ts";
import { parts } from "../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import { removeRoots } from "../support.ts";
import { type EmulatorUnderTest, startEmulator } from "./emulator-support.ts";

/** The engine and the AWS plugin, when this machine has them: this test builds nothing. */
async function programs(): Promise<{ readonly pulumi: string; readonly plugin: string } | undefined> {
  const folders = new ToolchainFolders(cacheDirectory(), currentTarget());
  const context = { installed: await installedPulumi(), choice: engineChoice(), env: process.env };
  const [pulumi, plugin] = [locate("engine", folders, context), locate("aws", folders, context)];
  return pulumi && plugin && { pulumi: pulumi.file, plugin: plugin.file };
}

interface Edition {
  readonly version: string;
  readonly logs: string[];
  readonly isProtected: boolean;
}

/** A cluster with all that components/kubernetes-platform.ts makes around it. */
const program =
  ({ isProtected, logs, version }: Edition) =>
  async () => {
    const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.2.0.0/16" });
    const subnets = ["a", "b", "c"].map(
      (zone, index) =>
        new aws.ec2.Subnet(zone, {
          vpcId: vpc.id,
          cidrBlock: `10.2.${16 * (index + 1)}.0/20`,
          availabilityZone: `us-west-2${zone}`,
        }),
    );
    const role = (name: string, ...actions: string[]) =>
      new aws.iam.Role(name, {
        name,
        assumeRolePolicy: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: actions }],
        },
      });
    const [cluster, node, app, viewer] = ["cluster", "node", "app", "viewer"].map((name) =>
      role(name, "sts:AssumeRole", "sts:TagSession"),
    );
    assert.ok(cluster && node && app && viewer);
    const key = new aws.kms.Key("key", {});
    const main = new aws.eks.Cluster("main", {
      name: "main",
      version,
      roleArn: cluster.arn,
      vpcConfig: {
        subnetIds: subnets.map(({ id }) => id),
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
      },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: node.arn },
      storageConfig: { blockStorage: { enabled: true } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true }, ipFamily: "ipv4" },
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: key.arn } },
      enabledClusterLogTypes: logs,
      upgradePolicy: { supportType: "STANDARD" },
      zonalShiftConfig: { enabled: true },
      deletionProtection: isProtected,
      tags: { Stack: "prod", Edition: version },
    });
    const clusterName = main.name;
    const entry = new aws.eks.AccessEntry("viewer", {
      clusterName,
      principalArn: viewer.arn,
      kubernetesGroups: ["viewers"],
      tags: { Stack: "prod" },
    });
    new aws.eks.AccessPolicyAssociation("viewer", {
      clusterName,
      principalArn: entry.principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "namespace", namespaces: ["teamflow"] },
    });
    const newest = aws.eks.getAddonVersionOutput({
      addonName: "metrics-server",
      kubernetesVersion: "1.36",
      mostRecent: true,
    });
    new aws.eks.Addon("metrics", { clusterName, addonName: "metrics-server", addonVersion: newest.version });
    new aws.eks.Addon("secrets", {
      clusterName,
      addonName: "aws-secrets-store-csi-driver-provider",
      addonVersion: version === "1.35" ? "v3.0.0-eksbuild.1" : "v3.1.1-eksbuild.1",
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      configurationValues: JSON.stringify({ "secrets-store-csi-driver": { syncSecret: { enabled: true } } }),
      podIdentityAssociations: [{ serviceAccount: "driver", roleArn: app.arn }],
      tags: { Stack: "prod" },
    });
    new aws.eks.PodIdentityAssociation("app", {
      clusterName,
      namespace: "teamflow",
      serviceAccount: "backend",
      roleArn: app.arn,
      tags: { Stack: "prod" },
    });
    new aws.vpc.SecurityGroupIngressRule("runner", {
      securityGroupId: main.vpcConfig.clusterSecurityGroupId,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "10.2.0.0/16",
    });
    const read = aws.eks.getClusterOutput({ name: clusterName });
    return {
      endpoint: main.endpoint,
      authority: main.certificateAuthority.data,
      group: read.vpcConfig.clusterSecurityGroupId,
    };
  };

describe("local AWS: EKS by the real provider", function () {
  this.timeout(180_000);
  let emulator: EmulatorUnderTest;
  let folder: string | undefined;
  const pathBefore = process.env.PATH;
  let output = "";
  const onOutput = (text: string): void => {
    output += text;
  };
  const answer = { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Q0E=" };
  const first: Edition = { version: "1.35", logs: ["api", "audit"], isProtected: true };
  let stackOf: (edition: Edition) => Promise<Stack>;

  before(async function () {
    const found = await programs();
    if (!found) {
      console.log("      the engine or its AWS plugin is missing: ./slipway setup staging gets them");
      this.skip();
    }
    emulator = await startEmulator(async () => answer);
    folder = mkdtempSync(path.join(tmpdir(), "slipway-eks-"));
    const [home, state, workDir] = ["home", "state", "work"].map((name) => path.join(folder ?? "", name));
    assert.ok(home && state && workDir);
    const plugin = path.join(home, "plugins", `resource-aws-v${parts.aws.version}`);
    for (const each of [plugin, state, workDir]) mkdirSync(each, { recursive: true });
    symlinkSync(found.plugin, path.join(plugin, parts.aws.binary));
    // The automation API looks for `pulumi` on its own PATH.
    process.env.PATH = `${path.dirname(found.pulumi)}${path.delimiter}${process.env.PATH}`;
    const envVars = {
      ...emulator.env,
      PATH: process.env.PATH,
      AWS_REGION: "us-west-2",
      AWS_EC2_METADATA_DISABLED: "true",
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "proof",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const projectSettings = { name: "proof", runtime: "nodejs" } as const;
    stackOf = (edition) =>
      LocalWorkspace.createOrSelectStack(
        { stackName: "proof", projectName: "proof", program: program(edition) },
        { workDir, envVars, projectSettings },
      );
  });
  after(async () => {
    process.env.PATH = pathBefore;
    await emulator?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
    await removeRoots();
  });

  it("makes a cluster with its entries, add-ons and associations", async () => {
    const stack = await stackOf(first);
    const { outputs, summary } = await stack.up({ onOutput });
    assert.equal(summary.result, "succeeded", output);
    assert.deepEqual([outputs.endpoint?.value, outputs.authority?.value], Object.values(answer));
    assert.match(outputs.group?.value, /^sg-/);
  });

  it("has nothing to change when asked again, nor after a look at what there is", async () => {
    const stack = await stackOf(first);
    await stack.preview({ onOutput, expectNoChanges: true });
    await stack.refresh({ onOutput, expectNoChanges: true });
  });

  it("raises the version and changes the logs in place", async () => {
    const stack = await stackOf({ version: "1.36", logs: ["api", "scheduler"], isProtected: true });
    const { summary } = await stack.up({ onOutput });
    const { create, delete: gone, replace, update } = summary.resourceChanges ?? {};
    assert.deepEqual([create, gone, replace, update], [undefined, undefined, undefined, 2]);
    await stack.refresh({ onOutput, expectNoChanges: true });
  });

  it("keeps a protected cluster, and leaves nothing of one that is not", async () => {
    const last = { version: "1.36", logs: ["api", "scheduler"] };
    const guarded = await stackOf({ ...last, isProtected: true });
    await assert.rejects(guarded.destroy({ onOutput }), /deletion protection/);
    const free = await stackOf({ ...last, isProtected: false });
    await free.up({ onOutput });
    await free.destroy({ onOutput });
    const { deployment } = await free.exportStack();
    assert.deepEqual(deployment.resources ?? [], []);
    assert.equal(emulator.orders.at(-1)?.name, "remove-cluster");
  });
});
