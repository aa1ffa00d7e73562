import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

/** What named the class before ingressClassName; controllers still obey it. */
const oldClass = "kubernetes.io/ingress.class";

export const ingressRoutes: ResourceRule = {
  name: "ingress-routes",
  title: "Ingresses name their class and hosts",
  severity: "low",
  category: "Kubernetes",
  description: "An Ingress names its class, and every rule the host that it answers for.",
  rationale:
    "Without a class any controller may serve it, also one that faces the internet; without a host it answers for every name that points at the load balancer.",
  remediation: "Set ingressClassName and a host, not a wildcard, on each rule, and leave out defaultBackend.",
  controls: ["NIST SC-7", "NIST CM-7", "ISO27001 A.8.20", "SOC2 CC6.6"],
  appliesTo: ["kubernetes:networking.k8s.io/v1:Ingress"],
  judge: ({ props }) => {
    const { defaultBackend, ingressClassName, rules } = recordOf(props.spec);
    const annotations = recordOf(recordOf(props.metadata).annotations);
    return [
      ...(ingressClassName || annotations[oldClass] ? [] : ["names no class."]),
      ...(defaultBackend ? ["answers for every host by its default backend."] : []),
      ...(recordsOf(rules).some(({ host }) => typeof host !== "string" || host === "" || host.startsWith("*"))
        ? ["has a rule for every host."]
        : []),
    ];
  },
};
