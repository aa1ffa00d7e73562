import type { Cases, Given } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";

type Properties = Readonly<Record<string, unknown>>;

const given =
  (type: string) =>
  (props: Properties, stack = "prod"): Given => ({
    type,
    stack,
    props: { tags: { Environment: stack === "prod" ? "production" : stack }, ...props },
  });
const instance = given("aws:rds/instance:Instance");
const cluster = given("aws:rds/cluster:Cluster");
const cache = given("aws:elasticache/replicationGroup:ReplicationGroup");
const plan = given("aws:backup/plan:Plan");
const bucket = given("aws:s3/bucket:Bucket");
const table = given("aws:dynamodb/table:Table");
const key = given("aws:kms/key:Key");
const preProduction = { tags: { Environment: "preProduction" } };

const arn = "arn:aws:rds:us-west-2:123456789012:db:shop";
const selection = (props: Properties, from: Given["from"] = {}): Given => ({
  type: "aws:backup/selection:Selection",
  name: "selection",
  props,
  from,
});

const vaultArn = (region: string, name: string) => `arn:aws:backup:${region}:123456789012:backup-vault:${name}`;
const vault = (region: string, name: string): Given => ({
  type: "aws:backup/vault:Vault",
  name,
  props: { name, arn: vaultArn(region, name), tags: { Environment: "production" } },
});
const rule = { ruleName: "daily", schedule: "cron(0 5 * * ? *)", targetVaultName: "main" };
const copied = (region: string, name: string, lifecycle = {}) =>
  plan({ rules: [{ ...rule, copyActions: [{ destinationVaultArn: vaultArn(region, name), lifecycle }] }] });
const lock = (props: Properties): Given => ({
  type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  name: "lock",
  props: { backupVaultName: "main", ...props },
});
const versioning = (status: string): Given => ({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  name: "versioning",
  from: { bucket: ["it"] },
  props: { versioningConfiguration: { status } },
});

