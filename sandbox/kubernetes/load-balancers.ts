import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { KubeConfig, type V1Ingress } from "@kubernetes/client-node";
import { reason } from "../errors.ts";
import { LoadBalancersInAws } from "./load-balancers-aws.ts";
import { targetsIn } from "./load-balancers-aws-targets.ts";
import { ClusterWriter } from "./load-balancers-cluster.ts";
import { finalizer, ModelError, nameOf, type Snapshot } from "./load-balancers-objects.ts";
import { isOurs, type PlannedLoadBalancer, planLoadBalancers } from "./load-balancers-plan.ts";
import { gatesOf } from "./load-balancers-targets.ts";
import { Watched } from "./load-balancers-watch.ts";

/** Changes come in swarms; they are looked at together. Milliseconds. */
const settling = 200;
/** What failed is tried again, and what AWS has is compared, this often. Milliseconds. */
const retryInterval = 3000;
const compareInterval = 60_000;

export interface LoadBalancersOptions {
  /** File by which the cluster can be administered. */
  readonly kubeconfig: string;
  readonly account: string;
  readonly region: string;
  /** The local AWS. */
  readonly endpoint: string;
  readonly clusterName: string;
  readonly log: (line: string) => void;
}

/**
 * Does what the load balancer controller of EKS Auto Mode does: makes an ALB of each Ingress of its classes, with target groups that
 * hold the pods, and takes it away with the Ingress. It remembers nothing: what there is in AWS is known by its tags.
 */
export function startLoadBalancers(options: LoadBalancersOptions): { stop(): Promise<void> } {
  const controller = new LoadBalancers(options);
  controller.start();
  return { stop: () => controller.stop() };
}

class LoadBalancers {
  private readonly options: LoadBalancersOptions;
  private readonly watched: Watched;
  private readonly writer: ClusterWriter;
  private readonly aws: LoadBalancersInAws;
  private vpcId: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private due = Number.POSITIVE_INFINITY;
  private running: Promise<void> = Promise.resolve();
  private lastFailure = "";
  /** What was made, and of what; the same is not asked of AWS again before it is time to compare. */
  private made = "";
  private comparedAt = 0;
  private stopped = false;

  constructor(options: LoadBalancersOptions) {
    this.options = options;
    const config = new KubeConfig();
    config.loadFromFile(options.kubeconfig);
    this.watched = new Watched(config, () => this.schedule(settling));
    this.writer = new ClusterWriter(config);
    this.aws = new LoadBalancersInAws(options, options.clusterName);
  }

  start(): void {
    this.watched.start();
    this.schedule(settling);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.watched.stop();
    await this.running;
  }

  /** Has a look soon; an earlier time goes before a later one. */
  private schedule(delay: number): void {
    const at = Date.now() + delay;
    if (this.stopped || at >= this.due) return;
    clearTimeout(this.timer);
    this.due = at;
    this.timer = setTimeout(() => {
      this.due = Number.POSITIVE_INFINITY;
      this.running = this.running.then(() => this.look());
    }, delay);
  }

  private async look(): Promise<void> {
    const snapshot = this.watched.snapshot();
    if (this.stopped || !snapshot) return;
    try {
      const isDone = await this.reconcile(snapshot);
      this.lastFailure = "";
      this.schedule(isDone ? compareInterval : retryInterval);
    } catch (error) {
      const text = reason(error);
      if (text !== this.lastFailure && !this.stopped)
        this.options.log(`load balancers of ${this.options.clusterName}: ${text}`);
      this.lastFailure = text;
      this.schedule(retryInterval);
    }
  }

