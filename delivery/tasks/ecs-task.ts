import { setTimeout as sleep } from "node:timers/promises";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { ECSClient, Task } from "@aws-sdk/client-ecs";
import { z } from "zod";
import { UserError } from "../errors.ts";

/** Where a stack's one-off tasks run: its output `tasks`. */
export const taskTargetSchema = z.object({
  /** Name or ARN. */
  cluster: z.string(),
  /** Family or ARN. */
  taskDefinition: z.string(),
  subnetIds: z.array(z.string()).min(1),
  securityGroupIds: z.array(z.string()).min(1),
  logGroup: z.string(),
  /** The container whose command is given. */
  container: z.string(),
});
export type TaskTarget = z.infer<typeof taskTargetSchema>;

/** Connections to AWS, for the stack's region. */
export interface TaskClients {
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
}

/** A task that was started. */
export interface RunningTask {
  readonly arn: string;
  /** The last part of the ARN. */
  readonly id: string;
  readonly target: TaskTarget;
}

/** How a task ended. */
export interface TaskEnd {
  /** Undefined when its program was never started. */
  readonly exitCode: number | undefined;
  /** What ECS says of the end. */
  readonly reason: string;
}

/** What a task is to do. */
export interface TaskOrder {
  /** The command of its container. */
  readonly command: readonly string[];
  /** Variables beside those of the definition. No secrets: they can be read wherever the task is described. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who asked: letters, digits, - and _, at most 36. */
  readonly startedBy: string;
}

/**
 * Starts a task.
 * @throws UserError when ECS refuses, with its reason
 */
export async function startTask(
  { ecs }: TaskClients,
  target: TaskTarget,
  { command, environment, startedBy }: TaskOrder,
): Promise<RunningTask> {
  const { RunTaskCommand } = await import("@aws-sdk/client-ecs");
  const { failures, tasks } = await ecs.send(
    new RunTaskCommand({
      cluster: target.cluster,
      taskDefinition: target.taskDefinition,
      launchType: "FARGATE",
      count: 1,
      startedBy: startedBy.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, 36),
      propagateTags: "TASK_DEFINITION",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: target.subnetIds,
          securityGroups: target.securityGroupIds,
          assignPublicIp: "DISABLED",
        },
      },
      overrides: {
        containerOverrides: [
          {
            name: target.container,
            command: [...command],
            environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
          },
        ],
      },
    }),
  );
  const arn = tasks?.[0]?.taskArn;
  if (arn !== undefined) return { arn, id: arn.split("/").at(-1) ?? arn, target };
  const why = (failures ?? []).map(({ detail, reason }) => [reason, detail].filter(Boolean).join(": ")).join("; ");
  throw new UserError(
    `ECS did not start the task: ${why || "it gave no reason"}.\n  Look at the cluster ${target.cluster} and the definition ${target.taskDefinition}.`,
  );
}

/** What a follower of a task hears. */
export interface TaskListener {
  /** One line of what the task prints. */
  readonly line: (text: string) => void;
  /** PROVISIONING, PENDING, RUNNING, ... each once. */
  readonly status: (status: string) => void;
}

/** How often AWS is asked, in milliseconds. */
const interval = 1_000;

/** How long lines may come late after the end, in milliseconds: CloudWatch shows them some seconds after they are written. */
const lateLines = 5_000;

/**
 * Follows a task to its end, and tells its lines as they come. Asked to stop, ends the task and goes on to its end.
 * @param stop aborted with the reason to give
 */
