import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const podPrivileged: ResourceRule = {
  name: "pod-privileged",
  title: "No privileged containers",
  severity: "critical",
  category: "Kubernetes",
  description: "No container is privileged, nor a host process on Windows.",
  rationale:
    "A privileged container is root on its node: who breaks in has every pod of the node and their credentials.",
  remediation: "Leave out privileged and hostProcess, and add the one capability that is needed.",
  controls: ["CIS-K8S 5.2.2", "CIS-K8S 5.2.11", "NIST AC-6", "ISO27001 A.8.2", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource).flatMap(({ name, security }) => [
      ...(security.privileged === true ? [`runs the container "${name}" privileged.`] : []),
      ...(recordOf(security.windowsOptions).hostProcess === true
        ? [`runs the container "${name}" as a process of the host.`]
        : []),
    ]),
};
