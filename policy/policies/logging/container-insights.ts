import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

export const containerInsights: ResourceRule = {
  name: "container-insights",
  title: "ECS clusters are measured",
  severity: "low",
  category: "logging",
  description: "An ECS cluster has Container Insights.",
  rationale:
    "Without it there are no numbers of single tasks: restarts and memory that runs out show as an outage first.",
  remediation: "Set the setting containerInsights to enabled or enhanced.",
  controls: ["SOC2 CC7.2", "SOC2 A1.1", "ISO27001 A.8.6", "ISO27001 A.8.16", "NIST SI-4"],
  appliesTo: ["aws:ecs/cluster:Cluster"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) =>
    recordsOf(props.settings).some(
      ({ name, value }) => name === "containerInsights" && (value === "enabled" || value === "enhanced"),
    )
      ? []
      : ["has no Container Insights."],
};
