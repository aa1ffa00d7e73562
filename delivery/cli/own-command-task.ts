import type { Environment } from "../../infra/environment.ts";
import type { Settings } from "../../infra/settings.ts";
import { UserError } from "../errors.ts";
import { runInCloud } from "./task-run.ts";

/** One of our own commands, to be run where a stack's database can be reached. */
export interface OwnCommand {
  readonly root: string;
  readonly stack: string;
  readonly settings: Settings;
  /** Of the stack's environments the one that is meant. */
  readonly environment: Environment;
  /** For messages: "flags set" */
  readonly name: `db ${string}` | `flags ${string}`;
  /** The whole command, as it stands after ./slipway. */
  readonly words: readonly string[];
  /** What the task is told beside what its definition says. @default the stack's settings of flags */
  readonly variables?: Readonly<Record<string, string>>;
  /** The environment of the engine, which is asked for the stack's outputs. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets the task's lines. @default standard output */
  readonly line?: (text: string) => void;
}

/**
 * How long a command may be, in characters. ECS takes 8,192 of overrides with their JSON (API reference, RunTask); Linux 131,072 for one
 * argument of a Job's container.
 */
const longest = { ecs: 7_500, eks: 120_000 } as const;

/**
 * Runs it as a task (ECS) or Job (EKS) inside the stack's VPC.
 * @returns its exit code
 * @throws UserError when it is too long for that, or never ran
 */
export async function runOwnCommand(command: OwnCommand): Promise<number> {
  const { environment, line, name, settings, stack, variables, words } = command;
  const platform = settings.platform === "eks" ? "eks" : "ecs";
  const length = JSON.stringify([words, variables ?? {}]).length;
  if (length > longest[platform])
    throw new UserError(
      `"${name}" is ${length.toLocaleString("en")} characters long with all that it brings along, and a task on ${platform.toUpperCase()} takes ${longest[platform].toLocaleString("en")}.\n  Nothing was started. Bring less at a time, or run it on the stack's delivery runner, which reaches the database itself.`,
    );
  const request = {
    root: command.root,
    stack,
    name,
    settings,
    env: command.env,
    // Its lines are the outcome, also where they are JSON.
    options: { sandbox: false, json: false },
    command: words,
    backup: false,
    ...(variables && { variables }),
    ...(line && { line }),
  };
  if (platform === "ecs") return runInCloud(request);
  // Kubernetes' client is loaded by stacks on it only.
  const { runInCluster } = await import("./task-cluster.ts");
  return runInCluster({ ...request, environment });
}
