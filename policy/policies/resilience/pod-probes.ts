import { containersOf, serviceTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { listOf } from "../../values.ts";

export const podProbes: ResourceRule = {
  name: "pod-probes",
  title: "Probes",
  severity: "medium",
  category: "resilience",
  description: "A container that serves has a readiness and a liveness probe.",
  rationale:
    "Without the first, traffic comes before it can answer; without the second, one that hangs is never restarted.",
  remediation: "Add readinessProbe and livenessProbe.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.16", "NIST SI-4"],
  appliesTo: serviceTypes,
  judge: (resource) => {
    const apps = containersOf(resource).filter(({ kind }) => kind === "app");
    // A helper beside the one that serves has nothing to be asked.
    const serving = apps.filter(({ props }) => apps.length === 1 || listOf(props.ports).length > 0);
    return serving.flatMap(({ name, props }) => [
      ...(props.readinessProbe ? [] : [`has no readiness probe for the container "${name}".`]),
      ...(props.livenessProbe ? [] : [`has no liveness probe for the container "${name}".`]),
    ]);
  },
};
