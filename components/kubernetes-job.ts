import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ComponentOptions } from "./component.ts";
import { SlipwayComponent } from "./component.ts";
import { type JobWish, jobName, planJob, planJobSpec } from "./kubernetes-job-plan.ts";

export interface KubernetesJobArgs extends JobWish {
  /** What its name begins with, for example `migration` or `backend-analysis`. */
  readonly prefix: string;
  /** What else makes it another Job, beside what it runs. @default nothing */
  readonly about?: pulumi.Input<unknown>;
  /** What must be there, or must have happened, before it starts. */
  readonly after: readonly pulumi.Resource[];
}

/** How long may pass between the end of a Job and the news of it. */
const newsSeconds = 120;

/**
 * Something that runs once for all that it is made of, to its good end, before anything that depends on it. It runs again when any of
 * that changes, also back to what it was: the old Job goes first, so that its end is never taken for the new one's.
 */
export class KubernetesJob extends SlipwayComponent<KubernetesJobArgs> {
  /** Depend on it, but use none of its properties: what uses one would be deleted with it. */
  readonly done: pulumi.Resource;
  readonly jobName: pulumi.Output<string>;

  constructor(name: string, args: KubernetesJobArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesJob", name, args, opts);
    const { about, after, deadlineSeconds, prefix } = args;
    const spec = planJobSpec(args);
    this.jobName = pulumi.output({ spec, about }).apply((content) => jobName(prefix, content));
    const patience = `${deadlineSeconds + newsSeconds}s`;
    this.done = new kubernetes.batch.v1.Job(this.childName("job"), planJob(args, this.jobName, spec), {
      parent: this,
      dependsOn: [...after],
      deleteBeforeReplace: true,
      customTimeouts: { create: patience, update: patience },
    });
    this.registerOutputs({ jobName: this.jobName });
  }
}
