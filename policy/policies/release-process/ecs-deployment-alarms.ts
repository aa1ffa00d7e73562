import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf, textsOf } from "../../values.ts";

const gradual: readonly string[] = ["BLUE_GREEN", "CANARY", "LINEAR"];

/** Minutes, of "Answers are slower": the longest window of the rollback triggers in delivery/process.yaml. */
const shortestBake = 10;

export const ecsDeploymentAlarms: ResourceRule = {
  name: "ecs-deployment-alarms",
  title: "ECS deployments are watched",
  severity: "medium",
  category: "release process",
  description: "An ECS service that takes requests keeps the old version beside the new one while alarms watch it.",
  rationale:
    "The release process rolls back on errors and slowness; a deployment that no alarm watches only stops for tasks that crash.",
  remediation:
    "Name alarms with enable true, and give deploymentConfiguration a strategy such as BLUE_GREEN with bakeTimeInMinutes.",
  controls: ["SOC2 CC8.1", "SOC2 A1.2", "ISO27001 A.8.32", "NIST CM-3(2)", "NIST CP-10"],
  appliesTo: ["aws:ecs/service:Service"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const takesRequests = Array.isArray(props.loadBalancers) && props.loadBalancers.length > 0;
    const { type = "ECS" } = recordOf(props.deploymentController);
    if (!takesRequests || type !== "ECS") return [];
    const { alarmNames, enable } = recordOf(props.alarms);
    const { bakeTimeInMinutes, strategy } = recordOf(props.deploymentConfiguration);
    const isGradual = gradual.includes(String(strategy));
    return [
      ...(enable === true && textsOf(alarmNames).length > 0 ? [] : ["deploys without an alarm that could stop it."]),
      ...(isGradual ? [] : ["replaces the old version instead of standing the new one beside it."]),
      ...(isGradual && (numberOf(bakeTimeInMinutes) ?? 0) < shortestBake
        ? [`gives up the old version within ${shortestBake} minutes.`]
        : []),
    ];
  },
};
