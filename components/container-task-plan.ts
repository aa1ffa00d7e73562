import { UserError } from "../delivery/errors.ts";
import { type FargateSize, misfitOf } from "../infra/fargate.ts";

/*
 * What one Fargate task of ours looks like: a container that runs without root and writes nowhere but where it says. Pure;
 * services and one-off tasks share it.
 */

/** What surrounds the container. */
export interface TaskShape {
  readonly cpu: string;
  readonly memory: string;
  readonly volumes: readonly { readonly name: string }[];
}

/**
 * Plans a task's size and volumes.
 * @param setting where in the settings the size is, for the error, for example `slipway:services.backend.fargate`.
 * @param writablePaths the folders that the container may write to.
 * @throws UserError when Fargate has no such size.
 */
export function planTaskShape(setting: string, size: FargateSize, writablePaths: readonly string[]): TaskShape {
  const misfit = misfitOf(size);
  if (misfit) throw new UserError(`${setting}.${misfit.field} ${misfit.what}\n  ${misfit.remedy}`);
  return {
    cpu: String(size.cpu),
    memory: String(size.memoryMiB),
    volumes: mountsOf(writablePaths).map(({ name }) => ({ name })),
  };
}

/** The container of a task, with every value known. */
export interface ContainerWish {
  /** The container's name, for example `backend`. */
  readonly name: string;
  readonly image: string;
  /** The port that it listens on; none for one-off tasks. */
  readonly port?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Variable to the ARN of the secret that ECS puts into it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The ARN of its log group: names account and region as well. */
  readonly logGroupArn: string;
  /** How ECS finds out inside the task whether it is well; nobody looks inside when absent. */
  readonly healthCommand?: readonly string[] | undefined;
  /** The folders that it may write to; they are empty at each start and go with the task. */
  readonly writablePaths: readonly string[];
}

/** The account that all images of ours run as; the images' Dockerfiles (docs/templates, Dockerfile) create it. */
const unprivilegedUser = "10001:10001";

/** Seconds that a task has to finish its requests after it was told to stop; Fargate allows 120 at most. */
const stopSeconds = 60;

/**
 * The container definitions of a task: JSON, in one order whatever the order of the wishes, so that nothing but a real change
 * makes a new revision.
 * @throws UserError when a variable is given twice.
 */
export function containerDefinitions(wish: ContainerWish): string {
  const twice = Object.keys(wish.environment).find((variable) => variable in wish.secrets);
  if (twice !== undefined) {
    throw new UserError(
      `The variable ${twice} of the task "${wish.name}" is given both as a plain value and as a secret.\n  Give it once.`,
    );
  }
  return JSON.stringify([
    {
      name: wish.name,
      image: wish.image,
      essential: true,
      user: unprivilegedUser,
      readonlyRootFilesystem: true,
      // Passes signals on and takes in the processes that a program leaves behind.
      linuxParameters: { initProcessEnabled: true },
      stopTimeout: stopSeconds,
      ...(wish.port !== undefined && {
        portMappings: [{ containerPort: wish.port, hostPort: wish.port, protocol: "tcp" }],
      }),
      environment: byName(wish.environment).map(([name, value]) => ({ name, value })),
      secrets: byName(wish.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
      mountPoints: mountsOf(wish.writablePaths).map(({ name, path }) => ({
        sourceVolume: name,
        containerPath: path,
        readOnly: false,
      })),
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroupName(wish.logGroupArn),
          "awslogs-region": regionOf(wish.logGroupArn),
          "awslogs-stream-prefix": "ecs",
          // When CloudWatch is slow, lose lines rather than stop the application.
          mode: "non-blocking",
          "max-buffer-size": "25m",
        },
      },
      // Times: seeds/004, the backend's task definition.
      ...(wish.healthCommand && {
        healthCheck: { command: wish.healthCommand, interval: 30, timeout: 5, retries: 3, startPeriod: 60 },
      }),
    },
  ]);
}

/**
 * An image that nobody can have: stands in a task definition until there is one, so that the definition exists and is by digest like
 * every other.
 * @param repositoryUrl the repository that the image will be in.
 */
export const imageToCome = (repositoryUrl: string): string => `${repositoryUrl}@sha256:${"0".repeat(64)}`;

/** The region in an ARN. */
export const regionOf = (arn: string): string => arn.split(":")[3] ?? "";

/** The account in an ARN. */
export const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

/** The secret's own ARN: a reference to one value in it has `:key:stage:version` behind. */
export const secretOf = (reference: string): string => reference.split(":").slice(0, 7).join(":");

const logGroupName = (arn: string) => (arn.split(":")[6] ?? "").replace(/:\*$/, "");

const mountsOf = (paths: readonly string[]) => [...paths].sort().map((path) => ({ name: volumeOf(path), path }));

const volumeOf = (path: string) => path.replace(/^\//, "").replaceAll(/[^A-Za-z0-9_-]+/g, "-");

const byName = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
