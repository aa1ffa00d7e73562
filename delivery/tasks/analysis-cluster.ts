import path from "node:path";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { AppsV1Api, CoreV1Api, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { UserError } from "../errors.ts";
import type { AnalysisOrder, Eyes } from "./analysis.ts";
import type { AlarmState, Look, SeenPod } from "./analysis-verdict.ts";

/* What the watch over a canary asks the cluster and CloudWatch. */

/** Where every pod finds what its service account is, unless the sandbox runs it as a process and says otherwise. */
const usualDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Connections of a watch. */
export interface Connections {
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  readonly cloudWatch: CloudWatchClient;
}

/**
 * Connects to the cluster that this process runs in, as its service account, and to CloudWatch.
 * @throws UserError when it runs in none
 */
export async function connect(region: string, env: NodeJS.ProcessEnv = process.env): Promise<Connections> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new UserError(
      "This command runs in a pod, but there is no KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT here.\n  Let ./slipway up start it.",
    );
  }
  const [{ AppsV1Api, CoreV1Api, KubeConfig }, { CloudWatchClient }] = await Promise.all([
    import("@kubernetes/client-node"),
    import("@aws-sdk/client-cloudwatch"),
  ]);
  const directory = env.SLIPWAY_SERVICE_ACCOUNT_DIRECTORY ?? usualDirectory;
  const config = new KubeConfig();
  const address = host.includes(":") ? `[${host}]` : host;
  config.loadFromClusterAndUser(
    {
      name: "cluster",
      server: `https://${address}:${port}`,
      caFile: path.join(directory, "ca.crt"),
      skipTLSVerify: false,
    },
    // Read anew each time: the token is exchanged while the pod runs.
    { name: "pod", authProvider: { name: "tokenFile", config: { tokenFile: path.join(directory, "token") } } },
  );
  return {
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    cloudWatch: new CloudWatchClient({ region }),
  };
}

/** Looks at a canary through these connections. */
export function eyesOf({ apps, cloudWatch, core }: Connections, order: AnalysisOrder): Eyes {
  const { alarms, deployment: name, namespace } = order;
  return {
    look: () => within(lookSeconds, look()),

    async takeBack() {
      await apps.patchNamespacedDeploymentScale({
        name,
        namespace,
        fieldManager: "slipway-analysis",
        body: [{ op: "replace", path: "/spec/replicas", value: 0 }],
      });
    },
  };

  async function look(): ReturnType<Eyes["look"]> {
    const [deployment, states] = await Promise.all([
      unlessMissing(apps.readNamespacedDeployment({ name, namespace })),
      alarmStates(cloudWatch, alarms),
    ]);
    if (!deployment) return { deployment: undefined, pods: [], alarms: states };
    const labels = Object.entries(deployment.spec?.selector.matchLabels ?? {});
    const { items } = await core.listNamespacedPod({
      namespace,
      labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(","),
    });
    return {
      deployment: {
        wanted: deployment.spec?.replicas ?? 1,
        template: JSON.stringify(deployment.spec?.template),
      },
      pods: items.map(seenPod),
      alarms: states,
    };
  }
}

/** A look that hangs sees nothing. */
const lookSeconds = 30;

async function within<T>(seconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A pod as it is judged. */
export function seenPod({ metadata, status }: V1Pod): SeenPod {
  const containers = status?.containerStatuses ?? [];
  const why = containers.map(whyOf).find((reason) => reason !== undefined) ?? status?.reason ?? undefined;
  return {
    name: metadata?.name ?? "",
    ready: status?.conditions?.some(({ status, type }) => type === "Ready" && status === "True") ?? false,
    // A pod that was evicted is failed before it is deleted.
    leaving: metadata?.deletionTimestamp !== undefined || status?.phase === "Failed" || status?.phase === "Succeeded",
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(why !== undefined && { why }),
  };
}

function whyOf({ lastState, state }: V1ContainerStatus): string | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  const end = ended && `${ended.reason ?? "ended"}, exit code ${ended.exitCode}`;
  return [state?.waiting?.reason, end].filter(Boolean).join("; ") || undefined;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined;
    throw error;
  }
}

/** CloudWatch answers for that many names at a time. */
const namesAtATime = 100;

async function alarmStates(client: CloudWatchClient, names: readonly string[]): Promise<Look["alarms"]> {
  const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const states = new Map<string, AlarmState>();
  for (let from = 0; from < names.length; from += namesAtATime) {
    const { MetricAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(from, from + namesAtATime),
        AlarmTypes: ["MetricAlarm"],
        MaxRecords: namesAtATime,
      }),
    );
    for (const { AlarmName, StateValue } of MetricAlarms)
      if (AlarmName !== undefined && StateValue !== undefined) states.set(AlarmName, StateValue as AlarmState);
  }
  return Object.fromEntries(names.map((name) => [name, states.get(name)]));
}
