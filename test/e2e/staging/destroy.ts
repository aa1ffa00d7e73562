import assert from "node:assert/strict";
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
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { IAMClient, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListAliasesCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { expectCode, type Outcome } from "../support/checkout.ts";
import type { StagingContext } from "./context.ts";

/** The end of the stack; the last block. */
export function destroyBlock(staging: StagingContext): void {
  describe("destroyed on purpose", () => {
    let outcome: Outcome;
    before(async () => {
      outcome = await staging.checkout.run(["destroy", "staging", "--yes"]);
    });

    it("lifts its protection first, says so, and ends with nothing left in the state", async () => {
      expectCode(outcome, 0);
      assert.match(outcome.stderr, /staging protects \d+ resources; lifting the protection first/);
      const line = "pulumi stack export --stack staging";
      const { stdout } = expectCode(await staging.checkout.shell(line, staging.environment), 0);
      assert.deepEqual((JSON.parse(stdout) as { deployment: { resources?: [] } }).deployment.resources ?? [], []);
    });

    /** What is left, by kind; AWS's own defaults do not count. */
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
      databases: async () => (await staging.client(RDSClient).send(new DescribeDBInstancesCommand({}))).DBInstances,
      caches: async () =>
        (await staging.client(ElastiCacheClient).send(new DescribeReplicationGroupsCommand({}))).ReplicationGroups,
      "load balancers": async () =>
        (await staging.client(ElasticLoadBalancingV2Client).send(new DescribeLoadBalancersCommand({}))).LoadBalancers,
      "repositories of images": async () =>
        (await staging.client(ECRClient).send(new DescribeRepositoriesCommand({}))).repositories,
      zones: async () => (await staging.client(Route53Client).send(new ListHostedZonesCommand({}))).HostedZones,
      secrets: async () => (await staging.client(SecretsManagerClient).send(new ListSecretsCommand({}))).SecretList,
      "log groups": async () =>
        (await staging.client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}))).logGroups,
      alarms: async () => {
        const found = await staging.client(CloudWatchClient).send(new DescribeAlarmsCommand({}));
        return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
      },
      topics: async () => (await staging.client(SNSClient).send(new ListTopicsCommand({}))).Topics,
      roles: async () =>
        (await staging.client(IAMClient).send(new ListRolesCommand({}))).Roles?.filter(({ RoleName }) =>
          RoleName?.startsWith("teamflow-"),
        ),
      policies: async () =>
        (await staging.client(IAMClient).send(new ListPoliciesCommand({ Scope: "Local" }))).Policies,
      "aliases of keys": async () =>
        (await staging.client(KMSClient).send(new ListAliasesCommand({}))).Aliases?.filter(({ AliasName }) =>
          AliasName?.startsWith("alias/teamflow-staging"),
        ),
      "keys that nobody has given up": async () => {
        const kms = staging.client(KMSClient);
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
    const ec2 = () => staging.client(EC2Client);

    for (const [kind, find] of Object.entries(left)) {
      it(`leaves no ${kind} behind`, async () => assert.deepEqual((await find()) ?? [], []));
    }
  });
}
