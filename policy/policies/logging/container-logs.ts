import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const containerLogs: ResourceRule = {
  name: "container-logs",
  title: "Containers of ECS have a log",
  severity: "high",
  category: "logging",
  description: "Every container of a task definition sends its output to a log.",
  rationale: "Without it what a container wrote ends with the container, and the reason for its end too.",
  remediation: "Give each container a logConfiguration.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-2", "NIST AU-12"],
  appliesTo: ["aws:ecs/taskDefinition:TaskDefinition"],
  judge: ({ props }) =>
    recordsOf(parsed(props.containerDefinitions))
      .filter(({ logConfiguration }) => {
        const { logDriver } = recordOf(logConfiguration);
        return typeof logDriver !== "string" || logDriver === "none";
      })
      .map(({ name }) => `has no log for its container "${textOf(name)}".`),
};

function parsed(definitions: unknown): unknown {
  if (typeof definitions !== "string") return definitions;
  try {
    return JSON.parse(definitions);
  } catch {
    // The provider refuses it.
    return undefined;
  }
}
