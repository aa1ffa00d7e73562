import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const podEnvironmentSecrets: ResourceRule = {
  name: "pod-environment-secrets",
  title: "No whole Secrets in the environment",
  severity: "medium",
  category: "Kubernetes",
  description: "No container takes every key of a Secret into its environment.",
  rationale:
    "What is added to the Secret later reaches the process unasked, and a crash report prints the environment.",
  remediation: "Mount the Secret as files, or name the one key that is needed by secretKeyRef.",
  controls: ["CIS-K8S 5.4.1", "NIST AC-6", "ISO27001 A.8.3", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource).flatMap(({ name, props }) =>
      recordsOf(props.envFrom)
        .map(({ secretRef }) => recordOf(secretRef).name)
        .filter((secret) => typeof secret === "string")
        .map((secret) => `takes all of the Secret "${secret}" into the environment of the container "${name}".`),
    ),
};
