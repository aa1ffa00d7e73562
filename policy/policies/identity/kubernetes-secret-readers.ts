import type { ResourceRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

const clusterRole = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";

export const kubernetesSecretReaders: ResourceRule = {
  name: "kubernetes-secret-readers",
  title: "Few read Secrets",
  severity: "high",
  category: "identity",
  description: "A role that reads Secrets names them, and none reads those of the whole cluster.",
  rationale: "Whoever may list the Secrets of a namespace has the credentials of everything that runs there.",
  remediation:
    "Give get with resourceNames in a Role of the namespace, or read from Secrets Manager by the pod's role.",
  controls: ["CIS-K8S 5.1.2", "SOC2 CC6.1", "ISO27001 A.8.3", "NIST AC-6", "GDPR 25(2)"],
  appliesTo: [clusterRole, "kubernetes:rbac.authorization.k8s.io/v1:Role"],
  judge: ({ props, type }) =>
    recordsOf(props.rules)
      .filter(({ resources }) => textsOf(resources).includes("secrets"))
      .flatMap(({ resourceNames, verbs }) => {
        const reads = textsOf(verbs).filter((verb) => ["get", "list", "watch"].includes(verb));
        if (reads.length === 0) return [];
        if (type === clusterRole) return [`reads Secrets of every namespace (${reads.join(", ")}).`];
        // list and watch show the contents as well.
        return textsOf(resourceNames).length === 0
          ? [`reads every Secret of its namespace (${reads.join(", ")}).`]
          : [];
      }),
};
