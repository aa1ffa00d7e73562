import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const podSeccomp: ResourceRule = {
  name: "pod-seccomp",
  title: "A seccomp profile",
  severity: "medium",
  category: "Kubernetes",
  description: "Every container runs under the runtime's seccomp profile or one of the node.",
  rationale: "Without one a container may make every system call, and escapes begin with those that nobody needs.",
  remediation: "Set seccompProfile.type to RuntimeDefault for the pod.",
  controls: ["CIS-K8S 5.7.2", "NIST CM-7", "NIST SC-39", "ISO27001 A.8.9"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource)
      .filter(
        ({ security }) => !["RuntimeDefault", "Localhost"].includes(String(recordOf(security.seccompProfile).type)),
      )
      .map(({ name }) => `lets the container "${name}" make every system call.`),
};
