import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const key = "arn:aws:kms:us-west-2:123456789012:key/own";
const managed = "arn:aws:kms:us-west-2:123456789012:alias/aws/rds";
const instance = on("aws:rds/instance:Instance");
const cluster = on("aws:rds/cluster:Cluster");
const redshift = on("aws:redshift/cluster:Cluster");
const cache = on("aws:elasticache/replicationGroup:ReplicationGroup");
const machine = on("aws:ec2/instance:Instance");
const template = on("aws:ec2/launchTemplate:LaunchTemplate");
const storageClass = on("kubernetes:storage.k8s.io/v1:StorageClass");
const repository = on("aws:ecr/repository:Repository");
const vault = on("aws:backup/vault:Vault");
const parameter = on("aws:ssm/parameter:Parameter");
const secret = on("aws:secretsmanager/secret:Secret");
const logGroup = on("aws:cloudwatch/logGroup:LogGroup");
const ecs = on("aws:ecs/cluster:Cluster");
const eks = on("aws:eks/cluster:Cluster");
const topic = on("aws:sns/topic:Topic");
const queue = on("aws:sqs/queue:Queue");
const stream = on("aws:kinesis/stream:Stream");
const bucket = on("aws:s3/bucket:Bucket");
const domain = on("aws:opensearch/domain:Domain");
const kmsKey = on("aws:kms/key:Key");
const unencrypted = ["keeps its data unencrypted."];
const withKeyOfAws = (what: string) => [`encrypts ${what} with a key that is not its own.`];

/** A resource that says how a bucket encrypts. */
const encryptsBy = (sseAlgorithm: string) => ({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  name: "encryption",
  from: { bucket: ["it"] },
  props: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] },
});

const root = { AWS: "arn:aws:iam::123456789012:root" };
const statement = (Action: readonly string[], Condition?: unknown) => ({
  Effect: "Allow",
  Principal: root,
  Action,
  Resource: "*",
  ...(Condition !== undefined && { Condition }),
});
const policy = (...Statement: readonly unknown[]) => JSON.stringify({ Version: "2012-10-17", Statement });

