import type {
  V1Deployment,
  V1Job,
  V1NetworkPolicy,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ResourceQuota,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";

/** Any object of Kubernetes: as a component planned it, or as the API server reads it back. */
export interface AnyObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

interface Kinds {
  readonly Deployment: V1Deployment;
  readonly HorizontalPodAutoscaler: V2HorizontalPodAutoscaler;
  readonly Job: V1Job;
  readonly NetworkPolicy: V1NetworkPolicy;
  readonly Pod: V1Pod;
  readonly PodDisruptionBudget: V1PodDisruptionBudget;
  readonly ResourceQuota: V1ResourceQuota;
}

/** All objects of a kind. */
export function ofKind<Kind extends keyof Kinds>(objects: readonly AnyObject[], kind: Kind): Kinds[Kind][] {
  return objects.filter((object) => object.kind === kind) as unknown as Kinds[Kind][];
}

/** The one object of that kind and name. @throws when there is none */
export function named<Kind extends keyof Kinds>(objects: readonly AnyObject[], kind: Kind, name: string): Kinds[Kind] {
  const found = ofKind(objects, kind).find(({ metadata }) => metadata?.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** What makes pods, and what they look like. */
export interface Workload {
  readonly kind: "Deployment" | "Job" | "Pod";
  readonly name: string;
  readonly namespace: string;
  readonly template: V1PodTemplateSpec;
}

/** Everything that makes pods, with its template. */
export function workloadsOf(objects: readonly AnyObject[]): Workload[] {
  const of = (kind: "Deployment" | "Job") =>
    ofKind(objects, kind).flatMap(({ metadata, spec }) =>
      spec ? [{ kind, name: metadata?.name ?? "", namespace: metadata?.namespace ?? "", template: spec.template }] : [],
    );
  const pods = ofKind(objects, "Pod").flatMap(({ metadata = {}, spec }) =>
    spec
      ? [
          {
            kind: "Pod" as const,
            name: metadata.name ?? "",
            namespace: metadata.namespace ?? "",
            template: { metadata, spec },
          },
        ]
      : [],
  );
  return [...of("Deployment"), ...of("Job"), ...pods];
}

/** Whether labels fit a selector; an empty one fits all. */
export function fits(
  selector: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values?: readonly string[];
    }[];
  },
  labels: Readonly<Record<string, string>> = {},
): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    exact &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "In") return value !== undefined && values.includes(value);
      if (operator === "NotIn") return value === undefined || !values.includes(value);
      return operator === "Exists" ? value !== undefined : value === undefined;
    })
  );
}
