import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

export const podCapabilities: ResourceRule = {
  name: "pod-capabilities",
  title: "No capabilities",
  severity: "high",
  category: "Kubernetes",
  description: "Every container drops all capabilities and adds none but NET_BIND_SERVICE.",
  rationale:
    "The default set lets a process forge packets, change the owners of files and act as other users inside its container.",
  remediation: 'Set capabilities.drop to ["ALL"] on every container.',
  controls: ["CIS-K8S 5.2.8", "CIS-K8S 5.2.9", "CIS-K8S 5.2.10", "NIST AC-6", "ISO27001 A.8.2", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource).flatMap(({ name, security }) => {
      const { add, drop } = recordOf(security.capabilities);
      const added = textsOf(add).filter((capability) => capability !== "NET_BIND_SERVICE");
      return [
        ...(textsOf(drop).includes("ALL") ? [] : [`does not drop all capabilities of the container "${name}".`]),
        ...(added.length > 0 ? [`gives the container "${name}" ${added.join(", ")}.`] : []),
      ];
    }),
};
