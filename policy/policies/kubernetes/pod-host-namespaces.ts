import { podSpecOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";

const shared: ReadonlyArray<readonly [property: string, what: string]> = [
  ["hostPID", "processes"],
  ["hostIPC", "shared memory"],
  ["hostNetwork", "network"],
];

export const podHostNamespaces: ResourceRule = {
  name: "pod-host-namespaces",
  title: "No host namespaces",
  severity: "critical",
  category: "Kubernetes",
  description: "No pod shares its node's processes, shared memory or network.",
  rationale:
    "On the node's network a pod passes by every network policy and reaches the credentials of the node; among its processes it reads those of all pods.",
  remediation: "Leave out hostPID, hostIPC and hostNetwork.",
  controls: ["CIS-K8S 5.2.3", "CIS-K8S 5.2.4", "CIS-K8S 5.2.5", "NIST SC-39", "ISO27001 A.8.22", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) => {
    const spec = podSpecOf(resource);
    return shared.flatMap(([property, what]) => (spec[property] === true ? [`shares the ${what} of its node.`] : []));
  },
};
