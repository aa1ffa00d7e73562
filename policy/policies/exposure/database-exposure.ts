import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

const searchTypes = ["aws:elasticsearch/domain:Domain", "aws:opensearch/domain:Domain"];

export const databaseExposure: ResourceRule = {
  name: "database-exposure",
  title: "Databases are private",
  severity: "critical",
  category: "exposure",
  description: "Databases, brokers and search domains have no public address.",
  rationale: "A public database is found by scanners within minutes, and only its password stands before the data.",
  remediation: "Set publiclyAccessible to false, or leave it out; give a search domain vpcOptions.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "ISO27001 A.8.22", "CIS-AWS 2.3.3", "NIST SC-7", "GDPR 5(1)(f)"],
  appliesTo: [
    "aws:dms/replicationInstance:ReplicationInstance",
    "aws:docdb/clusterInstance:ClusterInstance",
    "aws:mq/broker:Broker",
    "aws:neptune/clusterInstance:ClusterInstance",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
    "aws:redshiftserverless/workgroup:Workgroup",
    ...searchTypes,
  ],
  judge: ({ props, type }) => {
    const isPublic = searchTypes.includes(type)
      ? textsOf(recordOf(props.vpcOptions).subnetIds).length === 0
      : props.publiclyAccessible === true;
    return isPublic ? ["has a public address."] : [];
  },
  remediate: ({ props }) => (props.publiclyAccessible === true ? { ...props, publiclyAccessible: false } : undefined),
};
