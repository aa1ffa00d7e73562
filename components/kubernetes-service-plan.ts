import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NamingContext } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";
import type { ServiceName, ServiceSettings } from "./container-service-plan.ts";
import {
  accountName,
  canaryName,
  configName,
  labelsOf,
  secretName,
  serviceObjectName,
  type Track,
} from "./kubernetes-workload-labels.ts";
import {
  configVariables,
  type EnvVar,
  plainVariables,
  planPodSpec,
  secretVariables,
} from "./kubernetes-workload-plan.ts";
import type { PodSize } from "./kubernetes-workload-sizes.ts";

/* The objects of one service of the application on Kubernetes. Pure. */

type Deployment = types.input.apps.v1.Deployment;
type Autoscaler = types.input.autoscaling.v2.HorizontalPodAutoscaler;
type Budget = types.input.policy.v1.PodDisruptionBudget;
type ClusterService = types.input.core.v1.Service;

/** Settings of a service that stands on Kubernetes: the check of settings has seen to its size. */
export type PodServiceSettings = ServiceSettings & { readonly pod: PodSize };

/** How a new version takes over (`slipway:kubernetes.rollout`). */
export type RolloutSettings = NonNullable<Settings["kubernetes"]>["rollout"];

/** Whose objects, and where. */
export interface Place {
  readonly context: NamingContext;
  readonly namespace: string;
}

/** One service as it is to run. */
export interface ServiceWish extends Place {
  readonly service: ServiceName;
  readonly settings: PodServiceSettings;
  readonly image: pulumi.Input<string>;
  /** The image's version as a label holds it (`versionOf`). */
  readonly version: pulumi.Input<string>;
  /** The names of the variables in the track's ConfigMap. @default none */
  readonly configured?: readonly string[] | undefined;
  /** A digest of what that ConfigMap holds: another one rolls the pods. */
  readonly configHash?: pulumi.Input<string> | undefined;
  /** Variables with their values. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variables that the Secret holds. @default none */
  readonly secrets?: readonly string[] | undefined;
  readonly writablePaths: readonly string[];
  /** In how many zones nodes may stand. */
  readonly zones: number;
  readonly minReadySeconds: number;
  /** How long a rollout may stand still, in seconds. */
  readonly patienceSeconds: number;
}

/**
 * A pod that is told to stop gets requests until the load balancer has let go of it. So it goes on as if nothing were while its
 * target is being deregistered, and is told only then; what it has begun it may finish.
 */
export const endSeconds = { deregistration: 30, sleep: 35, grace: 60 } as const;

/**
 * What a port is called. Its number is part of it, since a preview of the first change after an object was created finds the old port
 * beside the new one (server-side apply takes a creator's fields over only in the update itself), and two of one name are refused.
 */
const portName = ({ port }: ServiceSettings): string => `http-${port}`;

/** Probes by the source document's numbers (seeds/004); until the first success neither of them counts. */
function probesOf({ healthPath: path, port }: ServiceSettings) {
  const httpGet = { path, port, scheme: "HTTP" };
  return {
    // 150 seconds to start in. Without it, liveness would end a slow start after 60, again and again.
    startupProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 30 },
    readinessProbe: { httpGet, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: { httpGet, initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  };
}

/** A track's Deployment: the canary is one copy, the others are as many as the autoscaler says. */
export function planDeployment(wish: ServiceWish, track: Track): Deployment {
  const { context, namespace, service, settings } = wish;
  const labels = labelsOf(context, service, track);
  const selector = { app: service, track };
  const versioned = { ...labels, "app.kubernetes.io/version": wish.version };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: track === "canary" ? canaryName(service) : service,
      namespace,
      labels: versioned,
      // The watch scales a canary that failed down to nothing. The next rollout takes that field back.
      ...(track === "canary" && { annotations: { "pulumi.com/patchForce": "true" } }),
    },
    spec: {
      replicas: track === "canary" ? 1 : settings.scaling.minimum,
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: wish.patienceSeconds,
      minReadySeconds: wish.minReadySeconds,
      selector: { matchLabels: selector },
      // The new copy is there before an old one goes.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: versioned,
          ...(wish.configHash !== undefined && { annotations: { "slipway.dev/config": wish.configHash } }),
        },
        spec: planPodSpec({
          name: service,
          image: wish.image,
          size: settings.pod,
          serviceAccount: accountName(context, service),
          environment: variablesOf(wish, track),
          writablePaths: wish.writablePaths,
          secretClass: wish.secrets?.length ? secretName : undefined,
          container: {
            ports: [{ name: portName(settings), containerPort: settings.port, protocol: "TCP" }],
            ...probesOf(settings),
            lifecycle: { preStop: { sleep: { seconds: endSeconds.sleep } } },
          },
          pod: {
            terminationGracePeriodSeconds: endSeconds.grace,
            topologySpreadConstraints: spreadOf(selector, wish.zones),
          },
        }),
      },
    },
  };
}

