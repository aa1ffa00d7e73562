import type { ResourceRule } from "../../rule.ts";
import { taskType } from "../../tasks.ts";

const namespaces = { networkMode: "network", pidMode: "processes", ipcMode: "shared memory" } as const;

export const taskHostNamespaces: ResourceRule = {
  name: "task-host-namespaces",
  title: "No namespaces of the host in tasks",
  severity: "high",
  category: "isolation",
  description: "No task shares its machine's network, processes or shared memory.",
  rationale: "It would see and reach what other tasks on that machine do, past every security group.",
  remediation: "Set networkMode to awsvpc, and leave pidMode and ipcMode out.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.22", "NIST SC-7", "NIST AC-6"],
  appliesTo: [taskType],
  judge: ({ props }) =>
    Object.entries(namespaces)
      .filter(([property]) => props[property] === "host")
      .map(([, what]) => `shares the ${what} of its machine.`),
};
