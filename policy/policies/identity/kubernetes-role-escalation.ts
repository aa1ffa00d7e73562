import type { ResourceRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

/** Resources, and the verbs on them that lead to an administrator's rights. Source: CIS Kubernetes Benchmark, 5.1.8 to 5.1.13. */
const escalations: ReadonlyArray<readonly [resources: readonly string[], verbs: readonly string[]]> = [
  [
    ["clusterroles", "roles"],
    ["bind", "escalate"],
  ],
  [["groups", "serviceaccounts", "userextras", "users"], ["impersonate"]],
  [["serviceaccounts/token"], ["create"]],
  [["nodes/proxy"], ["create", "get"]],
  [["persistentvolumes"], ["create"]],
  [["certificatesigningrequests/approval"], ["patch", "update"]],
  [["signers"], ["approve", "sign"]],
  [
    ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    ["create", "delete", "patch", "update"],
  ],
];

export const kubernetesRoleEscalation: ResourceRule = {
  name: "kubernetes-role-escalation",
  title: "No way to an administrator of the cluster",
  severity: "high",
  category: "identity",
  description: "No role lets its holder bind, escalate or impersonate, make tokens, or reach nodes and admission.",
  rationale: "Each of these is one step from the rights of cluster-admin, though the role does not look like it.",
  remediation: "Leave the verb out, or name the objects that it is for by resourceNames.",
  controls: [
    "CIS-K8S 5.1.8",
    "CIS-K8S 5.1.9",
    "CIS-K8S 5.1.10",
    "CIS-K8S 5.1.11",
    "CIS-K8S 5.1.12",
    "CIS-K8S 5.1.13",
    "NIST AC-6(10)",
    "ISO27001 A.8.2",
  ],
  appliesTo: ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"],
  judge: ({ props }) =>
    recordsOf(props.rules)
      .filter(({ resourceNames }) => textsOf(resourceNames).length === 0)
      .flatMap(({ resources, verbs }) =>
        escalations.flatMap(([names, steps]) =>
          textsOf(resources)
            .filter((resource) => names.includes(resource))
            .flatMap((resource) =>
              textsOf(verbs)
                .filter((verb) => steps.includes(verb))
                .map((verb) => `allows ${verb} on ${resource}.`),
            ),
        ),
      ),
};
