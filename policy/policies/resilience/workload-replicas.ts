import { namespaceOf, podLabelsOf, selects } from "../../kubernetes.ts";
import { podsAtLeast, replicatedTypes, selectedWorkloads } from "../../replicas.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const workloadReplicas: StackRule = {
  name: "workload-replicas",
  title: "Two pods or more",
  severity: "high",
  category: "resilience",
  scope: "stack",
  description: "A workload of production, with those that serve beside it, has two pods or more.",
  rationale: "One pod is an outage whenever its node is patched, replaced or lost.",
  remediation: "Set replicas, or minReplicas of its autoscaler, to 2 or more.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7"],
  appliesTo: replicatedTypes,
  environments: ["production"],
  judge: (resource, stack) => {
    const namespace = namespaceOf(resource);
    // A canary serves with its stable sibling: what counts is all that answers for the same Service.
    const beside = stack
      .ofType("kubernetes:core/v1:Service")
      .filter((service) => namespaceOf(service) === namespace)
      .map((service) => recordOf(recordOf(service.props.spec).selector))
      .filter((labels) => Object.keys(labels).length > 0 && selects({ matchLabels: labels }, podLabelsOf(resource)))
      .flatMap((matchLabels) => selectedWorkloads({ matchLabels }, namespace, stack));
    const pods = [...new Set([resource, ...beside])].reduce((sum, each) => sum + podsAtLeast(each, stack), 0);
    return pods >= 2 ? [] : [`may have ${pods} pods, fewer than 2.`];
  },
};
