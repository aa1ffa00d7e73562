import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

/** Groups and users of which everybody is one. */
const everybody: readonly string[] = [
  "system:anonymous",
  "system:authenticated",
  "system:serviceaccounts",
  "system:unauthenticated",
];

export const kubernetesOpenBindings: ResourceRule = {
  name: "kubernetes-open-bindings",
  title: "No roles for everybody",
  severity: "critical",
  category: "identity",
  description: "No role is bound to a group that everybody is in.",
  rationale:
    "What is bound to system:unauthenticated needs no log-in at all; system:authenticated holds everybody who has any.",
  remediation: "Bind the role to the service account or the group that needs it.",
  controls: ["CIS-K8S 5.1.1", "SOC2 CC6.1", "ISO27001 A.5.15", "NIST AC-14", "NIST AC-3"],
  appliesTo: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  judge: ({ props }) =>
    recordsOf(props.subjects).flatMap(({ name }) =>
      typeof name === "string" && everybody.includes(name) ? [`binds a role to ${name}.`] : [],
    ),
};
