import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days. */
const shortest = 7;

export const cacheBackups: ResourceRule = {
  name: "cache-backups",
  title: "Caches are backed up",
  severity: "medium",
  category: "resilience",
  description: `ElastiCache keeps daily snapshots of production's caches for ${shortest} days, and a last one.`,
  rationale: "A cache also holds sessions and queues, and fills slowly: without a snapshot it comes back empty.",
  remediation: `Set snapshotRetentionLimit to ${shortest} or more and finalSnapshotIdentifier to a name.`,
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9"],
  appliesTo: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  environments: ["production"],
  judge: ({ props }) => {
    const days = numberOf(props.snapshotRetentionLimit) ?? 0;
    return [
      ...(days >= shortest ? [] : [`keeps its snapshots for ${days} days, not for ${shortest}.`]),
      ...(props.finalSnapshotIdentifier ? [] : ["leaves no snapshot when it is deleted."]),
    ];
  },
};
