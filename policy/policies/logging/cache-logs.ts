import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

const needed = ["engine-log", "slow-log"];

export const cacheLogs: ResourceRule = {
  name: "cache-logs",
  title: "Caches hand out their logs",
  severity: "medium",
  category: "logging",
  description: "A cache sends its engine log and its slow log to CloudWatch or Firehose.",
  rationale: "ElastiCache keeps neither: failovers, refused log-ins and commands that block everybody leave no trace.",
  remediation: "Add logDeliveryConfigurations for engine-log and slow-log.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-2", "NIST AU-12"],
  appliesTo: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const sent = recordsOf(props.logDeliveryConfigurations).map(({ logType }) => logType);
    return needed.filter((log) => !sent.includes(log)).map((log) => `does not send its ${log}.`);
  },
};
