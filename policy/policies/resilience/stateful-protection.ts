import { environmentOfStack } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";

export const statefulProtection: ResourceRule = {
  name: "stateful-protection",
  title: "Stateful resources are protected",
  severity: "critical",
  category: "resilience",
  description: "Databases, caches, keys, repositories, buckets and clusters of staging and prod are protected.",
  rationale:
    "An unprotected resource is deleted by a renamed key, a moved component or a mistyped destroy, with its data.",
  remediation:
    "Give the resource the option protect: true; lift it on purpose, in a change of its own, when it is to go.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "NIST CM-5"],
  appliesTo: [
    "aws:backup/vault:Vault",
    "aws:cognito/userPool:UserPool",
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:eks/cluster:Cluster",
    "aws:elasticache/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:neptune/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:secretsmanager/secret:Secret",
    "github:index/repository:Repository",
    "kubernetes:core/v1:PersistentVolumeClaim",
  ],
  judge: ({ stack, protect }) => {
    // In development and in feature environments nobody misses the data.
    const disposable = ["development", "feature"].includes(environmentOfStack(stack));
    return disposable || protect ? [] : [`holds state in the stack "${stack}" and is not protected.`];
  },
};