  /** Makes AWS be as the Ingresses say. @returns whether all could be made so */
  private async reconcile(snapshot: Snapshot): Promise<boolean> {
    const plan = planLoadBalancers(snapshot, this.options.clusterName);
    const leaving = snapshot.ingresses.filter(
      (each) =>
        each.metadata?.finalizers?.includes(finalizer) && (each.metadata.deletionTimestamp || !isOurs(each, snapshot)),
    );
    const ingress = (name: string) => snapshot.ingresses.find((each) => nameOf(each) === name);
    for (const failure of plan.failures) await this.tell(ingress(failure.ingress), failure);
    const key = JSON.stringify([plan, leaving.map(nameOf), gatedPods(snapshot)]);
    if (key === this.made && Date.now() - this.comparedAt < compareInterval) return plan.failures.length === 0;
    this.made = "";
    const observed = await this.aws.observe();
    let isDone = plan.failures.length === 0;
    for (const planned of plan.balancers) {
      const members = planned.members.flatMap((name) => ingress(name) ?? []);
      isDone = (await this.make(planned, members, snapshot, observed)) && isDone;
    }
    // One that cannot be made as it is asked for now stays as it was.
    const stacks = new Set([...plan.balancers.map(({ stack }) => stack), ...plan.failures.map(({ stack }) => stack)]);
    await this.aws.removeOthers(stacks, await this.aws.observe());
    for (const each of leaving) await this.writer.release(each);
    if (isDone) {
      this.made = key;
      this.comparedAt = Date.now();
    }
    return isDone;
  }

  private async make(
    planned: PlannedLoadBalancer,
    members: readonly V1Ingress[],
    snapshot: Snapshot,
    observed: Awaited<ReturnType<LoadBalancersInAws["observe"]>>,
  ): Promise<boolean> {
    try {
      for (const member of members) await this.writer.keep(member);
      const { groups, hostname } = await this.aws.apply(planned, observed, await this.vpc());
      for (const member of members) {
        await this.writer.tellAddress(member, hostname);
        const missing = planned.warnings.find((each) => each.ingress === nameOf(member));
        if (missing) await this.writer.say(member, missing);
        else
          await this.writer.say(
            member,
            { reason: "SuccessfullyReconciled", message: "Successfully reconciled" },
            "Normal",
          );
      }
      await this.openGates(planned, groups, snapshot);
      return true;
    } catch (error) {
      const step = error instanceof ModelError ? "build" : "deploy";
      const message = `Failed ${step} model due to ${reason(error)}`;
      for (const member of members)
        await this.tell(member, { reason: step === "build" ? "FailedBuildModel" : "FailedDeployModel", message });
      return false;
    }
  }

  private async tell(
    ingress: V1Ingress | undefined,
    what: { readonly reason: string; readonly message: string },
  ): Promise<void> {
    if (!ingress) return;
    // An event that cannot be written must not keep the others from their load balancers.
    await this.writer
      .say(ingress, what)
      .catch((error: unknown) => this.options.log(`event of ${nameOf(ingress)}: ${reason(error)}`));
  }

  private async openGates(
    planned: PlannedLoadBalancer,
    groups: ReadonlyMap<string, string>,
    snapshot: Snapshot,
  ): Promise<void> {
    const gated = new Map(snapshot.pods.filter((pod) => gatesOf(pod).length > 0).map((pod) => [nameOf(pod), pod]));
    if (gated.size === 0) return;
    for (const group of planned.targetGroups) {
      const health = await targetsIn(this.aws.client, groups.get(group.key) ?? "");
      for (const { address, pod: name = "" } of group.targets) {
        const pod = gated.get(name);
        if (pod)
          await this.writer.setGates(
            pod,
            health.some(({ Id, isHealthy }) => Id === address && isHealthy),
          );
      }
    }
  }

  private async vpc(): Promise<string> {
    if (this.vpcId) return this.vpcId;
    const { account, clusterName: name, endpoint, region } = this.options;
    const credentials = { accessKeyId: account, secretAccessKey: "sandbox" };
    const { cluster } = await new EKSClient({ endpoint, region, credentials }).send(
      new DescribeClusterCommand({ name }),
    );
    this.vpcId = cluster?.resourcesVpcConfig?.vpcId;
    if (!this.vpcId) throw new Error(`EKS does not tell the VPC of ${name}`);
    return this.vpcId;
  }
}

/** The pods whose gates are ours to open, with what they say now. */
function gatedPods({ pods }: Snapshot): unknown[] {
  const gated = pods.filter((pod) => gatesOf(pod).length > 0);
  return gated.map((pod) => [
    nameOf(pod),
    gatesOf(pod).map((type) => pod.status?.conditions?.find((each) => each.type === type)?.status),
  ]);
}
