import { namespaceOf, objectNameOf, podLabelsOf, selects } from "./kubernetes.ts";
import type { JudgedResource, JudgedStack } from "./resource.ts";
import { numberOf, recordOf } from "./values.ts";

/** Kinds that keep a number of like pods. */
export const replicatedTypes: readonly string[] = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:argoproj.io/v1alpha1:Rollout",
];

/** How many pods a workload has at the least: what its autoscaler says, else its own number, else one. */
export function podsAtLeast(workload: JudgedResource, stack: JudgedStack): number {
  const own = recordOf(workload.props.spec).replicas;
  const [, kind] = /:([^:]+)$/.exec(workload.type) ?? [];
  const scaler = stack.ofType("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").find((each) => {
    const target = recordOf(recordOf(each.props.spec).scaleTargetRef);
    return (
      target.kind === kind && target.name === objectNameOf(workload) && namespaceOf(each) === namespaceOf(workload)
    );
  });
  // An autoscaler leaves alone what was set to none.
  if (!scaler || own === 0) return numberOf(own) ?? 1;
  return numberOf(recordOf(scaler.props.spec).minReplicas) ?? 1;
}

/** The workloads of the namespace whose pods a label selector selects. */
export function selectedWorkloads(selector: unknown, namespace: string, stack: JudgedStack): readonly JudgedResource[] {
  return stack
    .ofType(...replicatedTypes)
    .filter((each) => namespaceOf(each) === namespace && selects(selector, podLabelsOf(each)));
}
