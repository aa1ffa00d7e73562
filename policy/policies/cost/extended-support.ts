import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

const clusterType = "aws:eks/cluster:Cluster";

export const extendedSupport: ResourceRule = {
  name: "extended-support",
  title: "No extended support by accident",
  severity: "medium",
  category: "cost",
  description: "Clusters and databases are not enrolled in the extended support of versions that have ended.",
  rationale:
    "AWS enrols them unless told otherwise, at six times the price of a cluster; what it pays for is an upgrade that nobody made.",
  remediation:
    "Set upgradePolicy.supportType to STANDARD, or engineLifecycleSupport to open-source-rds-extended-support-disabled.",
  controls: ["SOC2 CC7.1", "ISO27001 A.8.8", "NIST SA-22"],
  appliesTo: [clusterType, "aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: ({ props, type }) => {
    if (type === clusterType)
      return recordOf(props.upgradePolicy).supportType === "STANDARD" ? [] : ["is enrolled in extended support."];
    // Other engines have none.
    if (props.replicateSourceDb || !/mysql|postgres/.test(String(props.engine))) return [];
    return props.engineLifecycleSupport === "open-source-rds-extended-support-disabled"
      ? []
      : ["is enrolled in extended support."];
  },
};
