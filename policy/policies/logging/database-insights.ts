import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

export const databaseInsights: ResourceRule = {
  name: "database-insights",
  title: "Databases show what keeps them busy",
  severity: "low",
  category: "logging",
  description: "A database keeps performance data, and reports what its machine does at least once a minute.",
  rationale: "When it slows down, by load or by an attack, nothing else tells which statement and which client it is.",
  remediation: "Set performanceInsightsEnabled to true, and monitoringInterval to 60 with a monitoringRoleArn.",
  controls: ["SOC2 CC7.2", "SOC2 A1.1", "ISO27001 A.8.6", "ISO27001 A.8.16", "NIST SI-4"],
  appliesTo: ["aws:rds/clusterInstance:ClusterInstance", "aws:rds/instance:Instance"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const interval = numberOf(props.monitoringInterval) ?? 0;
    return [
      ...(props.performanceInsightsEnabled === true ? [] : ["keeps no performance data."]),
      ...(interval > 0 && interval <= 60 ? [] : ["does not report what its machine does."]),
    ];
  },
};
