import type { JudgedResource } from "./resource.ts";
import { recordOf, recordsOf } from "./values.ts";

type Properties = Readonly<Record<string, unknown>>;

/** Kinds that run pods, and where their pods' template stands. */
const templates: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:apps/v1:DaemonSet": ["spec", "template"],
  "kubernetes:apps/v1:Deployment": ["spec", "template"],
  "kubernetes:apps/v1:ReplicaSet": ["spec", "template"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template"],
  "kubernetes:argoproj.io/v1alpha1:Rollout": ["spec", "template"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template"],
  "kubernetes:batch/v1:Job": ["spec", "template"],
  "kubernetes:core/v1:Pod": [],
};

/** Type tokens of everything that runs pods. */
export const workloadTypes: readonly string[] = Object.keys(templates);

/** Those that serve until they are told to stop: not Jobs, whose pods end. */
export const serviceTypes: readonly string[] = workloadTypes.filter((type) => !/:batch\/|:Pod$/.test(type));

/** The specification of the pods that a workload runs. */
export function podSpecOf({ props, type }: Pick<JudgedResource, "props" | "type">): Properties {
  return recordOf(templateOf({ props, type }).spec);
}

/** The labels of the pods that a workload runs. */
export function podLabelsOf(resource: Pick<JudgedResource, "props" | "type">): Properties {
  return recordOf(recordOf(templateOf(resource).metadata).labels);
}

function templateOf({ props, type }: Pick<JudgedResource, "props" | "type">): Properties {
  return (templates[type] ?? []).reduce<Properties>((at, key) => recordOf(at[key]), props);
}

/** A container of a pod with what its pod says for all. */
export interface Container {
  readonly name: string;
  /** `init`: runs to its end before the others start, unless it is a sidecar. */
  readonly kind: "app" | "init" | "ephemeral";
  readonly props: Properties;
  /** The container's own security context over the pod's. */
  readonly security: Properties;
}

/** All containers of a workload's pods. */
export function containersOf(resource: Pick<JudgedResource, "props" | "type">): readonly Container[] {
  const spec = podSpecOf(resource);
  const shared = recordOf(spec.securityContext);
  const of = (kind: Container["kind"], list: unknown) =>
    recordsOf(list).map((props) => ({
      kind,
      props,
      name: typeof props.name === "string" ? props.name : "unnamed",
      security: { ...shared, ...recordOf(props.securityContext) },
    }));
  return [
    ...of("app", spec.containers),
    ...of("init", spec.initContainers),
    ...of("ephemeral", spec.ephemeralContainers),
  ];
}

/** Namespace of an object; `default` where none is named. */
export function namespaceOf({ props }: Pick<JudgedResource, "props">): string {
  const { namespace } = recordOf(props.metadata);
  return typeof namespace === "string" && namespace !== "" ? namespace : "default";
}

/** An object's own name. */
export function objectNameOf({ props }: Pick<JudgedResource, "props">): string | undefined {
  const { name } = recordOf(props.metadata);
  return typeof name === "string" ? name : undefined;
}

/** Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels; an empty one selects all. */
export function selects(selector: unknown, labels: Properties): boolean {
  const { matchExpressions, matchLabels } = recordOf(selector);
  return (
    Object.entries(recordOf(matchLabels)).every(([key, value]) => labels[key] === value) &&
    recordsOf(matchExpressions).every(({ key, operator, values }) => {
      const value = typeof key === "string" ? labels[key] : undefined;
      const listed = Array.isArray(values) && values.includes(value);
      if (operator === "In") return listed;
      if (operator === "NotIn") return !listed;
      return operator === "Exists" ? value !== undefined : operator === "DoesNotExist" && value === undefined;
    })
  );
}
