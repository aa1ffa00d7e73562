import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";

export const podPrivilegeEscalation: ResourceRule = {
  name: "pod-privilege-escalation",
  title: "No privilege escalation",
  severity: "high",
  category: "Kubernetes",
  description: "No process of a container can gain more privileges than its parent.",
  rationale:
    "Kubernetes allows it unless told otherwise: one forgotten setuid binary of the image makes root of anybody.",
  remediation: "Set allowPrivilegeEscalation to false on every container.",
  controls: ["CIS-K8S 5.2.6", "NIST AC-6", "ISO27001 A.8.2", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource)
      .filter(({ security }) => security.allowPrivilegeEscalation !== false)
      .map(({ name }) => `lets processes of the container "${name}" gain privileges.`),
};
