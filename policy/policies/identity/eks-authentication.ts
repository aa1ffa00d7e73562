import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const eksAuthentication: ResourceRule = {
  name: "eks-authentication",
  title: "Access to the cluster by access entries",
  severity: "high",
  category: "identity",
  description: "A cluster of EKS takes access entries alone, and whoever makes it does not become its administrator.",
  rationale:
    "The ConfigMap aws-auth can be written from inside the cluster, and no trail of AWS shows it; a creator who is administrator is one for ever.",
  remediation: "Set accessConfig to authenticationMode API and bootstrapClusterCreatorAdminPermissions false.",
  controls: ["CIS-K8S 5.1.1", "SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6(5)", "NIST AC-2"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: ({ props }) => {
    const { authenticationMode = "CONFIG_MAP", bootstrapClusterCreatorAdminPermissions } = recordOf(props.accessConfig);
    return [
      ...(authenticationMode === "API"
        ? []
        : [`takes access by ${JSON.stringify(authenticationMode)} instead of access entries alone.`]),
      ...(bootstrapClusterCreatorAdminPermissions === false ? [] : ["makes its creator an administrator."]),
    ];
  },
};
