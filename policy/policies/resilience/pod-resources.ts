import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const podResources: ResourceRule = {
  name: "pod-resources",
  title: "Requests and limits",
  severity: "medium",
  category: "resilience",
  description: "Every container has a request of processors and a limit of memory.",
  rationale: "Without a request its node is overbooked; without a limit a leak takes the memory of its neighbours.",
  remediation: "Set resources.requests and resources.limits.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.6", "NIST SC-6", "NIST SC-5"],
  appliesTo: workloadTypes,
  judge: (resource) =>
    containersOf(resource)
      // A debugger that is attached to a pod can have none.
      .filter(({ kind }) => kind !== "ephemeral")
      .flatMap(({ name, props }) => {
        const resources = recordOf(props.resources);
        const limits = recordOf(resources.limits);
        // What has a limit only requests as much.
        const requested = recordOf(resources.requests).cpu ?? limits.cpu;
        return [
          ...(requested === undefined ? [`requests no processor for the container "${name}".`] : []),
          ...(limits.memory === undefined ? [`has no limit of memory for the container "${name}".`] : []),
        ];
      }),
};
