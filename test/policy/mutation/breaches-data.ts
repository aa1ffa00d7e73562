import { type Breach, inProduction, inStatement, off, remove, replace, set } from "./breach.ts";

const anybody = (property: string): readonly Breach[] => [
  inStatement(property, "Principal *, unconditionally", ({ Condition: _, ...statement }) =>
    statement.Principal === undefined ? undefined : { ...statement, Principal: "*" },
  ),
];

/** What holds data, and the keys that it is encrypted with. */
export const dataBreaches: Readonly<Record<string, readonly Breach[]>> = {
  "aws:rds/instance:Instance": [
    ...off("storageEncrypted"),
    remove("kmsKeyId"),
    set("publiclyAccessible", true),
    inProduction(replace("multiAz", false)),
    replace("backupRetentionPeriod", 0),
    replace("backupRetentionPeriod", 1),
    remove("backupRetentionPeriod"),
    ...off("deletionProtection"),
    inProduction(replace("skipFinalSnapshot", true)),
    ...off("iamDatabaseAuthenticationEnabled"),
    remove("manageMasterUserPassword"),
    set("password", "planted-by-the-test"),
    ...off("copyTagsToSnapshot"),
    inProduction(replace("deleteAutomatedBackups", true)),
    replace("autoMinorVersionUpgrade", false),
    replace("enabledCloudwatchLogsExports", []),
    remove("enabledCloudwatchLogsExports"),
    replace("monitoringInterval", 0),
    replace("performanceInsightsEnabled", false),
    replace("caCertIdentifier", "rds-ca-2019"),
    replace("engineVersion", "11.22"),
    replace("engineLifecycleSupport", "open-source-rds-extended-support"),
    replace("allowMajorVersionUpgrade", true),
    remove("dbSubnetGroupName"),
    set("instanceClass", "db.m4.large"),
  ],
  "aws:rds/parameterGroup:ParameterGroup": [
    replace("parameters", [{ name: "rds.force_ssl", value: "0", applyMethod: "immediate" }]),
    replace("parameters", []),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    // Left out it is on, with Valkey.
    replace("atRestEncryptionEnabled", false),
    ...off("transitEncryptionEnabled"),
    replace("transitEncryptionMode", "preferred"),
    remove("kmsKeyId"),
    remove("userGroupIds"),
    inProduction(replace("automaticFailoverEnabled", false)),
    inProduction(replace("multiAzEnabled", false)),
    inProduction(replace("snapshotRetentionLimit", 0)),
    replace("autoMinorVersionUpgrade", false),
    remove("logDeliveryConfigurations"),
    remove("subnetGroupName"),
    replace("nodeType", "cache.m3.large"),
  ],
  "aws:elasticache/user:User": [
    replace("accessString", "on ~* +@all"),
    replace("authenticationMode", { type: "no-password-required" }),
    replace("authenticationMode", { type: "password", passwords: ["planted-by-the-test-1"] }),
  ],
  "aws:kms/key:Key": [
    ...off("enableKeyRotation"),
    replace("rotationPeriodInDays", 2000),
    replace("deletionWindowInDays", 7),
    ...anybody("policy"),
    set("bypassPolicyLockoutSafetyCheck", true),
  ],
  "aws:secretsmanager/secret:Secret": [
    remove("kmsKeyId"),
    replace("recoveryWindowInDays", 0),
    set("policy", JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] })),
  ],
  "aws:ecr/repository:Repository": [
    replace("imageTagMutability", "MUTABLE"),
    remove("imageTagMutability"),
    replace("imageScanningConfiguration.scanOnPush", false),
    remove("imageScanningConfiguration"),
    remove("encryptionConfigurations"),
    replace("forceDelete", true),
  ],
  "aws:backup/vault:Vault": [remove("kmsKeyArn"), set("forceDestroy", true)],
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": [
    remove("minRetentionDays"),
    replace("minRetentionDays", 1),
  ],
  "aws:backup/plan:Plan": [
    replace("rules[*].lifecycle.deleteAfter", 1),
    remove("rules[*].copyActions"),
    remove("rules[*].schedule"),
  ],
  "aws:sns/topic:Topic": [remove("kmsMasterKeyId"), replace("signatureVersion", 1)],
  "aws:sns/topicPolicy:TopicPolicy": anybody("policy"),
  "aws:cloudwatch/logGroup:LogGroup": [
    remove("kmsKeyId"),
    remove("retentionInDays"),
    replace("retentionInDays", 1),
    replace("retentionInDays", 0),
  ],
  "aws:route53/zone:Zone": [replace("forceDestroy", true)],
  "pulumi-nodejs:dynamic/slipway:Migrations": [set("database", "postgres://somebody:planted@db/teamflow")],
  "pulumi-nodejs:dynamic/slipway:Flags": [
    set("database", { kind: "secret", arn: "arn:aws:x", host: "db", port: 5432, password: "planted" }),
  ],
};
