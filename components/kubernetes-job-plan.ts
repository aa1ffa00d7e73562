import { createHash } from "node:crypto";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "./kubernetes-service-plan.ts";
import { type App, accountName, labelsOf } from "./kubernetes-workload-labels.ts";
import { type EnvVar, planPodSpec } from "./kubernetes-workload-plan.ts";
import { operatorSize } from "./kubernetes-workload-sizes.ts";

/* One-off pods of the operator image: the migrations before a rollout, the watch over a canary. Pure. */

type JobSpec = types.input.batch.v1.JobSpec;

/** A job as it is to run. */
export interface JobWish extends Place {
  readonly app: Extract<App, "migration" | "analysis">;
  readonly image: pulumi.Input<string>;
  readonly version: pulumi.Input<string>;
  /** The operator's command, for example `migrate`. */
  readonly command: string;
  readonly environment: readonly EnvVar[];
  /** How long it may take in all, in seconds. */
  readonly deadlineSeconds: number;
  /** Whether its pod may talk to the API server. @default false */
  readonly token?: boolean | undefined;
}

/**
 * How many pods may be lost before it counts as failed. What the command itself refused (exit code 1) is not tried again: it would
 * refuse again. A pod that was moved elsewhere is not counted.
 */
const retries = 2;

/** Kubernetes' limit for the names of Jobs, whose pods' names are longer. */
const hashLength = 10;

/** All of a Job but its name and what that is made of. */
export function planJobSpec(wish: JobWish): JobSpec {
  const { app, context } = wish;
  const container = "operator";
  return {
    backoffLimit: retries,
    activeDeadlineSeconds: wish.deadlineSeconds,
    podFailurePolicy: {
      rules: [
        { action: "FailJob", onExitCodes: { containerName: container, operator: "In", values: [1] } },
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
    // No time to live: a Job that vanished would be missing for the next `up`, which would run it again.
    template: {
      metadata: { labels: { ...labelsOf(context, app), "app.kubernetes.io/version": wish.version } },
      spec: {
        ...planPodSpec({
          name: container,
          image: wish.image,
          size: operatorSize,
          serviceAccount: accountName(context, app),
          environment: wish.environment,
          writablePaths: ["/tmp"],
          // The image's entrypoint is this project's command line.
          container: { args: ["operator", wish.command] },
          pod: { restartPolicy: "Never", ...(wish.token && { automountServiceAccountToken: true }) },
        }),
      },
    },
  };
}

/** How long a Job that somebody started by hand is kept after its end, in seconds: whoever started it may have gone. */
const keptSeconds = 3600;

/**
 * What a Job is made from that somebody starts by hand (`./slipway task`), who puts their command in the place of this
 * one, which changes nothing. Its exit code is for them to judge: nothing is tried again. No `up` looks for it, so that it may vanish.
 */
export function planTaskSpec(wish: Omit<JobWish, "command" | "app">): JobSpec {
  const { podFailurePolicy: _, ...spec } = planJobSpec({ ...wish, app: "migration", command: "migration-status" });
  return { ...spec, backoffLimit: 0, ttlSecondsAfterFinished: keptSeconds };
}

/** A Job under the name of what it runs: something else to run is another Job. */
export function planJob({ context, namespace, app }: JobWish, name: pulumi.Input<string>, spec: JobSpec) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels: labelsOf(context, app) },
    spec,
  } satisfies types.input.batch.v1.Job;
}

/** `<prefix>-<hash>`: the same for the same content for ever, whatever the order of its keys. */
export const jobName = (prefix: string, content: unknown): string => `${prefix}-${digestOf(content)}`;

/** A short digest of plain data, whatever the order of its keys. */
export function digestOf(content: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(content)))
    .digest("hex")
    .slice(0, hashLength);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
