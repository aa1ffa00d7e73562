import { userInfo } from "node:os";
import { BatchV1Api, CoreV1Api } from "@kubernetes/client-node";
import { z } from "zod";
import type { Environment } from "../../infra/environment.ts";
import { signerOf } from "../aws/eks-token.ts";
import { UserError } from "../errors.ts";
import type { TaskEnd } from "../tasks/ecs-task.ts";
import { followJob, jobTargetSchema, type RunningJob, removeJob, startJob } from "../tasks/kubernetes-job.ts";
import { clusterConfig } from "../tasks/kubernetes-job-connection.ts";
import { logsOf } from "../tasks/kubernetes-job-log.ts";
import {
  connectionOptions,
  readOutputs,
  requireBackupOf,
  type TaskRequest,
  untilStopped,
  variablesOf,
} from "./task-run.ts";
import { printJson, printNote } from "./terminal.ts";

const environmentOutputs = z.object({ tasks: jobTargetSchema, database: z.object({ identifier: z.string() }) });

/**
 * Runs the command as a Job in the cluster of one of the stack's environments; the Job goes when it has ended.
 * @returns its exit code; 0 for one that was only started
 */
export async function runInCluster(
  request: TaskRequest & { readonly environment: Environment; readonly backup: boolean },
): Promise<number> {
  const { root, stack, name, settings, env, environment, options } = request;
  const { database, tasks: target } = await outputsOf(request);
  if (request.backup) await requireBackupOf(request, database.identifier, environment);
  const connection = connectionOptions(env, target.region, options.sandbox);
  const config = await clusterConfig(target, connection, async () =>
    connection.credentials ? connection : signerOf(target.region),
  );
  const clients = {
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    openLog: logsOf(config),
  };
  const job = await startJob(clients, target, {
    command: request.command ?? ["operator", name],
    environment: request.variables ?? variablesOf(settings),
    startedBy: `slipway-${userInfo().username}`,
  });
  if (options.detach) return detached(request, target.cluster, job);
  printNote(`Job ${job.name} is started in ${job.namespace}; Ctrl-C stops it`);
  let end: TaskEnd;
  try {
    end = await untilStopped(`Job ${job.name}`, request, (listener, stop) =>
      followJob(clients, job, listener, { stop }),
    );
  } finally {
    await removeJob(clients, job);
  }
  if (options.json)
    printJson({ stack, environment, command: name, job: job.name, ...end, exitCode: end.exitCode ?? null });
  if (end.exitCode === undefined)
    throw new UserError(
      `The Job ${job.name} never ran its command: ${end.reason}.\n  ${remedyFor(end.reason, stack)}\n  Its namespace is ${job.namespace}, its cluster ${target.cluster}.`,
    );
  if (end.exitCode !== 0) printNote(`Job ${job.name} ended with exit code ${end.exitCode}: ${end.reason}`);
  return end.exitCode;

  /** Those of the environment that is meant. */
  async function outputsOf({ environment: meant }: { readonly environment: Environment }) {
    if (meant === settings.environment) return readOutputs(root, stack, env, environmentOutputs);
    return (await readOutputs(root, stack, env, z.object({ preProduction: environmentOutputs }))).preProduction;
  }
}

function detached(
  { stack, name, environment, options }: TaskRequest & { readonly environment: Environment },
  cluster: string,
  job: RunningJob,
): number {
  const follow = `kubectl --context ${cluster} --namespace ${job.namespace} logs --follow job/${job.name}`;
  if (options.json) printJson({ stack, environment, command: name, job: job.name, namespace: job.namespace, cluster });
  else printNote(`Job ${job.name} is started. Follow it: ${follow}`);
  return 0;
}

/** What usually keeps a Job's program from starting. */
function remedyFor(reason: string, stack: string): string {
  if (/ImagePull|InvalidImageName/.test(reason))
    return `Build this project's image, push it to the stack's repository "operator", set slipway:images.operator of ${stack} and run ./slipway up ${stack}.`;
  if (/quota/i.test(reason)) return "The namespace is full: wait for the rollout or the Job that runs, and try again.";
  if (/DeadlineExceeded/.test(reason)) return "It waited for too long for a node: look at the cluster's node pools.";
  return `kubectl get events in its namespace says more, for about an hour.`;
}
