import type { ResourceRule } from "../../rule.ts";

export const serviceAccountTokens: ResourceRule = {
  name: "service-account-tokens",
  title: "Service accounts hand out no tokens unasked",
  severity: "medium",
  category: "identity",
  description: "A service account does not have its token mounted into every pod; a pod that needs it says so.",
  rationale:
    "Kubernetes mounts it unless told not to, so that whoever breaks into any pod of the account can talk to the API server.",
  remediation: "Set automountServiceAccountToken to false for the account, and to true for the pod that needs it.",
  controls: ["CIS-K8S 5.1.6", "SOC2 CC6.3", "ISO27001 A.5.17", "NIST AC-6"],
  appliesTo: ["kubernetes:core/v1:ServiceAccount"],
  judge: ({ props }) =>
    props.automountServiceAccountToken === false ? [] : ["has its token mounted into every pod that uses it."],
};
