import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

const label = "pod-security.kubernetes.io/enforce";

export const namespacePodSecurity: ResourceRule = {
  name: "namespace-pod-security",
  title: "The restricted pod security standard",
  severity: "high",
  category: "Kubernetes",
  description: "Every namespace refuses pods that break the restricted pod security standard.",
  rationale:
    "What this program writes is judged before it is built; what others create in the cluster only the API server can refuse.",
  remediation: `Give the namespace the label ${label}: restricted.`,
  controls: ["CIS-K8S 5.2.1", "CIS-K8S 5.7.3", "NIST CM-6", "ISO27001 A.8.9", "SOC2 CC6.8"],
  appliesTo: ["kubernetes:core/v1:Namespace"],
  judge: ({ props }) => {
    const standard = recordOf(recordOf(props.metadata).labels)[label];
    if (standard === "restricted") return [];
    return [
      standard === undefined
        ? "holds its pods to no pod security standard."
        : `holds its pods to the pod security standard "${standard}" only.`,
    ];
  },
};
