import { podSpecOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

/** What the restricted standard allows: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
const allowed: readonly string[] = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

export const podVolumes: ResourceRule = {
  name: "pod-volumes",
  title: "No volumes of the host",
  severity: "high",
  category: "Kubernetes",
  description: "Pods mount only volumes of the restricted standard, above all none of the node's own paths.",
  rationale: "A path of the node holds the tokens and disks of all its pods, and the socket that starts new ones.",
  remediation: "Use an emptyDir, a claim, a ConfigMap, a Secret or a CSI driver.",
  controls: ["CIS-K8S 5.2.12", "NIST AC-6", "NIST SC-4", "ISO27001 A.8.3", "SOC2 CC6.1"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    recordsOf(podSpecOf(resource).volumes).flatMap((volume) =>
      Object.entries(volume)
        // Not set stands beside what is set, as null.
        .filter(([key, value]) => key !== "name" && value !== undefined && value !== null && !allowed.includes(key))
        .map(([key]) => `mounts the volume "${volume.name}" of the kind ${key}.`),
    ),
};
