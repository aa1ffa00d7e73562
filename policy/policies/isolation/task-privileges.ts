import type { ResourceRule } from "../../rule.ts";
import { taskContainerName, taskContainersOf, taskType } from "../../tasks.ts";
import { recordOf, textsOf } from "../../values.ts";

export const taskPrivileges: ResourceRule = {
  name: "task-privileges",
  title: "No privileged tasks",
  severity: "high",
  category: "isolation",
  description: "No container of a task is privileged or has capabilities added to it.",
  rationale: "A privileged container owns the machine that it runs on, and with it every other task there.",
  remediation: "Leave privileged out or false, and linuxParameters.capabilities.add empty.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.2", "NIST AC-6", "NIST CM-7"],
  appliesTo: [taskType],
  judge: ({ props }) =>
    taskContainersOf(props.containerDefinitions).flatMap((container) => [
      ...(container.privileged === true ? [`runs ${taskContainerName(container)} privileged.`] : []),
      ...textsOf(recordOf(recordOf(container.linuxParameters).capabilities).add).map(
        (capability) => `gives ${taskContainerName(container)} the capability ${capability}.`,
      ),
    ]),
};
