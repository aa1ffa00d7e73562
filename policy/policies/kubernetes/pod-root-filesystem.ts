import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";

export const podRootFilesystem: ResourceRule = {
  name: "pod-root-filesystem",
  title: "Read-only root filesystem",
  severity: "medium",
  category: "Kubernetes",
  description: "No container can write to its own image.",
  rationale: "Who breaks into a writable container replaces its programs, and nothing shows it until the next restart.",
  remediation: "Set readOnlyRootFilesystem to true and mount an emptyDir where the program writes.",
  controls: ["CIS-K8S 5.7.3", "NIST SI-7", "NIST CM-5", "ISO27001 A.8.9", "SOC2 CC6.8"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource)
      .filter(({ security }) => security.readOnlyRootFilesystem !== true)
      .map(({ name }) => `lets the container "${name}" write to its root filesystem.`),
};
