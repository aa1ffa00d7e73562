import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf } from "../../values.ts";

const targetType = "aws:appautoscaling/target:Target";

export const autoscalingRange: ResourceRule = {
  name: "autoscaling-range",
  title: "Autoscaling has room",
  severity: "medium",
  category: "resilience",
  description: "What scales by itself has room to grow, and in production never fewer than two.",
  rationale: "Where the least and the most are the same, the load of a launch or an attack meets a fixed size.",
  remediation: "Set the maximum above the minimum, and the minimum in production to 2 or more.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.6", "NIST SC-5", "NIST AU-4"],
  appliesTo: [targetType, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"],
  environments: ["staging", "preProduction", "production"],
  judge: (resource) => {
    const { props, type } = resource;
    const { maxReplicas, minReplicas } = recordOf(props.spec);
    const [most, given] = type === targetType ? [props.maxCapacity, props.minCapacity] : [maxReplicas, minReplicas];
    const least = numberOf(given) ?? 1;
    return [
      ...((numberOf(most) ?? 0) > least ? [] : ["has no room to grow."]),
      ...(environmentOf(resource) === "production" && least < 2 ? [`shrinks to ${least}, fewer than 2.`] : []),
    ];
  },
};
