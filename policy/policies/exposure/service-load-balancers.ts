import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";
import { isWorld } from "./traffic.ts";

const scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const oldScheme = "service.beta.kubernetes.io/aws-load-balancer-internal";
const sources = "service.beta.kubernetes.io/load-balancer-source-ranges";

export const serviceLoadBalancers: ResourceRule = {
  name: "service-load-balancers",
  title: "Services are published by Ingresses alone",
  severity: "high",
  category: "exposure",
  description: "A Service's load balancer is internal, or open to known networks alone.",
  rationale: "It passes every connection on to the pods: no certificate, no firewall, no redirect stands before them.",
  remediation: "Publish it by an Ingress, or annotate it with aws-load-balancer-scheme: internal.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "NIST SC-7", "NIST SC-7(3)"],
  appliesTo: ["kubernetes:core/v1:Service"],
  judge: ({ props }) => {
    const { loadBalancerSourceRanges, type } = recordOf(props.spec);
    if (type !== "LoadBalancer") return [];
    const annotations = recordOf(recordOf(props.metadata).annotations);
    // The controller that came with Kubernetes builds public ones unless told otherwise.
    if (annotations[scheme] === "internal" || annotations[oldScheme] === "true") return [];
    const networks = [...textsOf(loadBalancerSourceRanges), ...String(annotations[sources] ?? "").split(",")]
      .map((network) => network.trim())
      .filter((network) => network !== "");
    return networks.length > 0 && !networks.some(isWorld) ? [] : ["lets the whole internet reach its pods."];
  },
};
