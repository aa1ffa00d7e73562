import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import type { ServiceName } from "./container-service-plan.ts";
import { KubernetesJob } from "./kubernetes-job.ts";
import { digestOf } from "./kubernetes-job-plan.ts";
import { planWatch } from "./kubernetes-rollout-plan.ts";
import { configOf, planConfig } from "./kubernetes-secrets-plan.ts";
import {
  type PodServiceSettings,
  planAutoscaler,
  planBudget,
  planDeployment,
  type RolloutSettings,
  type ServiceWish,
} from "./kubernetes-service-plan.ts";
import { configName, type Track, versionOf } from "./kubernetes-workload-labels.ts";

export interface KubernetesServiceArgs extends AwsArgs {
  readonly namespace: string;
  readonly service: ServiceName;
  readonly settings: PodServiceSettings;
  /** By digest. */
  readonly image: pulumi.Input<string>;
  /** What its pods read. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whether the variables are held by a ConfigMap, and the two limits on connections with them. @default false */
  readonly configured?: boolean | undefined;
  /** Variables that the Secret of the environment holds. @default none */
  readonly secrets?: readonly string[] | undefined;
  /** In how many zones nodes may stand. */
  readonly zones: number;
  /** For how long a canary is watched before the others follow, and how long a copy must be ready to count. */
  readonly rollout: RolloutSettings;
  /** What watches: the operator's image, and the names of the alarms that end a rollout, separated by commas. */
  readonly watch: {
    readonly image: pulumi.Input<string>;
    readonly region: string;
    readonly alarms: pulumi.Input<string>;
  };
  /** What must be there, or must have happened, before the first pod: policies, identities, migrations. */
  readonly after: readonly pulumi.Resource[];
  /** Folders that it may write to; they are empty at each start. @default ["/tmp"] */
  readonly writablePaths?: readonly string[] | undefined;
  readonly transform?:
    | {
        /** Of both tracks; `name` tells which. */
        readonly deployment?: Transform<kubernetes.apps.v1.DeploymentArgs>;
        readonly autoscaler?: Transform<kubernetes.autoscaling.v2.HorizontalPodAutoscalerArgs>;
      }
    | undefined;
}

/** How long one step of a rollout may take: a pod's progress deadline, several times over for many copies. */
const patience = "30m";

/**
 * A service of the application on Kubernetes, and how a new version of it comes in: one copy first (the canary, a Deployment of its
 * own behind the same service), a watch over it, then the others. What the watch refuses goes no further: the others keep what they
 * run, their configuration included.
 */
export class KubernetesService extends AwsComponent<KubernetesServiceArgs> {
  /** All copies run the new version: depend on it for what must come after. */
  readonly rolled: pulumi.Resource;

  constructor(name: string, args: KubernetesServiceArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesService", name, args, opts);
    const wish = this.wish();
    const canary = this.createTrack("canary", wish, args.after);
    const watch = this.createWatch(wish, canary);
    const stable = this.createTrack("stable", wish, [...args.after, watch.done]);
    this.scale(wish, stable);
    this.rolled = stable;
    this.registerOutputs({ service: args.service });
  }

  /** What both tracks run. */
  private wish(): ServiceWish {
    const { configured, context, environment, image, namespace, rollout, secrets, service, settings, zones } =
      this.args;
    const config = configOf(environment);
    return {
      context,
      namespace,
      service,
      settings,
      image,
      version: pulumi.output(image).apply(versionOf),
      ...(configured
        ? { configured: Object.keys(config), configHash: pulumi.output(config).apply(digestOf), environment: {} }
        : { environment }),
      secrets,
      writablePaths: this.args.writablePaths ?? ["/tmp"],
      zones,
      minReadySeconds: rollout.minReadySeconds,
      patienceSeconds: rollout.patienceSeconds,
    };
  }

  private createTrack(track: Track, wish: ServiceWish, after: readonly pulumi.Resource[]): pulumi.Resource {
    const config = this.args.configured ? [this.createConfig(track, after)] : [];
    const [deploymentArgs, deploymentOpts] = applyTransform<kubernetes.apps.v1.DeploymentArgs>(
      this.args.transform?.deployment,
      this.childName(track),
      planDeployment(wish, track),
      {
        parent: this,
        dependsOn: [...after, ...config],
        // From its birth on the autoscaler says how many.
        ...(track === "stable" && { ignoreChanges: ["spec.replicas"] }),
        // A canary is one copy: when that has failed, there is nothing more to wait for.
        customTimeouts: track === "canary" ? canaryTimeouts(this.args.rollout) : { create: patience, update: patience },
      },
    );
    return new kubernetes.apps.v1.Deployment(this.childName(track), deploymentArgs, deploymentOpts);
  }

  private createConfig(track: Track, after: readonly pulumi.Resource[]): kubernetes.core.v1.ConfigMap {
    return new kubernetes.core.v1.ConfigMap(
      this.childName(`${track}-config`),
      planConfig(this.args, configName(track), configOf(this.args.environment)),
      { parent: this, dependsOn: [...after] },
    );
  }

  private createWatch(wish: ServiceWish, canary: pulumi.Resource): KubernetesJob {
    const { after, context, namespace, rollout, service, watch } = this.args;
    return new KubernetesJob(
      this.childName("analysis"),
      {
        ...planWatch({
          context,
          namespace,
          service,
          bakeMinutes: rollout.bakeMinutes,
          ...watch,
          version: pulumi.output(watch.image).apply(versionOf),
        }),
        prefix: `${service}-analysis`,
        // Whatever rolls the pods is watched, not another image alone.
        about: pulumi.output(planDeployment(wish, "canary").spec).apply((spec) => spec?.template),
        after: [...after, canary],
      },
      { parent: this },
    );
  }

  private scale(wish: ServiceWish, stable: pulumi.Resource): void {
    const [scalerArgs, scalerOpts] = applyTransform<kubernetes.autoscaling.v2.HorizontalPodAutoscalerArgs>(
      this.args.transform?.autoscaler,
      this.childName("autoscaler"),
      planAutoscaler(wish),
      { parent: this, dependsOn: [stable] },
    );
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(this.childName("autoscaler"), scalerArgs, scalerOpts);
    new kubernetes.policy.v1.PodDisruptionBudget(this.childName("budget"), planBudget(wish), {
      parent: this,
      dependsOn: [stable],
    });
  }
}

/** How long the engine waits for a canary: until Kubernetes has given it up, and a little for the news of it. */
function canaryTimeouts({ minReadySeconds, patienceSeconds }: RolloutSettings) {
  const seconds = `${patienceSeconds + minReadySeconds + 15}s`;
  return { create: seconds, update: seconds };
}
