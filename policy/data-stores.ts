/** What holds the application's data and stands in a network. */
export const dataStoreTypes: readonly string[] = [
  "aws:docdb/cluster:Cluster",
  "aws:elasticache/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:neptune/cluster:Cluster",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
];

/** Properties by which they name their security groups. */
export const securityGroupProperties: readonly string[] = ["securityGroupIds", "vpcSecurityGroupIds"];
