import assert from "node:assert/strict";
import {
  BackupClient,
  DescribeBackupVaultCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListBackupVaultsCommand,
} from "@aws-sdk/client-backup";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { DescribeDBInstancesCommand, DescribeDBSubnetGroupsCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

/** The data of both environments, and their copies, as AWS tells them. */
export function dataBlock(context: ProdContext): void {
  describe("data", () => {
    const instances = async () =>
      (await context.client(RDSClient).send(new DescribeDBInstancesCommand({}))).DBInstances ?? [];
    const instance = async (identifier: string) =>
      must(
        (await instances()).find((each) => each.DBInstanceIdentifier === identifier),
        identifier,
      );
    const cache = async (id: string) => {
      const { ReplicationGroups = [] } = await context
        .client(ElastiCacheClient)
        .send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }));
      return must(ReplicationGroups[0], id);
    };

    it("has production's database in two zones, restorable to any moment of 35 days, and refusing to be deleted", async () => {
      assert.partialDeepStrictEqual(await instance(context.outputs.database.identifier), {
        DBInstanceIdentifier: "teamflow-prod",
        DBInstanceStatus: "available",
        Engine: "postgres",
        DBInstanceClass: "db.m7g.large",
        AllocatedStorage: 100,
        MaxAllocatedStorage: 1000,
        StorageEncrypted: true,
        MultiAZ: true,
        BackupRetentionPeriod: 35,
        PreferredBackupWindow: "03:00-04:00",
        CopyTagsToSnapshot: true,
        DeletionProtection: true,
        PubliclyAccessible: false,
        IAMDatabaseAuthenticationEnabled: true,
      });
    });

    it("has a smaller one of pre-production's own, behind a password and subnets of its own", async () => {
      const identifiers = [context.outputs.database.identifier, context.outputs.preProduction.database.identifier];
      const [main, beside] = await Promise.all([instance(identifiers[0] ?? ""), instance(identifiers[1] ?? "")]);
      assert.deepEqual(
        (await instances()).map((each) => each.DBInstanceIdentifier).sort(),
        [...identifiers, "teamflow-prod-releases"].sort(),
      );
      assert.partialDeepStrictEqual(beside, {
        DBInstanceClass: "db.t4g.small",
        BackupRetentionPeriod: 7,
        DeletionProtection: true,
        StorageEncrypted: true,
        PubliclyAccessible: false,
      });
      assert.notEqual(beside.MasterUserSecret?.SecretArn, main.MasterUserSecret?.SecretArn);
      const groupsOf = ({ VpcSecurityGroups = [] }: typeof main) =>
        VpcSecurityGroups.map((each) => each.VpcSecurityGroupId);
      assert.deepEqual(
        groupsOf(main).filter((group) => groupsOf(beside).includes(group)),
        [],
      );
      for (const { DBSubnetGroup } of [main, beside]) {
        const { DBSubnetGroups = [] } = await context
          .client(RDSClient)
          .send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: DBSubnetGroup?.DBSubnetGroupName }));
        assert.equal(DBSubnetGroups[0]?.Subnets?.length, 3);
      }
    });

    it("has a cache with two replicas that fails over to another zone, and one of pre-production's own", async () => {
      const [main, beside] = await Promise.all([cache("teamflow-prod"), cache("teamflow-prod-pre-production")]);
      assert.partialDeepStrictEqual(main, {
        Engine: "valkey",
        CacheNodeType: "cache.m7g.large",
        AutomaticFailover: "enabled",
        MultiAZ: "enabled",
        SnapshotRetentionLimit: 7,
        AtRestEncryptionEnabled: true,
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: "required",
      });
      assert.equal(main.MemberClusters?.length, 3);
      assert.partialDeepStrictEqual(beside, { CacheNodeType: "cache.t4g.small", TransitEncryptionMode: "required" });
      assert.deepEqual(
        main.UserGroupIds?.filter((id) => beside.UserGroupIds?.includes(id)),
        [],
      );
    });

    it("has a secret of the application for each environment", async () => {
      const { SecretList = [] } = await context.client(SecretsManagerClient).send(new ListSecretsCommand({}));
      const own = SecretList.map(({ Name = "" }) => Name).filter((name) => name.startsWith("teamflow/"));
      assert.deepEqual(own.sort(), ["teamflow/prod/pre-production-secret-key", "teamflow/prod/secret-key"]);
    });
  });

  describe("copies of the data", () => {
    const vaultIn = async (region: string) => {
      const client = context.client(BackupClient, region);
      const { BackupVaultList = [] } = await client.send(new ListBackupVaultsCommand({}));
      const own = BackupVaultList.filter(({ BackupVaultName }) => BackupVaultName?.startsWith("teamflow-prod"));
      assert.equal(own.length, 1, region);
      return client.send(new DescribeBackupVaultCommand({ BackupVaultName: own[0]?.BackupVaultName }));
    };

    for (const region of ["us-west-2", "us-east-2"])
      it(`are in a vault in ${region} that is locked, so that nobody can shorten their time`, async () => {
        const vault = await vaultIn(region);
        assert.partialDeepStrictEqual(vault, { Locked: true, MinRetentionDays: 7, MaxRetentionDays: 3650 });
        assert.match(vault.BackupVaultArn ?? "", new RegExp(`:${region}:`));
        assert.match(vault.EncryptionKeyArn ?? "", new RegExp(`^arn:aws:kms:${region}:`));
      });

    it("are made of both databases, kept 35 days, and each copied to the second region", async () => {
      const client = context.client(BackupClient);
      const { BackupPlansList = [] } = await client.send(new ListBackupPlansCommand({}));
      assert.equal(BackupPlansList.length, 1);
      const { BackupPlanId } = must(BackupPlansList[0], "plan");
      const { BackupPlan } = await client.send(new GetBackupPlanCommand({ BackupPlanId }));
      const rules = BackupPlan?.Rules ?? [];
      assert.ok(rules.length > 0);
      const { BackupVaultArn } = await vaultIn("us-east-2");
      for (const { CopyActions, Lifecycle } of rules) {
        assert.equal(Lifecycle?.DeleteAfterDays, 35);
        assert.deepEqual(
          CopyActions?.map((copy) => [copy.DestinationBackupVaultArn, copy.Lifecycle?.DeleteAfterDays]),
          [[BackupVaultArn, 35]],
        );
      }
      const { BackupSelectionsList = [] } = await client.send(new ListBackupSelectionsCommand({ BackupPlanId }));
      const { SelectionId } = must(BackupSelectionsList[0], "selection");
      const { BackupSelection } = await client.send(new GetBackupSelectionCommand({ BackupPlanId, SelectionId }));
      const { database, preProduction } = context.outputs;
      assert.deepEqual(
        BackupSelection?.Resources?.toSorted(),
        [database.identifier, preProduction.database.identifier, "teamflow-prod-releases"]
          .map((identifier) => `arn:aws:rds:us-west-2:${context.account}:db:${identifier}`)
          .sort(),
      );
    });
  });
}
