import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordsOf } from "../../values.ts";

export const podHostPorts: ResourceRule = {
  name: "pod-host-ports",
  title: "No host ports",
  severity: "high",
  category: "Kubernetes",
  description: "No container opens a port of its node.",
  rationale:
    "A port of the node is reached past Services, load balancers and network policies, and ties pods to nodes.",
  remediation: "Leave out hostPort and reach the pods by a Service.",
  controls: ["CIS-K8S 5.2.13", "NIST CM-7", "NIST SC-7", "ISO27001 A.8.20", "SOC2 CC6.6"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource).flatMap(({ name, props }) =>
      recordsOf(props.ports)
        .filter(({ hostPort }) => (numberOf(hostPort) ?? 0) !== 0)
        .map(({ hostPort }) => `opens the port ${numberOf(hostPort)} of its node for the container "${name}".`),
    ),
};
