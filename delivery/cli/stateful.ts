/**
 * The types of resources that hold what cannot be built again from the program: data, keys, names that others rely on. A
 * preview marks them, and a planned replacement or deletion of one is what a reviewer must not miss. One table for the whole
 * command line; the value completes "what goes with it: ...".
 */
const holdings: Readonly<Record<string, string>> = {
  "aws:backup/vault:Vault": "the backups in it",
  "aws:cloudwatch/logGroup:LogGroup": "the logs in it",
  "aws:cognito/userPool:UserPool": "the users in it",
  "aws:dynamodb/table:Table": "the data in it",
  "aws:ebs/volume:Volume": "the data on it",
  "aws:ecr/repository:Repository": "the images in it",
  "aws:ecs/cluster:Cluster": "the services that run in it",
  "aws:efs/fileSystem:FileSystem": "the files in it",
  "aws:eks/cluster:Cluster": "everything that runs in it",
  "aws:elasticache/cluster:Cluster": "the data in it",
  "aws:elasticache/replicationGroup:ReplicationGroup": "the data in it",
  "aws:elasticache/serverlessCache:ServerlessCache": "the data in it",
  "aws:kms/key:Key": "all that is encrypted with it",
  "aws:kms/replicaKey:ReplicaKey": "all that is encrypted with it in that region",
  "aws:rds/cluster:Cluster": "the databases in it",
  "aws:rds/instance:Instance": "the databases in it, and the backups that RDS made of them",
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "the copies of the backups",
  "aws:route53/zone:Zone": "its records, and the name servers that it is delegated to",
  "aws:s3/bucket:Bucket": "the objects in it",
  "aws:s3/bucketV2:BucketV2": "the objects in it",
  "aws:secretsmanager/secret:Secret": "the secret's values",
  "github:index/repository:Repository": "the repository with its history, issues and pull requests",
  "kubernetes:core/v1:Namespace": "everything in it",
  "kubernetes:core/v1:PersistentVolumeClaim": "the data on it",
  "pulumi-nodejs:dynamic/slipway:Flags": "what operators made of the flags",
  "pulumi-nodejs:dynamic/slipway:GeneratedSecret": "the secret's values",
  "pulumi-nodejs:dynamic/slipway:LocalDatabase": "the data in it",
};

/**
 * What goes with a resource that is deleted or replaced.
 * @param type the engine's type token, such as `aws:rds/instance:Instance`
 * @returns undefined when it holds nothing
 */
export function holdingOf(type: string): string | undefined {
  return Object.hasOwn(holdings, type) ? holdings[type] : undefined;
}

/** Every type that holds something. */
export const statefulTypes: readonly string[] = Object.keys(holdings);
