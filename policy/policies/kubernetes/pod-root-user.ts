import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

export const podRootUser: ResourceRule = {
  name: "pod-root-user",
  title: "No root",
  severity: "high",
  category: "Kubernetes",
  description: "Every container must run as a user other than root.",
  rationale: "Without that demand the image decides, and root in a container is root on the node after any escape.",
  remediation: "Set runAsNonRoot to true and runAsUser to a number above 0, for the pod or for every container.",
  controls: ["CIS-K8S 5.2.7", "NIST AC-6", "ISO27001 A.8.2", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource).flatMap(({ name, security }) => {
      if (numberOf(security.runAsUser) === 0) return [`runs the container "${name}" as root.`];
      return security.runAsNonRoot === true ? [] : [`may run the container "${name}" as root.`];
    }),
};
