import { namespaceOf, objectNameOf } from "../../kubernetes.ts";
import type { JudgedStack } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const networkPolicyEnforcement: StackRule = {
  name: "network-policy-enforcement",
  title: "Network policies are enforced",
  severity: "high",
  category: "Kubernetes",
  scope: "stack",
  description: "Where a stack has an EKS cluster and network policies, the cluster's CNI enforces them.",
  rationale:
    "EKS accepts network policies and ignores them until that is turned on: everything looks closed and is open.",
  remediation:
    "Set enable-network-policy-controller to true in the ConfigMap amazon-vpc-cni, or enableNetworkPolicy of the add-on vpc-cni.",
  controls: ["CIS-K8S 5.3.1", "NIST SC-7", "NIST AC-4", "ISO27001 A.8.22", "SOC2 CC6.6"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: ({ props }, stack) => {
    if (stack.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy").length === 0) return [];
    // Auto Mode has the CNI in itself, which reads a ConfigMap; else it is an add-on.
    const isAutoMode = recordOf(props.computeConfig).enabled === true;
    const enforced = isAutoMode ? enforcedByConfigMap(stack) : enforcedByAddon(stack);
    return enforced ? [] : ["enforces no network policies."];
  },
};

/** https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html */
function enforcedByConfigMap(stack: JudgedStack): boolean {
  return stack
    .ofType("kubernetes:core/v1:ConfigMap")
    .some(
      (each) =>
        objectNameOf(each) === "amazon-vpc-cni" &&
        namespaceOf(each) === "kube-system" &&
        recordOf(each.props.data)["enable-network-policy-controller"] === "true",
    );
}

/** https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html */
function enforcedByAddon(stack: JudgedStack): boolean {
  return stack
    .ofType("aws:eks/addon:Addon")
    .some(
      ({ props }) =>
        props.addonName === "vpc-cni" && /"enableNetworkPolicy"\s*:\s*"?true/.test(String(props.configurationValues)),
    );
}
