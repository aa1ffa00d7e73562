import type { Cases } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";
import { deployment, object } from "../support/workloads.ts";

type Properties = Readonly<Record<string, unknown>>;

const replicas = (count: number, pod: Properties = {}) => deployment({}, pod, { replicas: count });
const canary = { ...replicas(1), name: "canary" };
const service = (selector: Properties) => object("core/v1:Service", { selector });
const scaler = (spec: Properties) =>
  object("autoscaling/v2:HorizontalPodAutoscaler", { scaleTargetRef: { kind: "Deployment", name: "web" }, ...spec });
const budget = (spec: Properties, metadata = {}) => object("policy/v1:PodDisruptionBudget", spec, metadata);
const selector = { matchLabels: { app: "web" } };
const zones = { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" };
const required = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }] };
const probe = { httpGet: { path: "/", port: 80 } };
const ports = [{ containerPort: 80 }];
const job = (spec: Properties) => object("batch/v1:Job", spec);

export const resilienceKubernetesCases: Cases = {
  "workload-replicas": [
    accepts("two", replicas(2)),
    accepts("an autoscaler's two", deployment(), [scaler({ minReplicas: 2, maxReplicas: 4 })]),
    accepts("a canary beside another", replicas(1), [canary, service({ app: "web" })]),
    accepts("one before production", { ...replicas(1), stack: "staging" }),
    refuses("Kubernetes' default, which is one", deployment(), "may have 1 pods, fewer than 2."),
    refuses("an autoscaler's default", replicas(3), "may have 1 pods, fewer than 2.", [scaler({ maxReplicas: 4 })]),
    refuses("another that serves something else", replicas(1), "may have 1 pods, fewer than 2.", [
      canary,
      service({ app: "api" }),
    ]),
  ],
  "workload-disruption-budget": [
    accepts("one pod", replicas(1)),
    accepts("a budget", replicas(2), [budget({ maxUnavailable: 1, selector })]),
    accepts("a budget for all", replicas(2), [budget({ maxUnavailable: 1, selector: {} })]),
    refuses("none", replicas(2), "has no disruption budget."),
    refuses("one that selects nothing", replicas(2), "has no disruption budget.", [budget({ maxUnavailable: 1 })]),
    refuses("one of another namespace", replicas(2), "has no disruption budget.", [
      budget({ maxUnavailable: 1, selector }, { namespace: "other" }),
    ]),
    refuses("one for others", replicas(2), "has no disruption budget.", [
      budget({ maxUnavailable: 1, selector: { matchLabels: { app: "api" } } }),
    ]),
  ],
  "disruption-budget-evictions": [
    accepts("one pod less", budget({ maxUnavailable: 1, selector }), [replicas(1)]),
    accepts("one pod of two", budget({ minAvailable: 1, selector }), [replicas(2)]),
    refuses("none less", budget({ maxUnavailable: 0, selector }), "lets no pod be evicted."),
    refuses("all of them", budget({ minAvailable: "100%", selector }), "lets no pod be evicted."),
    refuses("no limit", budget({ maxUnavailable: "100%", selector }), "lets all pods be evicted at once."),
    refuses("none that stays", budget({ minAvailable: 0, selector }), "lets all pods be evicted at once."),
    refuses(
      "as many as there are",
      budget({ minAvailable: 2, selector }),
      "keeps 2 of 2 pods, so that none can be evicted.",
      [replicas(2)],
    ),
  ],
  "pod-spread": [
    accepts("one pod", replicas(1)),
    accepts("zones", replicas(2, { topologySpreadConstraints: [zones] })),
    accepts("pods that are kept apart", replicas(2, { affinity: { podAntiAffinity: required } })),
    refuses("the scheduler's default", replicas(2), "may have all its pods in one zone."),
    refuses(
      "a wish",
      replicas(2, { topologySpreadConstraints: [{ ...zones, whenUnsatisfiable: "ScheduleAnyway" }] }),
      "may have all its pods in one zone.",
    ),
  ],
  "pod-probes": [
    accepts("both", deployment({ ports, readinessProbe: probe, livenessProbe: probe })),
    accepts(
      "a helper without",
      deployment(
        {},
        { containers: [{ name: "web", ports, readinessProbe: probe, livenessProbe: probe }, { name: "log" }] },
      ),
    ),
    refuses("none", deployment(), [
      'has no readiness probe for the container "web".',
      'has no liveness probe for the container "web".',
    ]),
    refuses("one", deployment({ ports, readinessProbe: probe }), 'has no liveness probe for the container "web".'),
  ],
  "pod-resources": [
    accepts("both", deployment({ resources: { requests: { cpu: "100m" }, limits: { memory: "256Mi" } } })),
    accepts("limits, which are requests too", deployment({ resources: { limits: { cpu: "1", memory: "256Mi" } } })),
    refuses("none", deployment(), [
      'requests no processor for the container "web".',
      'has no limit of memory for the container "web".',
    ]),
    refuses(
      "no limit",
      deployment({ resources: { requests: { cpu: "100m", memory: "256Mi" } } }),
      'has no limit of memory for the container "web".',
    ),
  ],
  "pod-shutdown": [
    accepts("Kubernetes' default", deployment()),
    accepts(
      "time after the hook",
      deployment({ lifecycle: { preStop: { sleep: { seconds: 35 } } } }, { terminationGracePeriodSeconds: 60 }),
    ),
    refuses(
      "none",
      deployment({}, { terminationGracePeriodSeconds: 0 }),
      'leaves the container "web" 0 seconds to end.',
    ),
    refuses(
      "a hook that takes it all",
      deployment({ lifecycle: { preStop: { sleep: { seconds: 35 } } } }),
      'leaves the container "web" 0 seconds to end.',
    ),
  ],
  "deployment-strategy": [
    accepts("Kubernetes' default", deployment()),
    accepts("Recreate in staging", { ...deployment({}, {}, { strategy: { type: "Recreate" } }), stack: "staging" }),
    refuses(
      "Recreate",
      deployment({}, {}, { strategy: { type: "Recreate" } }),
      "stops all its pods before it starts new ones.",
    ),
    refuses(
      "all at once",
      deployment({}, {}, { strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } } }),
      "stops all its pods before it starts new ones.",
    ),
  ],
  "job-deadline": [
    accepts("a deadline", job({ activeDeadlineSeconds: 600 })),
    accepts(
      "a CronJob's deadline",
      object("batch/v1:CronJob", { jobTemplate: { spec: { activeDeadlineSeconds: 60 } } }),
    ),
    refuses("none", job({}), "has no deadline."),
    refuses("none of a CronJob", object("batch/v1:CronJob", { jobTemplate: {} }), "has no deadline."),
  ],
};
