import { containersOf, podSpecOf, serviceTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf } from "../../values.ts";

/** Seconds that a process needs at the least to end what it has begun. */
const shortest = 10;

export const podShutdown: ResourceRule = {
  name: "pod-shutdown",
  title: "Time to shut down",
  severity: "low",
  category: "resilience",
  description: `A process that serves has ${shortest} seconds or more to end, after its preStop hook.`,
  rationale: "Every rollout kills what the process was answering when its time is too short.",
  remediation: "Raise terminationGracePeriodSeconds above the preStop sleep.",
  controls: ["SOC2 A1.1", "SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-3"],
  appliesTo: serviceTypes,
  judge: (resource) => {
    const grace = numberOf(podSpecOf(resource).terminationGracePeriodSeconds) ?? 30;
    return containersOf(resource)
      .filter(({ kind }) => kind === "app")
      .flatMap(({ name, props }) => {
        const { sleep } = recordOf(recordOf(props.lifecycle).preStop);
        const left = grace - (numberOf(recordOf(sleep).seconds) ?? 0);
        return left >= shortest ? [] : [`leaves the container "${name}" ${Math.max(left, 0)} seconds to end.`];
      });
  },
};
