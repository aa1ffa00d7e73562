import type { ResourceRule } from "../../rule.ts";
import { taskContainerName, taskContainersOf, taskType } from "../../tasks.ts";

export const taskRootFilesystem: ResourceRule = {
  name: "task-root-filesystem",
  title: "Read-only root file systems of tasks",
  severity: "medium",
  category: "isolation",
  description: "The root file system of every container of a task is read-only.",
  rationale:
    "Who breaks into a container that can be written to leaves programs there, and changes those that are there.",
  remediation: "Set readonlyRootFilesystem to true, and mount a volume where the program writes.",
  controls: ["SOC2 CC6.8", "ISO27001 A.8.9", "NIST CM-7", "NIST SI-7"],
  appliesTo: [taskType],
  judge: ({ props }) =>
    taskContainersOf(props.containerDefinitions)
      .filter((container) => container.readonlyRootFilesystem !== true)
      .map((container) => `lets ${taskContainerName(container)} write to its root file system.`),
};
