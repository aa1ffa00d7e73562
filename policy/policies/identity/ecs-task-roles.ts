import type { ResourceRule } from "../../rule.ts";

export const ecsTaskRoles: ResourceRule = {
  name: "ecs-task-roles",
  title: "Task and agent have different roles",
  severity: "high",
  category: "identity",
  description: "An ECS task works with a role of its own, not with the one by which ECS starts it.",
  rationale:
    "The execution role reads every secret that the task is given and pulls images; the application needs neither.",
  remediation: "Give taskRoleArn a role with what the application does, and executionRoleArn another one.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-5", "NIST AC-6"],
  appliesTo: ["aws:ecs/taskDefinition:TaskDefinition"],
  judge: ({ props: { executionRoleArn, taskRoleArn } }) =>
    typeof taskRoleArn === "string" && taskRoleArn !== "" && taskRoleArn === executionRoleArn
      ? ["works with the role by which ECS starts it."]
      : [],
};
