import { userInfo } from "node:os";
import { z } from "zod";
import type { Settings } from "../../infra/settings.ts";
import { UserError } from "../errors.ts";
import { requireFreshBackup } from "../tasks/backup.ts";
import type { OperatorCommandName } from "../tasks/commands.ts";
import {
  followTask,
  type RunningTask,
  startTask,
  type TaskEnd,
  type TaskListener,
  taskTargetSchema,
} from "../tasks/ecs-task.ts";
import type { TaskOptions } from "./commands/task.ts";
import { runForeground, runQuietly } from "./engine/run.ts";
import { printJson, printNote } from "./terminal.ts";

/** A task that is allowed to run, and all that it takes. */
export interface TaskRequest {
  readonly root: string;
  readonly stack: string;
  readonly name: OperatorCommandName | `db ${string}` | `flags ${string}`;
  readonly settings: Settings;
  /** The environment of the engine and of what is started here. */
  readonly env: NodeJS.ProcessEnv;
  readonly options: TaskOptions;
  /** What the task runs. @default the operator's command of that name */
  readonly command?: readonly string[];
  /** What the task is told beside what its definition says. @default what the operator's commands want to know */
  readonly variables?: Readonly<Record<string, string>>;
  /** Gets the task's lines. @default standard output */
  readonly line?: (text: string) => void;
}

const localOutputs = z.object({ database: z.object({ name: z.string(), owner: z.string() }) });

/** Runs the command as a process of this machine, where the database of a local stack is. @returns its exit code */
export async function runOnThisMachine({ root, stack, name, settings, env, options }: TaskRequest): Promise<number> {
  const { database } = await readOutputs(root, stack, env, localOutputs);
  const code = await runForeground(process.execPath, [process.argv[1] as string, "operator", name], {
    cwd: root,
    env: {
      ...env,
      SLIPWAY_STACK: stack,
      SLIPWAY_ENVIRONMENT: settings.environment,
      ...variablesOf(settings),
      DATABASE_NAME: database.name,
      DATABASE_OWNER: database.owner,
    },
    // The task's lines are not its outcome.
    ...(options.json && { stdio: ["ignore", 2, 2] }),
  });
  if (options.json) printJson({ stack, command: name, exitCode: code });
  return code;
}

const cloudOutputs = z.object({ tasks: taskTargetSchema });
const backupOutputs = z.object({ database: z.object({ identifier: z.string() }) });

/** Runs the command as an ECS task. @returns its exit code; 0 for one that was only started */
export async function runInCloud(request: TaskRequest & { readonly backup: boolean }): Promise<number> {
  const { root, stack, name, settings, env, options } = request;
  const { environment } = settings;
  const region = settings.aws?.region ?? "";
  const { tasks: target } = await readOutputs(root, stack, env, cloudOutputs);
  const connection = connectionOptions(env, region, options.sandbox);
  if (request.backup) {
    const { database } = await readOutputs(root, stack, env, backupOutputs);
    await requireBackupOf(request, database.identifier, environment);
  }
  const [{ ECSClient }, { CloudWatchLogsClient }] = await Promise.all([
    import("@aws-sdk/client-ecs"),
    import("@aws-sdk/client-cloudwatch-logs"),
  ]);
  const clients = { ecs: new ECSClient(connection), logs: new CloudWatchLogsClient(connection) };
  const task = await startTask(clients, target, {
    command: request.command ?? ["operator", name],
    environment: request.variables ?? variablesOf(settings),
    startedBy: `slipway-${userInfo().username}`,
  });
  if (options.detach) return detached(request, region, task);
  printNote(`task ${task.id} is started; Ctrl-C stops it`);
  const end = await untilStopped(`task ${task.id}`, request, (listener, stop) =>
    followTask(clients, task, { ...listener, status: (status) => listener.status(status.toLowerCase()) }, { stop }),
  );
  if (options.json) printJson({ stack, command: name, task: task.arn, ...end, exitCode: end.exitCode ?? null });
  if (end.exitCode !== undefined) {
    if (end.exitCode !== 0) printNote(`task ${task.id} ended with exit code ${end.exitCode}: ${end.reason}`);
    return end.exitCode;
  }
  throw new UserError(
    `The task ${task.id} never ran its command: ${end.reason}.\n  ${remedyFor(end.reason, stack)}\n  Its definition is ${target.taskDefinition}, its cluster ${target.cluster}.`,
  );
}

