import { namespaceOf, objectNameOf } from "../../kubernetes.ts";
import type { StackRule } from "../../rule.ts";
import { listOf, recordOf, textsOf } from "../../values.ts";

const directions = ["Ingress", "Egress"] as const;

export const namespaceDefaultDeny: StackRule = {
  name: "namespace-default-deny",
  title: "Nothing is allowed by default",
  severity: "high",
  category: "Kubernetes",
  scope: "stack",
  description:
    "Every namespace has a network policy for all its pods that denies what no other policy allows, both ways.",
  rationale: "A pod that no policy selects is reached by every pod of the cluster, and reaches everything.",
  remediation: "Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules.",
  controls: ["CIS-K8S 5.3.2", "NIST SC-7", "NIST AC-4", "ISO27001 A.8.22", "SOC2 CC6.6"],
  appliesTo: ["kubernetes:core/v1:Namespace"],
  judge: (resource, stack) => {
    const namespace = objectNameOf(resource);
    const own = stack
      .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .filter((policy) => policy.dependencies.metadata?.includes(resource.urn) || namespaceOf(policy) === namespace);
    return directions
      .filter((direction) => !own.some(({ props }) => denies(recordOf(props.spec), direction)))
      .map((direction) => `has no network policy that denies ${direction.toLowerCase()} by default.`);
  },
};

function denies(spec: Readonly<Record<string, unknown>>, direction: (typeof directions)[number]): boolean {
  const { matchExpressions, matchLabels } = recordOf(spec.podSelector);
  const selectsAll = listOf(matchExpressions).length === 0 && Object.keys(recordOf(matchLabels)).length === 0;
  // Left out, the types are ingress, and egress where there are rules for it.
  const types = textsOf(spec.policyTypes ?? ["Ingress"]);
  const rules = direction === "Ingress" ? spec.ingress : spec.egress;
  return selectsAll && types.includes(direction) && listOf(rules).length === 0;
}
