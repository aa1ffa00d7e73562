import type { types } from "@pulumi/kubernetes";
import type { ServiceName } from "./container-service-plan.ts";
import type { Place, PodServiceSettings } from "./kubernetes-service-plan.ts";
import { labelsOf } from "./kubernetes-workload-labels.ts";
import {
  cpuQuantity,
  type Demand,
  demandOf,
  memoryQuantity,
  operatorSize,
  peakOf,
  sumOf,
} from "./kubernetes-workload-sizes.ts";

/* The namespace of an environment: what it lets in, and how much it may take. Pure. */

/** The version whose rules are meant; they are not to change with the cluster's, unseen. */
const podSecurityVersion = "v1.36";

/** A namespace under restricted pod security, whose pods are ready only when the load balancer finds them so. */
export function planNamespace({ context, namespace }: Place): types.input.core.v1.Namespace {
  const security = Object.fromEntries(
    ["enforce", "audit", "warn"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, "restricted"],
      [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
    ]),
  );
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: namespace,
      labels: {
        ...labelsOf(context, undefined),
        name: namespace,
        environment: context.environment,
        // Auto Mode's own word for it; the load balancer controller that one installs oneself says elbv2.k8s.aws/...
        "eks.amazonaws.com/pod-readiness-gate-inject": "enabled",
        ...security,
      },
    },
  };
}

/** What a container gets that does not say how much it wants. All of ours do; a person's `kubectl run` may not. */
export function planLimitRange({ context, namespace }: Place): types.input.core.v1.LimitRange {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "container-defaults", namespace, labels: labelsOf(context, undefined) },
    spec: {
      limits: [
        {
          type: "Container",
          defaultRequest: { cpu: "100m", memory: "128Mi" },
          default: { cpu: "200m", memory: "256Mi" },
        },
      ],
    },
  };
}

/**
 * The most that an environment ever needs: both services at their maximum and being exchanged, canaries too, with the migration and
 * the watches beside them, each of which may be followed by another while it ends.
 */
function peakDemand(services: Readonly<Record<ServiceName, PodServiceSettings>>): Demand {
  const jobs = 1 + Object.keys(services).length;
  return sumOf([
    ...Object.values(services).flatMap(({ pod, scaling }) => [
      demandOf(pod, peakOf(Math.max(scaling.minimum, scaling.maximum))),
      demandOf(pod, peakOf(1)),
    ]),
    demandOf(operatorSize, 2 * jobs),
  ]);
}

/** What the namespace may take: its peak, and no way out of the cluster or disks that nobody planned. */
export function planQuota(
  { context, namespace }: Place,
  services: Readonly<Record<ServiceName, PodServiceSettings>>,
): types.input.core.v1.ResourceQuota {
  const { limits, pods, requests } = peakDemand(services);
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "environment", namespace, labels: labelsOf(context, undefined) },
    spec: {
      hard: {
        pods: String(pods),
        "requests.cpu": cpuQuantity(requests.cpu),
        "requests.memory": memoryQuantity(requests.memory),
        "limits.cpu": cpuQuantity(limits.cpu),
        "limits.memory": memoryQuantity(limits.memory),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        persistentvolumeclaims: "0",
      },
    },
  };
}
