import { namespaceOf, podLabelsOf, selects } from "../../kubernetes.ts";
import { podsAtLeast, replicatedTypes } from "../../replicas.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const workloadDisruptionBudget: StackRule = {
  name: "workload-disruption-budget",
  title: "A disruption budget for replicated pods",
  severity: "medium",
  category: "resilience",
  scope: "stack",
  description: "Every workload with more than one pod has a PodDisruptionBudget that selects its pods.",
  rationale: "When nodes are drained, all pods of a workload may be evicted at the same moment.",
  remediation: "Add a PodDisruptionBudget with maxUnavailable 1 and the workload's selector.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10"],
  appliesTo: replicatedTypes,
  environments: ["staging", "preProduction", "production"],
  judge: (resource, stack) => {
    if (podsAtLeast(resource, stack) < 2) return [];
    const labels = podLabelsOf(resource);
    const guarded = stack.ofType("kubernetes:policy/v1:PodDisruptionBudget").some((budget) => {
      const { selector } = recordOf(budget.props.spec);
      // No selector selects nothing, an empty one everything.
      return namespaceOf(budget) === namespaceOf(resource) && Boolean(selector) && selects(selector, labels);
    });
    return guarded ? [] : ["has no disruption budget."];
  },
};