/** Holds a task to the rule that a fresh backup of the database exists. */
export async function requireBackupOf(
  { settings, name, env, options }: TaskRequest,
  instance: string,
  environment: string,
): Promise<void> {
  const { RDSClient } = await import("@aws-sdk/client-rds");
  const rds = new RDSClient(connectionOptions(env, settings.aws?.region ?? "", options.sandbox));
  await requireFreshBackup(rds, { environment, command: name, instance, snapshot: options.backupTaken });
}

/** What the command wants to know of the stack's settings, which are not in the image. */
export function variablesOf({ flags }: Settings): Record<string, string> {
  return { SLIPWAY_FLAGS: JSON.stringify(flags) };
}

function detached({ stack, name, options }: TaskRequest, region: string, task: RunningTask): number {
  const { target, arn, id } = task;
  const follow = `aws logs tail ${target.logGroup} --follow --region ${region}`;
  if (options.json) printJson({ stack, command: name, task: arn, logGroup: target.logGroup });
  else printNote(`task ${id} is started. Follow it: ${follow}`);
  return 0;
}

/** Follows the task or Job `id`; the first Ctrl-C stops it, a second one leaves it to itself. */
export async function untilStopped(
  id: string,
  { line, options }: Pick<TaskRequest, "line" | "options">,
  follow: (listener: TaskListener, stop: AbortSignal) => Promise<TaskEnd>,
): Promise<TaskEnd> {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      printNote(`left: ${id} is being stopped`);
      process.exit(1);
    }
    printNote(`stopping ${id}; Ctrl-C again leaves before it has ended`);
    stop.abort(`stopped by ${signal} at the terminal`);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  try {
    const out = options.json ? process.stderr : process.stdout;
    const listener: TaskListener = {
      line: line ?? ((text) => out.write(`${text}\n`)),
      status: (status) => printNote(`${id}: ${status}`),
    };
    return await follow(listener, stop.signal);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  }
}

/** What usually keeps a task from starting (ECS developer guide, "Amazon ECS stopped tasks error messages"). */
function remedyFor(reason: string, stack: string): string {
  if (/CannotPullContainer/.test(reason))
    return `Build this project's image, push it to the stack's repository "operator", set slipway:images.operator of ${stack} and run ./slipway up ${stack}.`;
  if (/ResourceInitializationError/.test(reason))
    return "The task could not reach a secret, the registry or the logs: look at its network and its execution role.";
  return "The ECS console shows the stopped task for about an hour.";
}

/**
 * Reads the outputs of a stack.
 * @param what they are wanted for
 * @throws UserError when the stack is not up, or is from before it had these outputs
 */
export async function readOutputs<T>(
  root: string,
  stack: string,
  env: NodeJS.ProcessEnv,
  schema: z.ZodType<T>,
  what = { none: "no tasks to run", where: "where its tasks run" },
): Promise<T> {
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const { code, stderr, stdout } = await runQuietly("pulumi", args, { cwd: root, env });
  const remedy = `Bring it up first: ./slipway up ${stack}`;
  if (code !== 0) throw new UserError(`${stack} has ${what.none}: ${firstLine(stderr || stdout)}.\n  ${remedy}`);
  const outputs = schema.safeParse(JSON.parse(stdout));
  if (outputs.success) return outputs.data;
  const missing = outputs.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new UserError(`${stack} does not say ${what.where} (outputs missing: ${missing}).\n  ${remedy}`);
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split("\n")[0]
      ?.replace(/^error: /, "")
      .replace(/\.$/, "") ?? ""
  );
}

/** Given in so many words in the sandbox, so that nothing of the user's own settings is asked. */
export function connectionOptions(env: NodeJS.ProcessEnv, region: string, sandbox: boolean) {
  if (!sandbox) return { region };
  return {
    region,
    endpoint: env.AWS_ENDPOINT_URL as string,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID as string, secretAccessKey: env.AWS_SECRET_ACCESS_KEY as string },
  };
}
