import { namespaceOf } from "../../kubernetes.ts";
import { podsAtLeast, selectedWorkloads } from "../../replicas.ts";
import type { StackRule } from "../../rule.ts";
import { numberOf, recordOf } from "../../values.ts";

export const disruptionBudgetEvictions: StackRule = {
  name: "disruption-budget-evictions",
  title: "Disruption budgets hold up and let go",
  severity: "medium",
  category: "resilience",
  scope: "stack",
  description: "A PodDisruptionBudget lets at least one pod be evicted, and never all of them.",
  rationale:
    "A budget that allows none holds up every patch of the nodes, until somebody drains them by force; one that allows all is none.",
  remediation: "Set maxUnavailable to 1 instead of minAvailable.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.8", "NIST SI-2"],
  appliesTo: ["kubernetes:policy/v1:PodDisruptionBudget"],
  judge: (budget, stack) => {
    const { maxUnavailable, minAvailable, selector } = recordOf(budget.props.spec);
    if (["0", "0%"].includes(String(maxUnavailable)) || minAvailable === "100%") return ["lets no pod be evicted."];
    if (maxUnavailable === "100%" || ["0", "0%"].includes(String(minAvailable)))
      return ["lets all pods be evicted at once."];
    const least = numberOf(minAvailable);
    if (least === undefined || !selector) return [];
    const workloads = selectedWorkloads(selector, namespaceOf(budget), stack);
    const pods = workloads.reduce((sum, each) => sum + podsAtLeast(each, stack), 0);
    return workloads.length > 0 && pods <= least
      ? [`keeps ${least} of ${pods} pods, so that none can be evicted.`]
      : [];
  },
};
