import { podSpecOf } from "../../kubernetes.ts";
import { podsAtLeast, replicatedTypes } from "../../replicas.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

const keys: readonly unknown[] = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

export const podSpread: StackRule = {
  name: "pod-spread",
  title: "Pods are spread over zones",
  severity: "medium",
  category: "resilience",
  scope: "stack",
  description: "The pods of a workload with more than one must be spread over zones, or kept apart.",
  rationale: "The scheduler may put all of them on one node: then they are lost together.",
  remediation: "Add a topologySpreadConstraint for topology.kubernetes.io/zone with whenUnsatisfiable DoNotSchedule.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7"],
  appliesTo: replicatedTypes,
  environments: ["preProduction", "production"],
  judge: (resource, stack) => {
    if (podsAtLeast(resource, stack) < 2) return [];
    const { affinity, topologySpreadConstraints } = podSpecOf(resource);
    const spread = recordsOf(topologySpreadConstraints).some(
      // Unless told otherwise a pod that would break the constraint waits.
      ({ topologyKey, whenUnsatisfiable }) =>
        topologyKey === "topology.kubernetes.io/zone" && whenUnsatisfiable !== "ScheduleAnyway",
    );
    const required = recordOf(recordOf(affinity).podAntiAffinity).requiredDuringSchedulingIgnoredDuringExecution;
    const apart = recordsOf(required).some(({ topologyKey }) => keys.includes(topologyKey));
    return spread || apart ? [] : ["may have all its pods in one zone."];
  },
};
