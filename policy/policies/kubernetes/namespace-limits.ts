import { namespaceOf, objectNameOf } from "../../kubernetes.ts";
import type { JudgedResource } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const namespaceLimits: StackRule = {
  name: "namespace-limits",
  title: "Quotas and limits for every namespace",
  severity: "medium",
  category: "Kubernetes",
  scope: "stack",
  description: "Every namespace has a quota of processors and memory, and default limits for containers.",
  rationale:
    "Without them one runaway program takes the nodes from its neighbours, or makes the cluster grow at our cost.",
  remediation: "Add a ResourceQuota with cpu and memory, and a LimitRange with defaults for containers.",
  controls: ["CIS-K8S 5.7.1", "NIST SC-6", "NIST SC-5", "ISO27001 A.8.6", "SOC2 A1.1"],
  appliesTo: ["kubernetes:core/v1:Namespace"],
  judge: (resource, stack) => {
    const own = (type: string) => stack.ofType(type).filter((each) => isIn(each, resource));
    const quotas = own("kubernetes:core/v1:ResourceQuota").map(({ props }) => recordOf(recordOf(props.spec).hard));
    const caps = (what: string) =>
      quotas.some((hard) => [what, `limits.${what}`, `requests.${what}`].some((key) => hard[key] !== undefined));
    const limited = own("kubernetes:core/v1:LimitRange").some(({ props }) =>
      recordsOf(recordOf(props.spec).limits).some(
        ({ default: limits, type }) => type === "Container" && recordOf(limits).memory !== undefined,
      ),
    );
    return [
      ...(caps("cpu") ? [] : ["has no quota of processors."]),
      ...(caps("memory") ? [] : ["has no quota of memory."]),
      ...(limited ? [] : ["has no default limit of memory for containers."]),
    ];
  },
};

function isIn(each: JudgedResource, namespace: JudgedResource): boolean {
  return each.dependencies.metadata?.includes(namespace.urn) || namespaceOf(each) === objectNameOf(namespace);
}
