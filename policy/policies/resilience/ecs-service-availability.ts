import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { listOf, numberOf, recordOf } from "../../values.ts";

export const ecsServiceAvailability: ResourceRule = {
  name: "ecs-service-availability",
  title: "ECS services span zones",
  severity: "high",
  category: "resilience",
  description: "An ECS service has subnets in two zones and is balanced over them; in production it has two tasks.",
  rationale: "One task, or one zone, is an outage whenever AWS moves the task or loses the zone.",
  remediation:
    "Name two subnets, set availabilityZoneRebalancing to ENABLED, and in production desiredCount to 2 or more.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10"],
  appliesTo: ["aws:ecs/service:Service"],
  environments: ["staging", "preProduction", "production"],
  judge: (resource) => {
    const { availabilityZoneRebalancing, desiredCount, networkConfiguration, schedulingStrategy } = resource.props;
    const { subnets } = recordOf(networkConfiguration);
    const counted = schedulingStrategy !== "DAEMON" && environmentOf(resource) === "production";
    const tasks = numberOf(desiredCount) ?? 0;
    return [
      // Without a network of its own a task is where its instance is.
      ...(networkConfiguration && listOf(subnets).length < 2 ? ["stands in one subnet."] : []),
      ...(availabilityZoneRebalancing === "DISABLED" ? ["is not balanced over the zones."] : []),
      ...(counted && tasks < 2 ? [`has ${tasks} tasks, fewer than 2.`] : []),
    ];
  },
};
