import type { ResourceRule } from "../../rule.ts";
import { taskContainerName, taskContainersOf, taskType } from "../../tasks.ts";

/** `0`, `root`, and either with a group. */
const root = /^(0|root)(:|$)/;

export const taskRootUser: ResourceRule = {
  name: "task-root-user",
  title: "No root in tasks",
  severity: "medium",
  category: "isolation",
  description: "No container of a task runs as root, neither by its definition nor by what its image happens to say.",
  rationale: "Root in a container is root to the kernel: a hole in either is enough to leave the container.",
  remediation: 'Set user to a number of the application\'s own, such as "10001:10001".',
  controls: ["SOC2 CC6.1", "ISO27001 A.8.2", "NIST AC-6"],
  appliesTo: [taskType],
  judge: ({ props }) =>
    taskContainersOf(props.containerDefinitions).flatMap((container) => {
      const { user } = container;
      if (typeof user !== "string" || user === "")
        return [`leaves the user of ${taskContainerName(container)} to its image.`];
      return root.test(user) ? [`runs ${taskContainerName(container)} as root.`] : [];
    }),
};
