import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags, tlsOnly } from "./program.ts";

/** What a bucket lacks of which only the name was given. */
const bareBucket = [
  "bucket-keys",
  "bucket-logs",
  "bucket-versioning",
  "requests-over-tls",
  "required-tags",
  "stateful-protection",
];

function program(): void {
  new aws.s3.Bucket("avatars", {
    bucket: "shop-avatars",
    acl: "public-read",
    corsRules: [{ allowedOrigins: ["*"], allowedMethods: ["GET", "PUT", "DELETE"], allowedHeaders: ["*"] }],
  });

  const exports = new aws.s3.Bucket("exports", { bucket: "shop-exports", forceDestroy: true });
  new aws.s3.BucketPolicy("exports-readers", {
    bucket: exports.id,
    policy: policyOf({
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::shop-exports/*",
    }),
  });

  invoices();
  new aws.s3.BucketPublicAccessBlock("thumbnails-access", {
    bucket: "shop-thumbnails",
    blockPublicAcls: true,
    ignorePublicAcls: true,
  });
  new aws.s3.BucketAcl("dumps-readers", { bucket: "shop-dumps", acl: "authenticated-read" });

  files();
  tables();
  backups();
  copies();
}

/** A sound bucket, of which somebody opened the block of public access. */
function invoices(): void {
  const bucket = new aws.s3.Bucket("invoices", { bucket: "shop-invoices", tags }, kept);
  new aws.s3.BucketVersioning("invoices-versions", {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration("invoices-encryption", {
    bucket: bucket.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn } }],
  });
  new aws.s3.BucketLogging("invoices-log", {
    bucket: bucket.id,
    targetBucket: "shop-access-logs",
    targetPrefix: "invoices/",
  });
  new aws.s3.BucketPolicy("invoices-policy", {
    bucket: bucket.id,
    policy: policyOf(tlsOnly("arn:aws:s3:::shop-invoices", "s3:*")),
  });
  new aws.s3.BucketPublicAccessBlock("invoices-access", {
    bucket: bucket.id,
    blockPublicAcls: false,
    blockPublicPolicy: false,
    ignorePublicAcls: false,
    restrictPublicBuckets: false,
  });
  new aws.s3.BucketPublicAccessBlock("contracts-access", {
    bucket: "shop-contracts",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketPolicy("contracts-policy", {
    bucket: "shop-contracts",
    policy: policyOf(
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:role/contracts` },
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: "arn:aws:s3:::shop-contracts/*",
      },
      tlsOnly("arn:aws:s3:::shop-contracts", "s3:*"),
    ),
  });
}

function files(): void {
  new aws.ebs.Volume("scratch", { availabilityZone: `${region}a`, size: 200 });
  new aws.ebs.Volume(
    "ledger",
    { availabilityZone: `${region}a`, size: 50, type: "gp3", encrypted: true, kmsKeyId: keyArn, tags },
    kept,
  );
  new aws.efs.FileSystem("uploads", { creationToken: "uploads" });
  const documents = new aws.efs.FileSystem(
    "documents",
    { creationToken: "documents", encrypted: true, kmsKeyId: keyArn, tags },
    kept,
  );
  new aws.backup.Selection("documents-backups", {
    name: "documents",
    planId: "5b8c1f0e-6f0a-4b4e-9d55-0d6f2d1f0a11",
    iamRoleArn: `arn:aws:iam::${account}:role/backups`,
    resources: [documents.arn],
  });
  new aws.efs.FileSystemPolicy("documents-policy", {
    fileSystemId: documents.id,
    policy: policyOf({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:role/documents` },
      Action: "elasticfilesystem:ClientMount",
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    }),
  });
  new aws.efs.FileSystemPolicy("uploads-policy", {
    fileSystemId: "fs-0123456789abcdef0",
    policy: policyOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: "*", Resource: "*" }),
  });
}

function tables(): void {
  new aws.dynamodb.Table("carts", {
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    billingMode: "PAY_PER_REQUEST",
  });
  const profiles = new aws.dynamodb.Table(
    "profiles",
    {
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      billingMode: "PAY_PER_REQUEST",
      deletionProtectionEnabled: true,
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
      tags,
    },
    kept,
  );
  new aws.backup.Selection("profiles-backups", {
    name: "profiles",
    planId: "5b8c1f0e-6f0a-4b4e-9d55-0d6f2d1f0a11",
    iamRoleArn: `arn:aws:iam::${account}:role/backups`,
    resources: [profiles.arn],
  });
}

function backups(): void {
  const vault = new aws.backup.Vault("nightly", { name: "nightly" });
  new aws.backup.Plan("nightly-plan", {
    name: "nightly",
    rules: [
      {
        ruleName: "nightly",
        targetVaultName: vault.name,
        schedule: "cron(0 5 * * ? *)",
        lifecycle: { deleteAfter: 7 },
      },
    ],
  });
  const archive = new aws.backup.Vault("archive", { name: "archive", kmsKeyArn: keyArn, tags }, kept);
  new aws.backup.VaultLockConfiguration("archive-lock", {
    backupVaultName: archive.name,
    changeableForDays: 3,
    minRetentionDays: 35,
  });
}

function copies(): void {
  new aws.rds.Snapshot("release-copy", {
    dbInstanceIdentifier: "orders",
    dbSnapshotIdentifier: "orders-release",
    sharedAccounts: ["all"],
  });
  new aws.rds.Snapshot("audit-copy", {
    dbInstanceIdentifier: "orders",
    dbSnapshotIdentifier: "orders-audit",
    sharedAccounts: ["210987654321"],
    tags,
  });
  new aws.ec2.AmiLaunchPermission("golden-image", { imageId: "ami-0123456789abcdef0", group: "all" });
  new aws.ec2.AmiLaunchPermission("partner-image", { imageId: "ami-0123456789abcdef0", accountId: "210987654321" });
}

export const publicStorage: Program = {
  name: "public storage",
  program,
  flaws: [
    ...flawsOf("avatars", bareBucket, [
      ["CKV_AWS_20", "is readable for the world by its ACL", ["public-buckets"]],
      ["CKV_AWS_21", "keeps no versions", ["bucket-versioning"]],
      ["CKV_AWS_18", "has no access log", ["bucket-logs"]],
      ["CKV_AWS_145", "is not encrypted with KMS", ["bucket-keys"]],
      ["KICS S3 Bucket with Unsecured CORS Rule", "lets scripts of every origin write", []],
    ]),
    ...flawsOf(
      "exports",
      [...bareBucket, "forced-deletion"],
      [["CKV_AWS_379", "takes requests without TLS", ["requests-over-tls"]]],
    ),
    ...flawsOf("exports-readers", [], [["CKV_AWS_70", "lets any principal read", ["public-policies"]]]),
    ...flawsOf(
      "invoices-access",
      [],
      [
        ["CKV_AWS_53", "does not block public ACLs", ["public-buckets"], "blockPublicAcls"],
        ["CKV_AWS_55", "does not ignore public ACLs", ["public-buckets"], "ignorePublicAcls"],
      ],
    ),
    ...flawsOf(
      "thumbnails-access",
      [],
      [
        ["CKV_AWS_54", "does not block public policies", ["public-buckets"], "blockPublicPolicy"],
        ["CKV_AWS_56", "does not restrict public buckets", ["public-buckets"], "restrictPublicBuckets"],
      ],
    ),
    ...flawsOf(
      "dumps-readers",
      [],
      [["KICS S3 Bucket ACL Allows Read to Any Authenticated User", "opens to every account", ["public-buckets"]]],
    ),
    ...flawsOf(
      "scratch",
      ["required-tags", "stateful-protection", "storage-types"],
      [["CKV_AWS_3", "is not encrypted", ["volume-encryption"]]],
    ),
    ...flawsOf(
      "uploads",
      ["required-tags", "stateful-protection"],
      [
        ["CKV_AWS_42", "is not encrypted", ["volume-encryption"]],
        ["CKV_AWS_184", "has no key of its own", ["store-keys"]],
        ["CKV2_AWS_18", "is in no backup plan", ["backup-selection"]],
      ],
    ),
    ...flawsOf(
      "uploads-policy",
      [],
      [["KICS EFS With Vulnerable Policy", "lets everybody mount and write", ["public-policies"]]],
    ),
    ...flawsOf(
      "carts",
      ["required-tags", "stateful-protection"],
      [
        ["CKV_AWS_28", "cannot be restored to a point in time", ["table-recovery"]],
        ["CKV_AWS_119", "has no key of its own", ["store-keys"]],
        ["Security Hub DynamoDB.4", "is in no backup plan", ["backup-selection"]],
        ["Security Hub DynamoDB.6", "has no deletion protection", ["deletion-protection"]],
      ],
    ),
    ...flawsOf(
      "nightly",
      ["required-tags", "stateful-protection"],
      [
        ["CKV_AWS_166", "has no key of its own", ["store-keys"]],
        ["AWS Config backup-recovery-point-manual-deletion-disabled", "has no lock", ["backup-vault-lock"]],
      ],
    ),
    ...flawsOf(
      "nightly-plan",
      ["backup-copies", "required-tags"],
      [
        [
          "AWS Config backup-plan-min-frequency-and-min-retention-check",
          "keeps backups for a week",
          ["backup-retention"],
        ],
      ],
    ),
    ...flawsOf("release-copy", [], [["CKV_AWS_302", "is shared with every account", ["public-snapshots"]]]),
    ...flawsOf("golden-image", [], [["Prowler ec2_ami_public", "is launched by anybody", ["public-snapshots"]]]),
  ],
};