function variablesOf(wish: ServiceWish, track: Track): EnvVar[] {
  return [
    ...configVariables(configName(track), wish.configured ?? []),
    ...secretVariables(secretName, wish.secrets ?? []),
    ...plainVariables(wish.environment),
  ];
}

/**
 * Copies stand in different zones, on different machines where there are some. Zones are a must from three on: of two, one that
 * fails would leave the rest of the copies waiting for it. Only copies of one version are counted, so that the last of a rollout
 * find their place; and a zone whose nodes are lost is no longer one.
 */
function spreadOf(matchLabels: Record<string, string>, zones: number) {
  const common = { maxSkew: 1, labelSelector: { matchLabels }, matchLabelKeys: ["pod-template-hash"] };
  return [
    {
      ...common,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: zones >= 3 ? "DoNotSchedule" : "ScheduleAnyway",
      nodeTaintsPolicy: "Honor",
    },
    {
      ...common,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      nodeTaintsPolicy: "Honor",
    },
  ];
}

/** The service inside the cluster: both tracks, so that the canary gets its share of the requests. */
export function planService({ context, namespace }: Place, service: ServiceName, settings: ServiceSettings) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: serviceObjectName(service),
      namespace,
      labels: labelsOf(context, service),
      annotations: {
        // There is none to wait for before the first image.
        "pulumi.com/skipAwait": "true",
        "alb.ingress.kubernetes.io/healthcheck-path": settings.healthPath,
      },
    },
    spec: {
      type: "ClusterIP",
      selector: { app: service },
      ports: [{ name: portName(settings), port: settings.port, targetPort: settings.port, protocol: "TCP" }],
    },
  } satisfies ClusterService;
}

/** Bounds and targets from the settings; how fast, from the source document (seeds/004), for both services alike. */
export function planAutoscaler({ context, namespace, service, settings }: ServiceWish): Autoscaler {
  const { scaling } = settings;
  const target = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: `${service}-hpa`, namespace, labels: labelsOf(context, service) },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: service },
      minReplicas: scaling.minimum,
      maxReplicas: scaling.maximum,
      metrics: [target("cpu", scaling.cpuPercent), target("memory", scaling.memoryPercent)],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
        },
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 2, periodSeconds: 60 },
          ],
        },
      },
    },
  };
}

/**
 * What may be taken away on purpose at one time: one copy, so that nodes and zones can always be emptied, copy by copy. Copies that are not
 * well hold nobody up. The canary has no budget: one copy that must stay could never be moved.
 */
export function planBudget({ context, namespace, service }: ServiceWish): Budget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: service, namespace, labels: labelsOf(context, service, "stable") },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { app: service, track: "stable" } },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

/** The account of a program's pods. Its token is mounted nowhere: what it is in AWS comes from the pod identity agent. */
export function planAccount({ context, namespace }: Place, app: Parameters<typeof accountName>[1]) {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: accountName(context, app), namespace, labels: labelsOf(context, app) },
    automountServiceAccountToken: false,
  } satisfies types.input.core.v1.ServiceAccount;
}