const build = on("aws:codebuild/project:Project");
export const encryptionAtRestCases: Cases = {
  "database-encryption": [
    instance.accepts("an encrypted one", { storageEncrypted: true }),
    instance.accepts("a replica, which is as its source", { replicateSourceDb: "main" }),
    cluster.accepts("Aurora Serverless, which always is", { engineMode: "serverless" }),
    redshift.accepts("Redshift, which is by default", { nodeType: "ra3.large" }),
    instance.refuses("one that says nothing", { engine: "postgres" }, unencrypted),
    cluster.refuses("one that says no", { engineMode: "serverless", storageEncrypted: false }, unencrypted),
    redshift.refuses("Redshift that says no", { encrypted: "false" }, unencrypted),
  ],
  "database-keys": [
    instance.accepts("own keys", {
      kmsKeyId: key,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: key,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: key,
    }),
    instance.accepts("a replica, which has its source's", { replicateSourceDb: "main" }),
    instance.refuses(
      "keys of AWS",
      { kmsKeyId: managed, manageMasterUserPassword: true, performanceInsightsEnabled: true },
      [...withKeyOfAws("its data"), ...withKeyOfAws("its performance data"), ...withKeyOfAws("its master password")],
    ),
    redshift.refuses("a cluster without one", { manageMasterPassword: true, masterPasswordSecretKmsKeyId: key }, [
      ...withKeyOfAws("its data"),
    ]),
  ],
  "cache-encryption": [
    cache.accepts("an encrypted one", { atRestEncryptionEnabled: true }),
    cache.accepts("Valkey, which is by default", { engine: "valkey" }),
    cache.refuses("Redis that says nothing", { engine: "redis" }, unencrypted),
    cache.refuses("one that says no", { engine: "valkey", atRestEncryptionEnabled: false }, unencrypted),
    on("aws:dax/cluster:Cluster").refuses("DAX that says nothing", { nodeType: "dax.t3.small" }, unencrypted),
  ],
  "volume-encryption": [
    on("aws:ebs/volume:Volume").accepts("an encrypted one", { encrypted: true }),
    on("aws:ebs/volume:Volume").refuses("one that says nothing", { size: 8 }, ["is not encrypted."]),
    on("aws:efs/fileSystem:FileSystem").refuses("one that says no", { encrypted: false }, ["is not encrypted."]),
    machine.accepts("a machine with encrypted ones", { rootBlockDevice: { encrypted: true } }),
    machine.refuses("a machine that says nothing", { ami: "ami-1" }, ["has a volume that is not encrypted."]),
    template.accepts("a template with encrypted ones", { blockDeviceMappings: [{ ebs: { encrypted: "true" } }] }),
    template.refuses("a template that says nothing", { blockDeviceMappings: [{ ebs: { volumeSize: 8 } }] }, [
      "makes a volume that is not encrypted.",
    ]),
    storageClass.accepts("a class of encrypted ones", {
      provisioner: "ebs.csi.eks.amazonaws.com",
      parameters: { encrypted: "true" },
    }),
    storageClass.accepts("a class of another kind", { provisioner: "rancher.io/local-path" }),
    storageClass.refuses("a class that says nothing", { provisioner: "ebs.csi.aws.com" }, [
      "makes volumes that are not encrypted.",
    ]),
  ],
  "store-keys": [
    cache.accepts("a cache with its own", { kmsKeyId: key }),
    vault.accepts("a vault with its own", { kmsKeyArn: key }),
    repository.accepts("a repository with its own", {
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key }],
    }),
    cache.refuses("a cache without", { engine: "valkey" }, withKeyOfAws("its data")),
    vault.refuses("a vault with the one of AWS", { kmsKeyArn: managed }, withKeyOfAws("its data")),
    repository.refuses("a repository without", { name: "app" }, withKeyOfAws("its data")),
    repository.refuses(
      "a repository that names a key and does not use it",
      { encryptionConfigurations: [{ encryptionType: "AES256", kmsKey: key }] },
      withKeyOfAws("its data"),
    ),
  ],
  "secret-keys": [
    secret.accepts("an own one", { kmsKeyId: key }),
    parameter.accepts("a parameter that is no secret", { type: "String" }),
    parameter.accepts("a parameter with an own one", { type: "SecureString", keyId: key }),
    secret.refuses("one without", { name: "app" }, withKeyOfAws("its value")),
    secret.refuses("the one of AWS", { kmsKeyId: "alias/aws/secretsmanager" }, withKeyOfAws("its value")),
    parameter.refuses("a parameter without", { type: "SecureString" }, withKeyOfAws("its value")),
  ],
  "log-keys": [
    logGroup.accepts("an own one", { kmsKeyId: key }),
    ecs.accepts("sessions with an own one", { configuration: { executeCommandConfiguration: { kmsKeyId: key } } }),
    logGroup.refuses("one without", { name: "app" }, withKeyOfAws("its records")),
    ecs.refuses("sessions without", { name: "app" }, withKeyOfAws("sessions in its containers")),
  ],
  "cluster-secrets": [
    eks.accepts("an own key", { encryptionConfig: { provider: { keyArn: key }, resources: ["secrets"] } }),
    eks.refuses("none", { name: "main" }, withKeyOfAws("Secrets")),
    eks.refuses(
      "one for nothing",
      { encryptionConfig: { provider: { keyArn: key }, resources: [] } },
      withKeyOfAws("Secrets"),
    ),
  ],
  "message-encryption": [
    topic.accepts("an encrypted topic", { kmsMasterKeyId: key }),
    queue.accepts("a queue, which is by default", { name: "jobs" }),
    queue.accepts("a queue with a key", { sqsManagedSseEnabled: false, kmsMasterKeyId: key }),
    topic.refuses("a topic that says nothing", { name: "alarms" }, ["keeps messages unencrypted."]),
    queue.refuses("a queue that says no", { sqsManagedSseEnabled: false }, ["keeps messages unencrypted."]),
    stream.refuses("a stream that says nothing", { name: "events" }, ["keeps messages unencrypted."]),
  ],
  "bucket-keys": [
    bucket.accepts("one with KMS", { tags: {} }, { others: [encryptsBy("aws:kms")] }),
    bucket.accepts("one that says so itself", {
      serverSideEncryptionConfiguration: {
        rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } },
      },
    }),
    bucket.refuses("one that says nothing", { bucket: "files" }, ["does not encrypt with KMS."]),
    bucket.refuses("one with S3's own", {}, ["does not encrypt with KMS."], { others: [encryptsBy("AES256")] }),
  ],
  "search-encryption": [
    domain.accepts("one with all three", {
      encryptAtRest: { enabled: true },
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: { enforceHttps: true },
    }),
    domain.refuses("one that says nothing", { domainName: "search" }, [
      "keeps its data unencrypted.",
      "has nodes that speak without TLS.",
      "lets clients connect without TLS.",
    ]),
    domain.refuses(
      "one that says no once",
      {
        encryptAtRest: { enabled: true },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: { enforceHttps: false },
      },
      ["lets clients connect without TLS."],
    ),
  ],
  "key-rotation": [
    kmsKey.accepts("one that rotates", { enableKeyRotation: true }),
    kmsKey.accepts("one that rotates sooner", { enableKeyRotation: true, rotationPeriodInDays: 90 }),
    kmsKey.accepts("one that cannot", { customerMasterKeySpec: "RSA_2048", keyUsage: "SIGN_VERIFY" }),
    kmsKey.refuses("one that says nothing", { description: "data" }, ["never rotates."]),
    kmsKey.refuses("one that says no", { enableKeyRotation: false }, ["never rotates."]),
    kmsKey.refuses("one that rotates later", { enableKeyRotation: true, rotationPeriodInDays: 730 }, [
      "rotates every 730 days, not every 365.",
    ]),
  ],
  "key-duties": [
    kmsKey.accepts("duties apart", {
      policy: policy(
        statement(["kms:Put*", "kms:ScheduleKeyDeletion"]),
        statement(["kms:Decrypt"], { StringEquals: { "kms:ViaService": "rds.us-west-2.amazonaws.com" } }),
      ),
    }),
    kmsKey.accepts(
      "duties apart in a policy of its own",
      { tags: {} },
      {
        others: [
          {
            type: "aws:kms/keyPolicy:KeyPolicy",
            name: "policy",
            from: { keyId: ["it"] },
            props: { policy: policy(statement(["kms:Put*"])) },
          },
        ],
      },
    ),
    kmsKey.refuses("the default policy", { description: "data" }, [
      "gives the whole account all of its actions, by the default policy.",
    ]),
    kmsKey.refuses("a wildcard", { policy: policy(statement(["kms:Put*"]), statement(["kms:*"])) }, [
      "gives all of its actions away in statement 2.",
    ]),
    kmsKey.refuses("use by anything in the account", { policy: policy(statement(["kms:Decrypt"])) }, [
      "lets the whole account use it by statement 1.",
    ]),
  ],
  "key-lockout-check": [
    kmsKey.accepts("the check", { bypassPolicyLockoutSafetyCheck: false }),
    kmsKey.accepts("the default", { description: "data" }),
    kmsKey.refuses("no check", { bypassPolicyLockoutSafetyCheck: true }, [
      "may get a policy that locks everybody out.",
    ]),
  ],
  "build-artifacts": [
    build.accepts("none", { artifacts: { type: "NO_ARTIFACTS" } }),
    build.accepts("the default", { artifacts: { type: "S3" }, secondaryArtifacts: [{ type: "S3" }] }),
    build.refuses("a switch", { artifacts: { type: "S3", encryptionDisabled: true } }, [
      "keeps what it builds unencrypted.",
    ]),
    build.refuses("one of several", { artifacts: {}, secondaryArtifacts: [{}, { encryptionDisabled: true }] }, [
      "keeps what it builds unencrypted.",
    ]),
  ],
};
