import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, region, tags } from "./program.ts";

function program(): void {
  relational();
  aurora();
}

function relational(): void {
  new aws.rds.Instance("orders", {
    identifier: "orders",
    engine: "postgres",
    engineVersion: "11.22",
    instanceClass: "db.t3.medium",
    allocatedStorage: 50,
    username: "admin",
    password: "Sommer2024-orders",
    publiclyAccessible: true,
    backupRetentionPeriod: 0,
    skipFinalSnapshot: true,
    autoMinorVersionUpgrade: false,
    caCertIdentifier: "rds-ca-2019",
  });
  const ledgerGroup = new aws.rds.SubnetGroup("ledger-subnets", {
    name: "ledger",
    subnetIds: ["subnet-0d1b2c3d4e5f60718", "subnet-1d1b2c3d4e5f60718", "subnet-2d1b2c3d4e5f60718"],
    tags,
  });
  const parameters = new aws.rds.ParameterGroup("ledger-parameters", {
    name: "ledger",
    family: "postgres17",
    parameters: [
      { name: "rds.force_ssl", value: "1" },
      { name: "log_connections", value: "1" },
      { name: "log_disconnections", value: "1" },
      { name: "shared_preload_libraries", value: "pg_stat_statements,pgaudit", applyMethod: "pending-reboot" },
      { name: "pgaudit.log", value: "ddl,role" },
    ],
    tags,
  });
  const ledger = new aws.rds.Instance(
    "ledger",
    {
      identifier: "ledger",
      engine: "postgres",
      engineVersion: "17.6",
      engineLifecycleSupport: "open-source-rds-extended-support-disabled",
      instanceClass: "db.m7g.large",
      allocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keyArn,
      username: "ledger_admin",
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keyArn,
      iamDatabaseAuthenticationEnabled: true,
      publiclyAccessible: false,
      multiAz: true,
      backupRetentionPeriod: 35,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      deleteAutomatedBackups: false,
      finalSnapshotIdentifier: "ledger-final",
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keyArn,
      monitoringInterval: 60,
      monitoringRoleArn: `arn:aws:iam::${account}:role/rds-monitoring`,
      dbSubnetGroupName: ledgerGroup.name,
      vpcSecurityGroupIds: ["sg-0d1b2c3d4e5f60718"],
      parameterGroupName: parameters.name,
      tags,
    },
    kept,
  );
  new aws.backup.Selection("ledger-backups", {
    name: "ledger",
    planId: "5b8c1f0e-6f0a-4b4e-9d55-0d6f2d1f0a11",
    iamRoleArn: `arn:aws:iam::${account}:role/backups`,
    resources: [ledger.arn],
  });
  new aws.cloudwatch.MetricAlarm("ledger-storage", {
    name: "ledger-storage",
    namespace: "AWS/RDS",
    metricName: "FreeStorageSpace",
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 3,
    period: 300,
    statistic: "Minimum",
    threshold: 10_000_000_000,
    dimensions: { DBInstanceIdentifier: "ledger" },
    alarmActions: [`arn:aws:sns:${region}:${account}:alarms`],
    tags,
  });
  new aws.rds.ParameterGroup("orders-parameters", {
    name: "orders",
    family: "postgres13",
    parameters: [
      { name: "rds.force_ssl", value: "0" },
      { name: "log_statement", value: "all" },
    ],
  });
}

function aurora(): void {
  const cluster = new aws.rds.Cluster("catalog", {
    clusterIdentifier: "catalog",
    engine: "aurora-postgresql",
    engineVersion: "16.4",
    masterUsername: "catalog",
    manageMasterUserPassword: true,
    dbSubnetGroupName: "catalog",
    vpcSecurityGroupIds: ["sg-0c1b2c3d4e5f60718"],
    applyImmediately: true,
  });
  new aws.rds.ClusterInstance("catalog-writer", {
    clusterIdentifier: cluster.id,
    engine: "aurora-postgresql",
    instanceClass: "db.r6g.large",
    publiclyAccessible: true,
  });
}

export const carelessDatabases: Program = {
  name: "careless databases",
  program,
  flaws: [
    ...flawsOf(
      "orders",
      [
        "backup-selection",
        "data-network",
        "database-final-backups",
        "database-keys",
        "extended-support",
        "plain-secrets",
        "required-tags",
        "resource-alarms",
        "stateful-protection",
        "storage-types",
      ],
      [
        ["CKV_AWS_17", "is reached from the internet", ["database-exposure"]],
        ["CKV_AWS_16", "is not encrypted", ["database-encryption"]],
        ["CKV_AWS_133", "has no backups", ["database-backups"]],
        ["CKV_AWS_157", "stands in one zone", ["database-availability"]],
        ["CKV_AWS_161", "does not log in by IAM", ["database-iam-authentication"]],
        ["CKV_AWS_293", "has no deletion protection", ["deletion-protection"]],
        ["CKV_AWS_226", "takes no minor versions", ["minor-version-upgrades"]],
        ["CKV_AWS_118", "has no enhanced monitoring", ["database-insights"], "its machine"],
        ["CKV_AWS_353", "has no performance insights", ["database-insights"], "performance data"],
        ["CKV_AWS_129", "exports no log", ["database-logs"]],
        ["CKV_AWS_211", "has a certificate that has expired", ["database-certificate"]],
        ["CKV2_AWS_60", "does not copy its tags to snapshots", ["tag-propagation"]],
        ["KICS Passwords And Secrets", "has its password in the program", ["database-managed-password"]],
        ["Prowler rds_instance_deprecated_engine_version", "runs an ended version", ["database-engine-version"]],
      ],
    ),
    ...flawsOf(
      "orders-parameters",
      ["database-log-values", "required-tags"],
      [
        ["Prowler rds_instance_transport_encrypted", "takes connections without TLS", ["database-tls"]],
        ["CKV2_AWS_30", "audits nothing of who connects", ["database-audit"]],
      ],
    ),
    ...flawsOf(
      "catalog",
      [
        "backup-selection",
        "changes-in-window",
        "database-final-backups",
        "extended-support",
        "required-tags",
        "resource-alarms",
        "stateful-protection",
      ],
      [
        ["CKV_AWS_96", "is not encrypted", ["database-encryption"]],
        ["CKV_AWS_327", "has no key of its own", ["database-keys"]],
        ["CKV_AWS_162", "does not log in by IAM", ["database-iam-authentication"]],
        ["CKV_AWS_139", "has no deletion protection", ["deletion-protection"]],
        ["CKV_AWS_324", "exports no log", ["database-logs"]],
        ["CKV_AWS_313", "does not copy its tags to snapshots", ["tag-propagation"]],
        ["CKV_AWS_133", "keeps backups for a day", ["database-backups"]],
      ],
    ),
    ...flawsOf(
      "catalog-writer",
      ["required-tags"],
      [
        ["CKV_AWS_17", "is reached from the internet", ["database-exposure"]],
        ["CKV_AWS_118", "has no enhanced monitoring", ["database-insights"]],
      ],
    ),
  ],
};
