import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchV1Api, CoreV1Api, V1Job, V1JobSpec, V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { TaskEnd, TaskListener, TaskOrder } from "./ecs-task.ts";
import { JobLog, type OpenLog } from "./kubernetes-job-log.ts";

/** Where a stack's one-off Jobs run, and what they are made from: the output `tasks` of an environment on Kubernetes. */
export const jobTargetSchema = z.object({
  cluster: z.string(),
  region: z.string(),
  namespace: z.string(),
  /** A Job's spec, complete but for the command and its variables. */
  job: z.custom<V1JobSpec>(
    (value) => (value as V1JobSpec | undefined)?.template?.spec?.containers?.[0] !== undefined,
    "is no Job's spec with a container",
  ),
});
export type JobTarget = z.infer<typeof jobTargetSchema>;

/** Connections to the cluster. */
export interface JobClients {
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  readonly openLog: OpenLog;
}

/** A Job that was started. */
export interface RunningJob {
  readonly name: string;
  readonly namespace: string;
  /** The container that runs the command. */
  readonly container: string;
}

/** The Job that does what is ordered. Pure. */
export function planTaskJob(target: JobTarget, { command, environment, startedBy }: TaskOrder, id: string): V1Job {
  const { template } = target.job;
  const [container, ...others] = template.spec?.containers ?? [];
  if (!template.spec || !container) throw new Error("the Job's spec was let through without a container");
  const given = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const kept = (container.env ?? []).filter(({ name }) => !(name in environment));
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `task-${wordOf(command)}-${id}`,
      namespace: target.namespace,
      labels: { ...template.metadata?.labels, "app.kubernetes.io/managed-by": "slipway" },
      annotations: { "slipway.dev/started-by": startedBy },
    },
    spec: {
      ...target.job,
      template: {
        ...template,
        spec: {
          ...template.spec,
          containers: [{ ...container, args: [...command], env: [...kept, ...given] }, ...others],
        },
      },
    },
  };
}

/** What a command is called in the name of its Job: `migrate`, `db-verify`. Options may hold what no name may. */
function wordOf([first, second = ""]: readonly string[]): string {
  const word = first === "operator" ? second : `${first}-${second}`;
  return word
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(0, 40);
}

/**
 * Starts a Job.
 * @throws UserError when the API server refuses it, with its reason
 */
export async function startJob({ batch }: JobClients, target: JobTarget, order: TaskOrder): Promise<RunningJob> {
  const { namespace } = target;
  const job = planTaskJob(target, order, randomBytes(4).toString("hex"));
  try {
    await batch.createNamespacedJob({ namespace, body: job });
  } catch (error) {
    throw new UserError(
      `The cluster ${target.cluster} did not start the Job: ${reasonOf(error)}.\n  It takes the right to create Jobs in the namespace ${namespace} (slipway:kubernetes.access, level edit).`,
      { cause: error },
    );
  }
  const container = job.spec?.template.spec?.containers[0]?.name ?? "";
  return { name: job.metadata?.name ?? "", namespace, container };
}

/** Takes a Job and its pods away; one that is gone already is none to complain of. */
export async function removeJob({ batch }: JobClients, { name, namespace }: RunningJob): Promise<void> {
  try {
    await batch.deleteNamespacedJob({ name, namespace, propagationPolicy: "Background" });
  } catch (error) {
    if (codeOf(error) !== 404) throw error;
  }
}

/** How often the cluster is asked, in milliseconds. */
const interval = 1_000;

/** How long an image may not be pulled before it is given up, in milliseconds: registries fail for a moment now and then. */
const patienceForImage = 60_000;

/**
 * Follows a Job to its end, and tells its lines as they come. Asked to stop, takes the Job away, which ends its pod.
 * @param stop aborted with the reason to give
 */
