import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordsOf } from "../../values.ts";

export const cacheAvailability: ResourceRule = {
  name: "cache-availability",
  title: "Caches fail over to another zone",
  severity: "high",
  category: "resilience",
  description: "A cache of production has a replica in another zone that takes over by itself.",
  rationale: "Without one a lost node is an empty cache, and the database gets all that the cache had answered.",
  remediation: "Set automaticFailoverEnabled and multiAzEnabled to true, and numCacheClusters to 2 or more.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7"],
  appliesTo: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  environments: ["production"],
  judge: ({ props }) => {
    const {
      automaticFailoverEnabled,
      multiAzEnabled,
      nodeGroupConfigurations,
      numCacheClusters,
      replicasPerNodeGroup,
    } = props;
    const replicated =
      (numberOf(numCacheClusters) ?? 1) > 1 ||
      (numberOf(replicasPerNodeGroup) ?? 0) > 0 ||
      recordsOf(nodeGroupConfigurations).some(({ replicaCount }) => (numberOf(replicaCount) ?? 0) > 0);
    return [
      ...(automaticFailoverEnabled === true ? [] : ["does not fail over by itself."]),
      ...(multiAzEnabled === true ? [] : ["stands in one zone."]),
      ...(replicated ? [] : ["has no replica."]),
    ];
  },
};
