import type { ResourceRule } from "../../rule.ts";

export const changesInWindow: ResourceRule = {
  name: "changes-in-window",
  title: "Changes wait for the maintenance window",
  severity: "medium",
  category: "resilience",
  description: "Changes of production's databases and caches wait for their maintenance window.",
  rationale: "A new size or version restarts the server, at once and in the middle of the day.",
  remediation: "Set applyImmediately to false, and set it to true for the one change that cannot wait.",
  controls: ["SOC2 A1.2", "SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-3"],
  appliesTo: [
    "aws:docdb/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
  ],
  environments: ["preProduction", "production"],
  judge: ({ props }) => (props.applyImmediately === true ? ["is changed at once, whatever the hour."] : []),
};
