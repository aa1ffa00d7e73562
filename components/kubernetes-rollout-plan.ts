import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "./container-service-plan.ts";
import type { JobWish } from "./kubernetes-job-plan.ts";
import type { Place } from "./kubernetes-service-plan.ts";
import { accountName, canaryName, labelsOf } from "./kubernetes-workload-labels.ts";
import { plainVariables } from "./kubernetes-workload-plan.ts";

/* How a new version comes in: one copy first, a watch over it, then the others. Pure. */

/** What watches a service's canary. */
export interface WatchWish extends Place {
  readonly service: ServiceName;
  /** The operator's. */
  readonly image: pulumi.Input<string>;
  readonly version: pulumi.Input<string>;
  readonly region: string;
  readonly bakeMinutes: number;
  /** The names of the alarms to watch, separated by commas; may be empty. */
  readonly alarms: pulumi.Input<string>;
}

/** How long the watch may take beyond the bake time, in seconds: a node for its pod, its image, a canary that is moved meanwhile. */
const slackSeconds = 900;

/** A watch that is moved to another node begins anew, so there is room for two. */
const watchSeconds = (bakeMinutes: number): number => Math.ceil(2 * bakeMinutes * 60) + slackSeconds;

/** The Job that lets a rollout go on or ends it. */
export function planWatch(wish: WatchWish): JobWish {
  const { bakeMinutes, context, image, namespace, region, service, version } = wish;
  return {
    context,
    namespace,
    app: "analysis",
    image,
    version,
    command: "analyze",
    environment: plainVariables({
      ANALYSIS_DEPLOYMENT: canaryName(service),
      ANALYSIS_NAMESPACE: namespace,
      ANALYSIS_MINUTES: String(bakeMinutes),
      ANALYSIS_ALARMS: wish.alarms,
      AWS_REGION: region,
    }),
    deadlineSeconds: watchSeconds(bakeMinutes),
    token: true,
  };
}

/** What the watches may do in the cluster: look at the canaries and their pods, and scale the canaries down. */
export function planWatchRole({ context, namespace }: Place, services: readonly ServiceName[]) {
  const canaries = [...services].sort().map(canaryName);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: accountName(context, "analysis"), namespace, labels: labelsOf(context, "analysis") },
    rules: [
      { apiGroups: ["apps"], resources: ["deployments"], resourceNames: canaries, verbs: ["get"] },
      { apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames: canaries, verbs: ["patch"] },
      // A list cannot be held to names. Pods hold no secret: their variables say where one is.
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ],
  } satisfies types.input.rbac.v1.Role;
}

export function planWatchBinding({ context, namespace }: Place) {
  const name = accountName(context, "analysis");
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name, namespace, labels: labelsOf(context, "analysis") },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  } satisfies types.input.rbac.v1.RoleBinding;
}

/**
 * The alarm that ends a rollout: the environment's own load balancer, all its services together.
 * @param loadBalancer as CloudWatch names it
 */
export function planErrorAlarm(loadBalancer: pulumi.Input<string>) {
  const metric = (id: string, metricName: string) => ({
    id,
    returnData: false,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName,
      stat: "Sum",
      period: 60,
      dimensions: { LoadBalancer: loadBalancer },
    },
  });
  return {
    comparisonOperator: "GreaterThanThreshold",
    threshold: 5,
    evaluationPeriods: 3,
    // A canary has a quarter of the requests and less: it must be found before the average hides it.
    datapointsToAlarm: 2,
    treatMissingData: "notBreaching",
    metricQueries: [
      metric("errors", "HTTPCode_Target_5XX_Count"),
      metric("requests", "RequestCount"),
      {
        id: "share",
        // Of fewer than 20 a minute a share says nothing: one of two would be a half.
        expression: "IF(FILL(requests,0)>=20,100*FILL(errors,0)/FILL(requests,1),0)",
        label: "Failed requests in percent",
        returnData: true,
      },
    ],
  };
}
