import { podSpecOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";

export const podServiceAccount: ResourceRule = {
  name: "pod-service-account",
  title: "A service account of its own",
  severity: "medium",
  category: "Kubernetes",
  description: "No workload runs under its namespace's default service account.",
  rationale: "All that name none share the default one: a right that is given to one of them is given to all.",
  remediation: "Make a ServiceAccount for the workload and name it in serviceAccountName.",
  controls: ["CIS-K8S 5.1.5", "NIST AC-6", "ISO27001 A.5.15", "SOC2 CC6.3"],
  appliesTo: workloadTypes,
  judge: (resource) => {
    const { serviceAccount, serviceAccountName } = podSpecOf(resource);
    // The old name of the property still counts.
    const account = serviceAccountName || serviceAccount || "default";
    return account === "default" ? ["runs under the default service account."] : [];
  },
};