export const resilienceDataCases: Cases = {
  "database-availability": [
    accepts("a standby", instance({ multiAz: true })),
    accepts("one zone before production", instance({ multiAz: false, ...preProduction })),
    accepts("a replica", instance({ replicateSourceDb: "shop" })),
    refuses("the default, which is one zone", instance({}), "stands in one zone."),
    refuses("one zone", instance({ multiAz: false }), "stands in one zone."),
  ],
  "database-backups": [
    accepts("two weeks in production", instance({ backupRetentionPeriod: 14 })),
    accepts("one week before", instance({ backupRetentionPeriod: "7" }, "staging")),
    accepts("none in a feature environment", instance({}, "pr-7")),
    accepts("none of a replica", instance({ replicateSourceDb: "shop" })),
    refuses("an instance's default, which is none", instance({}), "keeps its backups for 0 days, not for 14."),
    refuses("a cluster's default", cluster({}, "staging"), "keeps its backups for 1 days, not for 7."),
    refuses(
      "one week in production",
      cluster({ backupRetentionPeriod: 7 }),
      "keeps its backups for 7 days, not for 14.",
    ),
  ],
  "database-final-backups": [
    accepts("a last snapshot", instance({ finalSnapshotIdentifier: "shop-final", deleteAutomatedBackups: false })),
    accepts("an engine that has no such backups", {
      ...cluster({ finalSnapshotIdentifier: "shop-final" }),
      type: "aws:docdb/cluster:Cluster",
    }),
    accepts("none in staging", instance({ skipFinalSnapshot: true }, "staging")),
    refuses("the defaults", instance({}), ["names no last snapshot.", "takes its backups with it when it is deleted."]),
    refuses(
      "no snapshot",
      instance({ skipFinalSnapshot: true, finalSnapshotIdentifier: "x", deleteAutomatedBackups: false }),
      "leaves no snapshot when it is deleted.",
    ),
    refuses(
      "backups that go with it in pre-production",
      instance({ finalSnapshotIdentifier: "x", deleteAutomatedBackups: true, ...preProduction }),
      "takes its backups with it when it is deleted.",
    ),
  ],
  "cache-availability": [
    accepts("replicas", cache({ automaticFailoverEnabled: true, multiAzEnabled: true, numCacheClusters: 2 })),
    accepts("shards", cache({ automaticFailoverEnabled: true, multiAzEnabled: true, replicasPerNodeGroup: 1 })),
    accepts("one node before production", cache(preProduction)),
    refuses("the defaults", cache({}), ["does not fail over by itself.", "stands in one zone.", "has no replica."]),
    refuses(
      "one zone",
      cache({ automaticFailoverEnabled: true, multiAzEnabled: false, numCacheClusters: 3 }),
      "stands in one zone.",
    ),
  ],
  "cache-backups": [
    accepts("a week", cache({ snapshotRetentionLimit: 7, finalSnapshotIdentifier: "last" })),
    accepts("none in staging", cache({}, "staging")),
    refuses("the defaults", cache({}), [
      "keeps its snapshots for 0 days, not for 7.",
      "leaves no snapshot when it is deleted.",
    ]),
    refuses(
      "a day",
      cache({ snapshotRetentionLimit: 1, finalSnapshotIdentifier: "last" }),
      "keeps its snapshots for 1 days, not for 7.",
    ),
  ],
  "changes-in-window": [
    accepts("the default", instance({})),
    accepts("at once in staging", instance({ applyImmediately: true }, "staging")),
    refuses("at once", cache({ applyImmediately: true }), "is changed at once, whatever the hour."),
  ],
  "backup-selection": [
    accepts("a reference", instance({}), [selection({}, { resources: ["it"] })]),
    accepts("an ARN", instance({ arn }), [selection({ resources: [arn] })]),
    accepts("a pattern", instance({ arn }), [selection({ resources: ["arn:aws:rds:*:*:db:*"] })]),
    accepts("everything", instance({ arn }), [selection({ resources: ["*"] })]),
    accepts("a tag", instance({ arn, tags: { Environment: "production", Backup: "yes" } }), [
      selection({ selectionTags: [{ type: "STRINGEQUALS", key: "Backup", value: "yes" }] }),
    ]),
    accepts("none in staging", instance({ arn }, "staging")),
    refuses("none", instance({ arn }), "is in no plan of AWS Backup."),
    refuses("others", instance({ arn }), "is in no plan of AWS Backup.", [
      selection({ resources: ["arn:aws:rds:*:*:db:other"], selectionTags: [{ key: "Backup", value: "yes" }] }),
    ]),
    refuses("an exception", instance({ arn }), "is in no plan of AWS Backup.", [
      selection({ resources: ["*"], notResources: [arn] }),
    ]),
  ],
  "backup-retention": [
    accepts("five weeks", plan({ rules: [{ ...rule, lifecycle: { deleteAfter: 35 } }] })),
    accepts("for ever", plan({ rules: [rule] })),
    accepts(
      "a week before production",
      plan({ rules: [{ ...rule, lifecycle: { deleteAfter: 7 } }], ...preProduction }),
    ),
    refuses("no schedule", plan({ rules: [{ ruleName: "never" }] }), 'never runs its rule "never".'),
    refuses(
      "a week",
      plan({ rules: [{ ...rule, lifecycle: { deleteAfter: 7 } }] }),
      'keeps what its rule "daily" makes for 7 days, not for 35.',
    ),
    refuses(
      "a week for copies",
      copied("us-east-2", "copy", { deleteAfter: 7 }),
      'keeps what its rule "daily" makes for 7 days, not for 35.',
    ),
  ],
  "backup-copies": [
    accepts("another region", copied("us-east-2", "copy"), [vault("us-west-2", "main"), vault("us-east-2", "copy")]),
    accepts("a vault of another stack", copied("us-east-2", "copy"), [vault("us-west-2", "main")]),
    refuses("none", plan({ rules: [rule] }), 'copies nothing of its rule "daily".'),
    refuses("the same region", copied("us-west-2", "copy"), 'copies its rule "daily" within its own region.', [
      vault("us-west-2", "main"),
      vault("us-west-2", "copy"),
    ]),
  ],
  "backup-vault-lock": [
    accepts("a lock", vault("us-west-2", "main"), [lock({ minRetentionDays: 7, changeableForDays: 3 })]),
    refuses("none", vault("us-west-2", "main"), "has no lock."),
    refuses("another vault's", vault("us-west-2", "copy"), "has no lock.", [lock({ minRetentionDays: 7 })]),
    refuses(
      "one that can be lifted",
      vault("us-west-2", "main"),
      ["lets backups be deleted after 1 days, before 7.", "has a lock that administrators can lift."],
      [lock({ minRetentionDays: 1 })],
    ),
  ],
  "bucket-versioning": [
    accepts("versions", bucket({}), [versioning("Enabled")]),
    accepts("versions of the bucket itself", bucket({ versioning: { enabled: true } })),
    accepts("none in a feature environment", bucket({}, "pr-7")),
    refuses("the default, which is none", bucket({}), "keeps no versions of its objects."),
    refuses("versions that are suspended", bucket({}), "keeps no versions of its objects.", [versioning("Suspended")]),
  ],
  "table-recovery": [
    accepts("a table that can be restored", table({ pointInTimeRecovery: { enabled: true } })),
    refuses("the default", table({}), "cannot be restored to a point in time."),
    refuses("no", table({ pointInTimeRecovery: { enabled: false } }), "cannot be restored to a point in time."),
  ],
  "key-deletion-window": [
    accepts("KMS's default", key({})),
    accepts("a short one in a feature environment", key({ deletionWindowInDays: 7 }, "pr-7")),
    refuses("the shortest", key({ deletionWindowInDays: 7 }), "is gone 7 days after a deletion, before 14."),
  ],
  "deletion-protection": [
    accepts("a protected database", instance({ deletionProtection: true })),
    accepts("a protected user pool", given("aws:cognito/userPool:UserPool")({ deletionProtection: "ACTIVE" })),
    accepts("a feature environment's", instance({}, "pr-7")),
    refuses("the default", instance({}, "staging"), "can be deleted at once."),
    refuses("a table", table({ deletionProtectionEnabled: false }), "can be deleted at once."),
    refuses(
      "a load balancer",
      given("aws:lb/loadBalancer:LoadBalancer")({ enableDeletionProtection: false }),
      "can be deleted at once.",
    ),
  ],
  "forced-deletion": [
    accepts("the default", bucket({})),
    accepts("a feature environment's", bucket({ forceDestroy: true }, "pr-7")),
    refuses("a bucket", bucket({ forceDestroy: true }, "staging"), "is deleted with its contents (forceDestroy)."),
    refuses(
      "a repository",
      given("aws:ecr/repository:Repository")({ forceDelete: true }),
      "is deleted with its contents (forceDelete).",
    ),
  ],
};
