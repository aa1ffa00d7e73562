import { namespaceOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";

export const defaultNamespace: ResourceRule = {
  name: "default-namespace",
  title: "Not in the default namespace",
  severity: "medium",
  category: "Kubernetes",
  description: "No object stands in the namespace default.",
  rationale:
    "That namespace has no quota, no network policy and no pod security, and who forgets to name one ends in it.",
  remediation: "Name the application's namespace in metadata.namespace.",
  controls: ["CIS-K8S 5.7.1", "CIS-K8S 5.7.4", "NIST SC-7", "ISO27001 A.8.22"],
  appliesTo: [
    ...workloadTypes,
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:Secret",
    "kubernetes:core/v1:Service",
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:networking.k8s.io/v1:Ingress",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:policy/v1:PodDisruptionBudget",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  judge: (resource) => (namespaceOf(resource) === "default" ? ["stands in the default namespace."] : []),
};
