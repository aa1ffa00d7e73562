import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags } from "./program.ts";

const group = `arn:aws:logs:${region}:${account}:log-group:caches`;

function program(): void {
  caches();
  others();
}

function caches(): void {
  new aws.elasticache.ReplicationGroup("sessions", {
    replicationGroupId: "sessions",
    description: "Sessions",
    engine: "redis",
    nodeType: "cache.t3.small",
  });
  new aws.elasticache.Cluster("fragments", {
    clusterId: "fragments",
    engine: "memcached",
    nodeType: "cache.t4g.small",
    numCacheNodes: 1,
  });
  new aws.elasticache.User("guest", {
    userId: "guest",
    userName: "guest",
    engine: "valkey",
    accessString: "on ~* +@all",
    noPasswordRequired: true,
  });
  new aws.elasticache.User("shop-user", {
    userId: "shop",
    userName: "shop",
    engine: "valkey",
    accessString: "on ~shop:* +@all -@admin -@dangerous",
    authenticationMode: { type: "iam" },
    tags,
  });
  new aws.elasticache.ReplicationGroup(
    "baskets",
    {
      replicationGroupId: "baskets",
      description: "Baskets",
      engine: "valkey",
      nodeType: "cache.t4g.medium",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: keyArn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      userGroupIds: ["shop"],
      snapshotRetentionLimit: 14,
      finalSnapshotIdentifier: "baskets-final",
      subnetGroupName: "caches",
      securityGroupIds: ["sg-0e1b2c3d4e5f60718"],
      logDeliveryConfigurations: [
        { logType: "engine-log", logFormat: "json", destinationType: "cloudwatch-logs", destination: group },
        { logType: "slow-log", logFormat: "json", destinationType: "cloudwatch-logs", destination: group },
      ],
      tags,
    },
    kept,
  );
  new aws.cloudwatch.MetricAlarm("baskets-memory", {
    name: "baskets-memory",
    namespace: "AWS/ElastiCache",
    metricName: "DatabaseMemoryUsagePercentage",
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 3,
    period: 60,
    statistic: "Maximum",
    threshold: 80,
    dimensions: { CacheClusterId: "baskets-001" },
    alarmActions: [`arn:aws:sns:${region}:${account}:alarms`],
    tags,
  });
}

function others(): void {
  new aws.opensearch.Domain("search", {
    domainName: "search",
    engineVersion: "OpenSearch_2.19",
    accessPolicies: policyOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: "es:*", Resource: "*" }),
  });
  new aws.docdb.Cluster("reviews", {
    clusterIdentifier: "reviews",
    masterUsername: "reviews",
    masterPassword: "changeme-reviews",
    skipFinalSnapshot: true,
  });
  new aws.neptune.Cluster("graph", { clusterIdentifier: "graph", skipFinalSnapshot: true });
  new aws.redshift.Cluster("warehouse", {
    clusterIdentifier: "warehouse",
    nodeType: "ra3.xlplus",
    masterUsername: "warehouse",
    manageMasterPassword: true,
    encrypted: "false",
    publiclyAccessible: true,
  });
  new aws.dms.ReplicationInstance("mover", {
    replicationInstanceId: "mover",
    replicationInstanceClass: "dms.t3.medium",
    publiclyAccessible: true,
  });
  new aws.memorydb.Cluster("leaderboard", {
    name: "leaderboard",
    aclName: "open-access",
    nodeType: "db.t4g.small",
    tlsEnabled: false,
  });
}

export const carelessStores: Program = {
  name: "careless stores",
  program,
  flaws: [
    ...flawsOf(
      "sessions",
      ["cache-availability", "cache-logs", "data-network", "required-tags", "resource-alarms", "stateful-protection"],
      [
        ["CKV_AWS_29", "is not encrypted at rest", ["cache-encryption"]],
        ["CKV_AWS_30", "speaks without TLS", ["cache-tls"]],
        ["CKV_AWS_31", "asks for no password", ["cache-authentication"]],
        ["CKV_AWS_191", "has no key of its own", ["store-keys"]],
        ["CKV2_AWS_50", "does not fail over", ["cache-availability"]],
        ["Security Hub ElastiCache.1", "has no backups", ["cache-backups"]],
      ],
    ),
    ...flawsOf(
      "fragments",
      ["cache-tls", "stateful-protection"],
      [["KICS ElastiCache Without VPC", "stands in the default network", ["data-network"]]],
    ),
    ...flawsOf(
      "guest",
      ["cache-user-permissions", "required-tags"],
      [
        [
          "Prowler elasticache_redis_replication_group_auth_enabled",
          "logs in without a password",
          ["cache-authentication"],
        ],
      ],
    ),
    ...flawsOf(
      "search",
      ["required-tags", "stateful-protection"],
      [
        ["CKV_AWS_5", "is not encrypted at rest", ["search-encryption"], "keeps its data"],
        ["CKV_AWS_6", "does not encrypt between nodes", ["search-encryption"], "nodes"],
        ["CKV_AWS_83", "takes requests without TLS", ["search-encryption"], "clients"],
        ["CKV_AWS_137", "stands outside the network", ["database-exposure"]],
        [
          "KICS Elasticsearch Domain With Vulnerable Policy",
          "is opened to everybody by its policy",
          ["public-policies"],
        ],
        ["CKV_AWS_317", "has no audit log", []],
      ],
    ),
    ...flawsOf(
      "reviews",
      [
        "backup-selection",
        "data-network",
        "database-final-backups",
        "database-keys",
        "deletion-protection",
        "plain-secrets",
        "required-tags",
        "stateful-protection",
      ],
      [
        ["CKV_AWS_74", "is not encrypted", ["database-encryption"]],
        ["CKV_AWS_85", "exports no log", ["database-logs"]],
        ["KICS Passwords And Secrets", "has its password in the program", ["database-managed-password"]],
      ],
    ),
    ...flawsOf(
      "graph",
      [
        "backup-selection",
        "data-network",
        "database-final-backups",
        "database-keys",
        "deletion-protection",
        "required-tags",
        "stateful-protection",
        "tag-propagation",
      ],
      [
        ["CKV_AWS_44", "is not encrypted", ["database-encryption"]],
        ["CKV_AWS_101", "exports no log", ["database-logs"]],
      ],
    ),
    ...flawsOf(
      "warehouse",
      ["database-keys"],
      [
        ["CKV_AWS_64", "is not encrypted", ["database-encryption"]],
        ["CKV_AWS_87", "is reached from the internet", ["database-exposure"]],
      ],
    ),
    ...flawsOf("mover", [], [["CKV_AWS_89", "is reached from the internet", ["database-exposure"]]]),
    ...flawsOf(
      "leaderboard",
      [],
      [
        ["CKV_AWS_202", "speaks without TLS", ["cache-tls"]],
        ["CKV_AWS_201", "has no key of its own", ["store-keys"]],
      ],
    ),
  ],
};
