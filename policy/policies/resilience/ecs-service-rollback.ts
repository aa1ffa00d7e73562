import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf } from "../../values.ts";

export const ecsServiceRollback: ResourceRule = {
  name: "ecs-service-rollback",
  title: "Failed ECS deployments roll back",
  severity: "high",
  category: "resilience",
  description: "A deployment of an ECS service that fails is rolled back, and takes no healthy task away first.",
  rationale: "Without the circuit breaker ECS starts broken tasks for hours, while the old ones are gone.",
  remediation:
    "Set enable and rollback of deploymentCircuitBreaker, and of alarms, to true, and deploymentMinimumHealthyPercent to 100.",
  controls: ["SOC2 A1.2", "SOC2 CC8.1", "ISO27001 A.8.32", "NIST CP-10", "NIST CM-3"],
  appliesTo: ["aws:ecs/service:Service"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    // CodeDeploy and others roll back by themselves.
    if (!["ECS", undefined, null].includes(recordOf(props.deploymentController).type as string | undefined)) return [];
    const breaker = recordOf(props.deploymentCircuitBreaker);
    const alarms = recordOf(props.alarms);
    const isDaemon = props.schedulingStrategy === "DAEMON";
    const healthy = numberOf(props.deploymentMinimumHealthyPercent) ?? 100;
    return [
      ...(breaker.enable === true && breaker.rollback === true ? [] : ["does not roll back a deployment that fails."]),
      ...(alarms.enable === true && alarms.rollback !== true ? ["does not roll back when its alarms ring."] : []),
      ...(isDaemon || healthy >= 100 ? [] : [`goes down to ${healthy} % of its tasks in a deployment.`]),
    ];
  },
};
