import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

export const serviceNodePorts: ResourceRule = {
  name: "service-node-ports",
  title: "No node ports and external addresses",
  severity: "high",
  category: "Kubernetes",
  description: "No Service opens a port on every node, nor claims addresses outside the cluster.",
  rationale:
    "A node port is reached past the load balancer, its firewall and TLS; an external address lets a Service take the traffic of others (CVE-2020-8554).",
  remediation: "Use the type ClusterIP behind an Ingress, and leave out externalIPs.",
  controls: ["NIST SC-7", "NIST CM-7", "ISO27001 A.8.20", "SOC2 CC6.6"],
  appliesTo: ["kubernetes:core/v1:Service"],
  judge: ({ props }) => {
    const { externalIPs, type } = recordOf(props.spec);
    return [
      ...(type === "NodePort" ? ["opens a port on every node."] : []),
      ...(textsOf(externalIPs).length > 0 ? ["claims addresses outside the cluster."] : []),
    ];
  },
};
