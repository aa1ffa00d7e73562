import type { ResourceRule } from "../../rule.ts";
import { isOwnKey, withKeyOfAws } from "./own-keys.ts";

export const databaseKeys: ResourceRule = {
  name: "database-keys",
  title: "Databases have an own key",
  severity: "medium",
  category: "encryption",
  description: "A database's data, performance data and master password are encrypted with a key of one's own.",
  rationale:
    "The policy of a key that AWS manages cannot be changed, and it opens to everybody in the account who may use the service.",
  remediation: "Set kmsKeyId, performanceInsightsKmsKeyId and masterUserSecretKmsKeyId to an aws.kms.Key.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-12", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: [
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
  ],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    // A replica has its source's key, an instance of a cluster the cluster's.
    const given = props.replicateSourceDb || type === "aws:rds/clusterInstance:ClusterInstance";
    const managesPassword = props.manageMasterUserPassword === true || props.manageMasterPassword === true;
    return [
      ...(given || isOwnKey(props.kmsKeyId) || isOwnKey(props.kmsKeyArn) ? [] : [withKeyOfAws("its data")]),
      ...(props.performanceInsightsEnabled !== true || isOwnKey(props.performanceInsightsKmsKeyId)
        ? []
        : [withKeyOfAws("its performance data")]),
      ...(!managesPassword || isOwnKey(props.masterUserSecretKmsKeyId) || isOwnKey(props.masterPasswordSecretKmsKeyId)
        ? []
        : [withKeyOfAws("its master password")]),
    ];
  },
};
