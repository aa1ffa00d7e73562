import type { ResourceRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

export const kubernetesRoleWildcards: ResourceRule = {
  name: "kubernetes-role-wildcards",
  title: "Roles name verbs and resources",
  severity: "high",
  category: "identity",
  description: "A role of Kubernetes names its verbs and its resources.",
  rationale: "The wildcard takes in Secrets, escalation and every kind that is installed later.",
  remediation: "List the verbs and resources that are needed.",
  controls: ["CIS-K8S 5.1.3", "SOC2 CC6.3", "ISO27001 A.5.15", "NIST AC-6"],
  appliesTo: ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"],
  judge: ({ props }) =>
    recordsOf(props.rules).flatMap(({ nonResourceURLs, resources, verbs }, index) => [
      ...(textsOf(verbs).includes("*") ? [`allows every verb in its rule ${index + 1}.`] : []),
      ...(textsOf(resources).some((each) => /^\*/.test(each))
        ? [`allows every resource in its rule ${index + 1}.`]
        : []),
      ...(textsOf(nonResourceURLs).includes("*") ? [`allows every path in its rule ${index + 1}.`] : []),
    ]),
};
