import assert from "node:assert/strict";
import {
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { DescribeDBInstancesCommand, DescribeDBParametersCommand, RDSClient } from "@aws-sdk/client-rds";
import type { StagingContext } from "./context.ts";
import { keyArn } from "./keys.ts";
import { readNetwork } from "./network-records.ts";

/** The database and the cache, as AWS tells them. */
export function data(context: StagingContext): void {
  /** The names of the subnets of a security group's members. */
  const subnetsOf = async (group: string) => {
    const { groups, subnets } = await readNetwork(context);
    const ids = groups.find(({ name }) => name === group)?.subnetIds ?? [];
    return ids.map((id) => subnets.find((subnet) => subnet.id === id)?.name).sort();
  };

  describe("database", () => {
    const instance = async () => {
      const { DBInstances = [] } = await context.client(RDSClient).send(new DescribeDBInstancesCommand({}));
      assert.equal(DBInstances.length, 1);
      return DBInstances[0];
    };

    it("is a PostgreSQL of a version that is maintained, on storage that grows", async () => {
      assert.partialDeepStrictEqual(await instance(), {
        DBInstanceIdentifier: "teamflow-staging",
        DBInstanceStatus: "available",
        Engine: "postgres",
        EngineVersion: "17",
        AutoMinorVersionUpgrade: true,
        DBInstanceClass: "db.t4g.micro",
        StorageType: "gp3",
        AllocatedStorage: 20,
        MaxAllocatedStorage: 100,
        MultiAZ: false,
        CACertificateIdentifier: "rds-ca-rsa2048-g1",
      });
    });

    it("is encrypted with its own key, and so are its performance data", async () => {
      assert.partialDeepStrictEqual(await instance(), {
        StorageEncrypted: true,
        KmsKeyId: await keyArn(context, "database"),
        PerformanceInsightsEnabled: true,
        PerformanceInsightsKMSKeyId: await keyArn(context, "database"),
        PerformanceInsightsRetentionPeriod: 7,
        DatabaseInsightsMode: "standard",
        MonitoringInterval: 60,
      });
    });

    it("has its master password kept by RDS, under the key of the secrets, and takes IAM logins", async () => {
      assert.partialDeepStrictEqual(await instance(), {
        MasterUsername: "teamflow_owner",
        IAMDatabaseAuthenticationEnabled: true,
        MasterUserSecret: {
          SecretArn: context.outputs.database.owner,
          SecretStatus: "active",
          KmsKeyId: await keyArn(context, "secrets"),
        },
      });
    });

    it("has the source's windows and seven days of backups, and refuses to be deleted", async () => {
      assert.partialDeepStrictEqual(await instance(), {
        PreferredBackupWindow: "03:00-04:00",
        PreferredMaintenanceWindow: "sun:04:00-sun:05:00",
        BackupRetentionPeriod: 7,
        CopyTagsToSnapshot: true,
        DeletionProtection: true,
      });
    });

    it("writes its logs to CloudWatch", async () => {
      assert.deepEqual((await instance())?.EnabledCloudwatchLogsExports?.toSorted(), ["postgresql", "upgrade"]);
    });

    it("is not public, and lives in the isolated subnets behind its own group", async () => {
      const found = await instance();
      assert.equal(found?.PubliclyAccessible, false);
      assert.deepEqual([found?.VpcSecurityGroups?.length, found?.DBSecurityGroups], [1, []]);
      assert.deepEqual(await subnetsOf("database"), ["isolated-a", "isolated-b"]);
    });

    it("refuses connections without TLS, and logs statements without the values in them", async () => {
      const DBParameterGroupName = (await instance())?.DBParameterGroups?.[0]?.DBParameterGroupName;
      const { Parameters = [] } = await context
        .client(RDSClient)
        .send(new DescribeDBParametersCommand({ DBParameterGroupName, Source: "user" }));
      const values = Object.fromEntries(Parameters.map((each) => [each.ParameterName, each.ParameterValue]));
      assert.deepEqual(values, {
        "rds.force_ssl": "1",
        shared_preload_libraries: "pg_stat_statements,pgaudit",
        "pgaudit.log": "ddl,role",
        log_connections: "1",
        log_disconnections: "1",
        log_lock_waits: "1",
        log_min_duration_statement: "1000",
        log_parameter_max_length: "0",
      });
    });
  });

  describe("cache", () => {
    let cache: ElastiCacheClient;
    before(() => {
      cache = context.client(ElastiCacheClient);
    });

    it("is a Valkey, encrypted at rest with its own key and open to TLS alone", async () => {
      const { ReplicationGroups = [] } = await cache.send(new DescribeReplicationGroupsCommand({}));
      assert.equal(ReplicationGroups.length, 1);
      assert.partialDeepStrictEqual(ReplicationGroups[0], {
        ReplicationGroupId: "teamflow-staging",
        Status: "available",
        Engine: "valkey",
        CacheNodeType: "cache.t4g.micro",
        AtRestEncryptionEnabled: true,
        KmsKeyId: await keyArn(context, "cache"),
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: "required",
        AuthTokenEnabled: false,
        UserGroupIds: ["teamflow-staging-users"],
      });
      const { CacheClusters = [] } = await cache.send(new DescribeCacheClustersCommand({}));
      assert.deepEqual(
        CacheClusters.map(({ CacheClusterId, EngineVersion }) => [CacheClusterId, EngineVersion]),
        [["teamflow-staging-001", "8.1"]],
      );
    });

    it("knows one user, who has no password but IAM's tokens and may not administer it", async () => {
      const { UserGroups = [] } = await cache.send(new DescribeUserGroupsCommand({}));
      assert.deepEqual(
        UserGroups.map(({ UserGroupId, UserIds }) => [UserGroupId, UserIds]),
        [["teamflow-staging-users", ["teamflow-staging-app"]]],
      );
      const { Users = [] } = await cache.send(new DescribeUsersCommand({ UserId: "teamflow-staging-app" }));
      assert.partialDeepStrictEqual(Users[0], {
        UserName: "teamflow-staging-app",
        Engine: "valkey",
        Authentication: { Type: "iam" },
        AccessString: "on ~* &* +@all -@admin -@dangerous +info",
      });
    });

    it("lives in the isolated subnets, and never drops a key that was to stay", async () => {
      assert.deepEqual(await subnetsOf("cache"), ["isolated-a", "isolated-b"]);
      const group = { CacheParameterGroupName: "teamflow-staging-valkey8", Source: "user" };
      const { Parameters = [] } = await cache.send(new DescribeCacheParametersCommand(group));
      assert.deepEqual(
        Parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]),
        [["maxmemory-policy", "volatile-lru"]],
      );
    });
  });
}
