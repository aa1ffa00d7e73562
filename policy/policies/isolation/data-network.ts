import { dataStoreTypes, securityGroupProperties } from "../../data-stores.ts";
import type { ResourceRule } from "../../rule.ts";
import { textsOf } from "../../values.ts";

/** Properties by which data stores name their subnets. */
const subnetProperties: readonly string[] = [
  "dbSubnetGroupName",
  "neptuneSubnetGroupName",
  "subnetGroupName",
  "subnetIds",
];

const groupType = "aws:elasticache/replicationGroup:ReplicationGroup";

/** Properties of members that take their network from what they belong to. A replication group has its own name in the last. */
const belonging = (type: string): readonly string[] => [
  "globalReplicationGroupId",
  "replicateSourceDb",
  ...(type === groupType ? [] : ["replicationGroupId"]),
];

export const dataNetwork: ResourceRule = {
  name: "data-network",
  title: "Data stands in a network of its own",
  severity: "high",
  category: "isolation",
  description: "A database or cache names its subnets and its security groups.",
  rationale:
    "Left out, AWS takes the account's default network and its default group, in which everything reaches everything.",
  remediation: "Name the environment's subnet group, and a security group that only its clients may enter.",
  controls: ["ISO27001 A.8.22", "SOC2 CC6.6", "NIST SC-7", "CIS-AWS 5.4"],
  appliesTo: dataStoreTypes,
  judge: ({ props, type }) => {
    if (belonging(type).some((property) => textsOf(props[property]).length > 0)) return [];
    const names = (properties: readonly string[]) => properties.some((property) => textsOf(props[property]).length > 0);
    return [
      ...(names(subnetProperties) ? [] : ["stands in the account's default network."]),
      ...(names(securityGroupProperties) ? [] : ["is guarded by the network's default group."]),
    ];
  },
};
