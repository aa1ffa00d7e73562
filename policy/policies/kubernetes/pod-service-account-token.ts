import { namespaceOf, objectNameOf, podSpecOf, workloadTypes } from "../../kubernetes.ts";
import type { JudgedResource, JudgedStack } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

/** Objects that give rights to service accounts. */
const bindings = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

export const podServiceAccountToken: StackRule = {
  name: "pod-service-account-token",
  title: "Tokens only where they are needed",
  severity: "medium",
  category: "Kubernetes",
  scope: "stack",
  description: "A pod gets its service account's token only where a role is bound to that account.",
  rationale:
    "The token lets whoever breaks into the pod talk to the API server; Kubernetes mounts it unless told not to.",
  remediation: "Set automountServiceAccountToken to false for the pod, or bind the role that it needs.",
  controls: ["CIS-K8S 5.1.6", "NIST AC-6", "ISO27001 A.5.15", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource, stack) => {
    const { automountServiceAccountToken, serviceAccountName } = podSpecOf(resource);
    if (automountServiceAccountToken === false) return [];
    const namespace = namespaceOf(resource);
    const account = typeof serviceAccountName === "string" ? serviceAccountName : "default";
    if (typeof automountServiceAccountToken !== "boolean" && !accountMounts(stack, namespace, account)) return [];
    const bound = stack.ofType(...bindings).some((binding) => binds(binding, namespace, account));
    return bound ? [] : [`mounts a token of the service account "${account}", to which no role is bound.`];
  },
};

/** The pod's word goes before the account's, and the account's before the default. */
function accountMounts(stack: JudgedStack, namespace: string, account: string): boolean {
  return !stack
    .ofType("kubernetes:core/v1:ServiceAccount")
    .some(
      (each) =>
        objectNameOf(each) === account &&
        namespaceOf(each) === namespace &&
        each.props.automountServiceAccountToken === false,
    );
}

function binds(binding: JudgedResource, namespace: string, account: string): boolean {
  return recordsOf(binding.props.subjects).some(
    (subject) =>
      subject.kind === "ServiceAccount" &&
      subject.name === account &&
      (subject.namespace ?? namespaceOf(binding)) === namespace,
  );
}
