import type { ResourceRule } from "../../rule.ts";
import { textsOf } from "../../values.ts";

/** Who asked for what, who was let in, and what the API server made of it. */
const needed = ["api", "audit", "authenticator"];

export const clusterLogs: ResourceRule = {
  name: "cluster-logs",
  title: "Kubernetes records who does what",
  severity: "high",
  category: "logging",
  description: `An EKS cluster writes the logs ${needed.join(", ")}.`,
  rationale: "EKS writes none unless asked, and what was not written when a token was stolen cannot be had later.",
  remediation: `Name ${needed.join(", ")} in enabledClusterLogTypes.`,
  controls: ["CIS-K8S 3.2.1", "SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-2", "NIST AU-12", "GDPR 33(1)"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: ({ props }) => {
    const missing = needed.filter((each) => !textsOf(props.enabledClusterLogTypes).includes(each));
    return missing.length === 0 ? [] : [`does not write the logs ${missing.join(", ")}.`];
  },
  remediate: ({ props }) => {
    const enabled = textsOf(props.enabledClusterLogTypes);
    const missing = needed.filter((each) => !enabled.includes(each));
    return missing.length === 0 ? undefined : { ...props, enabledClusterLogTypes: [...enabled, ...missing] };
  },
};