export async function followJob(
  clients: JobClients,
  job: RunningJob,
  listener: TaskListener,
  options: { readonly stop?: AbortSignal; readonly interval?: number; readonly patience?: number } = {},
): Promise<TaskEnd> {
  const pause = options.interval ?? interval;
  const log = new JobLog(clients.openLog, job, listener.line);
  let told = "";
  let troubled: number | undefined;
  try {
    for (;;) {
      if (options.stop?.aborted) {
        await removeJob(clients, job);
        return { exitCode: 1, reason: String(options.stop.reason) };
      }
      const seen = await lookAt(clients, job);
      if (seen.status !== told) {
        told = seen.status;
        listener.status(told);
      }
      if (seen.started && seen.pod) log.follow(seen.pod);
      if (seen.end) {
        if (seen.end.exitCode === undefined) return seen.end;
        const missing = await log.drain().then(
          () => "",
          (error: Error) => `; its last lines cannot be read: ${error.message}`,
        );
        return { ...seen.end, reason: seen.end.reason + missing };
      }
      troubled = seen.trouble === undefined ? undefined : (troubled ?? Date.now());
      if (troubled !== undefined && Date.now() - troubled >= (options.patience ?? patienceForImage))
        return { exitCode: undefined, reason: seen.trouble ?? "" };
      await sleep(pause, undefined, { signal: options.stop }).catch(() => undefined);
    }
  } finally {
    log.stop();
  }
}

/** A Job at one moment. */
interface Seen {
  /** In a word or a few. */
  readonly status: string;
  readonly pod?: string | undefined;
  /** Whether its program has begun. */
  readonly started: boolean;
  readonly end?: TaskEnd;
  /** Why its program cannot begin, as it looks now. */
  readonly trouble?: string | undefined;
}

async function lookAt({ batch, core }: JobClients, { name, namespace, container }: RunningJob): Promise<Seen> {
  const [job, { items }] = await Promise.all([
    batch.readNamespacedJob({ name, namespace }).catch((error: unknown) => {
      if (codeOf(error) === 404) return undefined;
      throw error;
    }),
    core.listNamespacedPod({ namespace, labelSelector: `batch.kubernetes.io/job-name=${name}` }),
  ]);
  if (job === undefined)
    return { status: "gone", started: false, end: { exitCode: undefined, reason: "somebody deleted the Job" } };
  const [pod] = items;
  const seen = pod && seenPod(pod, container);
  if (seen?.end) return seen;
  const failed = job.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (failed)
    return {
      status: "failed",
      started: false,
      end: { exitCode: undefined, reason: [failed.reason, failed.message].filter(Boolean).join(": ") },
    };
  if (seen) return seen;
  const { items: events } = await core.listNamespacedEvent({
    namespace,
    fieldSelector: `involvedObject.kind=Job,involvedObject.name=${name},reason=FailedCreate`,
  });
  return { status: "waiting for a pod", started: false, trouble: events.at(-1)?.message };
}

/** What a pod says of its command. Pure. */
export function seenPod({ metadata, spec, status }: V1Pod, container: string): Seen {
  const state = status?.containerStatuses?.find(({ name }) => name === container)?.state;
  const pod = metadata?.name;
  if (state?.terminated) {
    const { exitCode, message, reason } = state.terminated;
    const because = [reason, message?.trim().split("\n").at(-1)].filter(Boolean).join(": ");
    return { status: "ended", pod, started: true, end: { exitCode, reason: because || "no reason given" } };
  }
  if (status?.phase === "Failed") {
    const reason = [status.reason, status.message].filter(Boolean).join(": ") || "the pod failed";
    return { status: "failed", pod, started: false, end: { exitCode: undefined, reason } };
  }
  if (state?.running) return { status: "running", pod, started: true };
  if (spec?.nodeName === undefined) {
    const why = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False")?.message;
    return { status: why ? `waiting for a node (${why})` : "waiting for a node", pod, started: false };
  }
  const { message, reason } = state?.waiting ?? {};
  const trouble = reason && hopeless.has(reason) ? [reason, message].filter(Boolean).join(": ") : undefined;
  return { status: reason ? `starting (${reason})` : "starting", pod, started: false, trouble };
}

/** Reasons for waiting that seldom pass by themselves. */
const hopeless: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
]);

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** What the API server says of a refusal, without headers and body. */
function reasonOf(error: unknown): string {
  const body = (error as { body?: unknown } | undefined)?.body;
  try {
    const { message } = (typeof body === "string" ? JSON.parse(body) : (body ?? {})) as { message?: string };
    if (message) return message;
  } catch {
    // Not the API server's own answer; the error's first line says more.
  }
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
