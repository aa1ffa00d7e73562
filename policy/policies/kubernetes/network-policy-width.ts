import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

type Properties = Readonly<Record<string, unknown>>;

export const networkPolicyWidth: ResourceRule = {
  name: "network-policy-width",
  title: "Network policies name who and which port",
  severity: "high",
  category: "Kubernetes",
  description:
    "A rule of a network policy names its peers and its ports; only egress to named ports may go to all the internet.",
  rationale: "An empty list of peers or ports means all of them: the policy looks like a guard and is none.",
  remediation: "Name the peers by podSelector, namespaceSelector or a narrow ipBlock, and each port.",
  controls: ["CIS-K8S 5.3.2", "NIST SC-7", "NIST AC-4", "ISO27001 A.8.20", "SOC2 CC6.6"],
  appliesTo: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  judge: ({ props }) => {
    const spec = recordOf(props.spec);
    const findings = [
      ...recordsOf(spec.ingress).flatMap((rule) => ingressFindings(rule)),
      ...recordsOf(spec.egress).flatMap((rule) => egressFindings(rule)),
    ];
    return [...new Set(findings)];
  },
};

function ingressFindings(rule: Properties): readonly string[] {
  const peers = recordsOf(rule.from);
  return [
    ...(peers.length === 0 ? ["lets everybody in."] : []),
    ...(peers.some(isInternet) ? ["lets the whole internet in."] : []),
    ...(peers.some(isEveryNamespace) ? ["lets every namespace in."] : []),
    ...(hasEveryPort(rule) ? ["lets traffic in on every port."] : []),
  ];
}

function egressFindings(rule: Properties): readonly string[] {
  const peers = recordsOf(rule.to);
  return [
    ...(peers.length === 0 ? ["lets its pods out to everywhere."] : []),
    ...(peers.some(isEveryNamespace) ? ["lets its pods out to every namespace."] : []),
    ...(hasEveryPort(rule) ? ["lets traffic out on every port."] : []),
  ];
}

function isInternet({ ipBlock }: Properties): boolean {
  return /\/0$/.test(String(recordOf(ipBlock).cidr));
}

function isEveryNamespace({ ipBlock, namespaceSelector, podSelector }: Properties): boolean {
  if (ipBlock || podSelector || !namespaceSelector) return false;
  return Object.keys(recordOf(namespaceSelector)).length === 0;
}

function hasEveryPort({ ports }: Properties): boolean {
  const named = recordsOf(ports);
  return named.length === 0 || named.some(({ port }) => port === undefined || port === null);
}
