import assert from "node:assert/strict";
import { BackupClient, ListBackupPlansCommand, ListBackupVaultsCommand } from "@aws-sdk/client-backup";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeAddressesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { EKSClient, ListClustersCommand } from "@aws-sdk/client-eks";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { IAMClient, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListAliasesCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { expectCode } from "./checkout.ts";
import type { StackContext } from "./stack-context.ts";

/** Looks for all that a stack may leave behind, a test for each kind: in the state and in AWS, whose own defaults do not count. */
export function leftBehind<Outputs>(context: StackContext<Outputs>): void {
  const { stack } = context;
  const ec2 = () => context.client(EC2Client);

  /** What is left, by kind. */
  const left: Readonly<Record<string, () => Promise<unknown[] | undefined>>> = {
    networks: async () =>
      (await ec2().send(new DescribeVpcsCommand({}))).Vpcs?.filter(({ IsDefault }) => IsDefault !== true),
    subnets: async () =>
      (await ec2().send(new DescribeSubnetsCommand({}))).Subnets?.filter(({ DefaultForAz }) => DefaultForAz !== true),
    "security groups": async () =>
      (await ec2().send(new DescribeSecurityGroupsCommand({}))).SecurityGroups?.filter(
        ({ GroupName }) => GroupName !== "default",
      ),
    "endpoints of the VPC": async () => (await ec2().send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints,
    addresses: async () => (await ec2().send(new DescribeAddressesCommand({}))).Addresses,
    clusters: async () => (await context.client(EKSClient).send(new ListClustersCommand({}))).clusters,
    databases: async () => (await context.client(RDSClient).send(new DescribeDBInstancesCommand({}))).DBInstances,
    caches: async () =>
      (await context.client(ElastiCacheClient).send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups,
    "load balancers": async () =>
      (await context.client(ElasticLoadBalancingV2Client).send(new DescribeLoadBalancersCommand({}))).LoadBalancers,
    "target groups": async () =>
      (await context.client(ElasticLoadBalancingV2Client).send(new DescribeTargetGroupsCommand({}))).TargetGroups,
    "repositories of images": async () =>
      (await context.client(ECRClient).send(new DescribeRepositoriesCommand({}))).repositories,
    zones: async () => (await context.client(Route53Client).send(new ListHostedZonesCommand({}))).HostedZones,
    secrets: async () => (await context.client(SecretsManagerClient).send(new ListSecretsCommand({}))).SecretList,
    "log groups": async () =>
      (await context.client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}))).logGroups,
    alarms: async () => {
      const found = await context.client(CloudWatchClient).send(new DescribeAlarmsCommand({}));
      return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
    },
    topics: async () => (await context.client(SNSClient).send(new ListTopicsCommand({}))).Topics,
    "plans of backups": async () =>
      (await context.client(BackupClient).send(new ListBackupPlansCommand({}))).BackupPlansList,
    "vaults of backups": async () => {
      const inRegion = async (region: string) =>
        (await context.client(BackupClient, region).send(new ListBackupVaultsCommand({}))).BackupVaultList ?? [];
      const all = [...(await inRegion("us-west-2")), ...(await inRegion("us-east-2"))];
      return all.filter(({ BackupVaultName }) => BackupVaultName?.startsWith("teamflow-"));
    },
    roles: async () =>
      (await context.client(IAMClient).send(new ListRolesCommand({}))).Roles?.filter(({ RoleName }) =>
        RoleName?.startsWith("teamflow-"),
      ),
    policies: async () => (await context.client(IAMClient).send(new ListPoliciesCommand({ Scope: "Local" }))).Policies,
    "aliases of keys": async () =>
      (await context.client(KMSClient).send(new ListAliasesCommand({}))).Aliases?.filter(({ AliasName }) =>
        AliasName?.startsWith(`alias/teamflow-${stack}`),
      ),
    "keys that nobody has given up": async () => {
      const kms = context.client(KMSClient);
      const { Keys } = await kms.send(new ListKeysCommand({}));
      // The key of the state backend is nobody's stack's.
      const { Aliases } = await kms.send(new ListAliasesCommand({}));
      const backend = Aliases?.find(({ AliasName }) => AliasName === "alias/teamflow-pulumi-state")?.TargetKeyId;
      const described = await Promise.all(
        (Keys ?? [])
          .filter(({ KeyId }) => KeyId !== backend)
          .map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId }))),
      );
      return described.filter(
        ({ KeyMetadata }) => KeyMetadata?.KeyManager === "CUSTOMER" && KeyMetadata.KeyState !== "PendingDeletion",
      );
    },
  };

  it("leaves nothing in the state", async () => {
    const line = `pulumi stack export --stack ${stack}`;
    const { stdout } = expectCode(await context.checkout.shell(line, context.environment), 0);
    assert.deepEqual((JSON.parse(stdout) as { deployment: { resources?: [] } }).deployment.resources ?? [], []);
  });

  for (const [kind, find] of Object.entries(left)) {
    it(`leaves no ${kind} behind`, async () => assert.deepEqual((await find()) ?? [], []));
  }
}