export async function followTask(
  clients: TaskClients,
  task: RunningTask,
  listener: TaskListener,
  options: { readonly stop?: AbortSignal; readonly interval?: number } = {},
): Promise<TaskEnd> {
  const pause = options.interval ?? interval;
  const log = new TaskLog(clients, task);
  let status = "";
  let stopped = false;
  for (;;) {
    if (options.stop?.aborted && !stopped) {
      stopped = true;
      await stopTask(clients, task, String(options.stop.reason));
    }
    const found = await describeTask(clients, task);
    await log.read(listener.line);
    if (found?.lastStatus && found.lastStatus !== status) {
      status = found.lastStatus;
      listener.status(status);
    }
    if (status === "STOPPED" && found) {
      const end = endOf(found, task.target.container);
      // A program that was never started has written nothing.
      if (end.exitCode !== undefined) await log.drain(listener.line, pause);
      return end;
    }
    await sleep(pause);
  }
}

/** Ends a task. */
async function stopTask({ ecs }: TaskClients, { arn, target }: RunningTask, reason: string): Promise<void> {
  const { StopTaskCommand } = await import("@aws-sdk/client-ecs");
  await ecs.send(new StopTaskCommand({ cluster: target.cluster, task: arn, reason }));
}

/** @returns undefined while ECS does not know a task that it has just started */
async function describeTask({ ecs }: TaskClients, { arn, target }: RunningTask): Promise<Task | undefined> {
  const { DescribeTasksCommand } = await import("@aws-sdk/client-ecs");
  return (await ecs.send(new DescribeTasksCommand({ cluster: target.cluster, tasks: [arn] }))).tasks?.[0];
}

function endOf({ containers, stopCode, stoppedReason }: Task, container: string): TaskEnd {
  const ours = containers?.find(({ name }) => name === container);
  const reason = [ours?.reason, stoppedReason ?? stopCode].filter(Boolean).join("; ");
  return { exitCode: ours?.exitCode, reason: reason || "no reason given" };
}

/** What the task's container prints, as CloudWatch Logs has it. */
class TaskLog {
  private readonly clients: TaskClients;
  private readonly task: RunningTask;
  private stream: string | undefined;
  private token: string | undefined;

  constructor(clients: TaskClients, task: RunningTask) {
    this.clients = clients;
    this.task = task;
  }

  /** Tells the lines that have come since the last call. @returns how many there were */
  async read(tell: (line: string) => void): Promise<number> {
    const { GetLogEventsCommand, ResourceNotFoundException } = await import("@aws-sdk/client-cloudwatch-logs");
    this.stream ??= await this.findStream();
    let count = 0;
    for (;;) {
      try {
        const page = await this.clients.logs.send(
          new GetLogEventsCommand({
            logGroupName: this.task.target.logGroup,
            logStreamName: this.stream,
            startFromHead: true,
            ...(this.token && { nextToken: this.token }),
          }),
        );
        for (const { message } of page.events ?? []) tell((message ?? "").replace(/\n$/, ""));
        count += page.events?.length ?? 0;
        const end = page.nextForwardToken === this.token || (page.events ?? []).length === 0;
        this.token = page.nextForwardToken ?? this.token;
        if (end) return count;
      } catch (error) {
        // The stream comes with the first line.
        if (error instanceof ResourceNotFoundException) return count;
        throw error;
      }
    }
  }

  /** Tells what comes late, until nothing has come for a while. */
  async drain(tell: (line: string) => void, pause: number): Promise<void> {
    const patience = Math.ceil(Math.min(lateLines, 5 * pause) / pause);
    for (let quiet = 0; quiet < patience; quiet += 1) {
      if ((await this.read(tell)) > 0) quiet = 0;
      await sleep(pause);
    }
  }

  /** `<prefix>/<container>/<task>`: the awslogs driver's name, whose prefix stands in the definition. */
  private async findStream(): Promise<string> {
    const { DescribeTaskDefinitionCommand } = await import("@aws-sdk/client-ecs");
    const { target, id } = this.task;
    const { taskDefinition } = await this.clients.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: target.taskDefinition }),
    );
    const container = taskDefinition?.containerDefinitions?.find(({ name }) => name === target.container);
    const prefix = container?.logConfiguration?.options?.["awslogs-stream-prefix"] ?? target.container;
    return `${prefix}/${target.container}/${id}`;
  }
}
