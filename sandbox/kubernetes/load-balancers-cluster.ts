import {
  CoreV1Api,
  type KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Ingress,
  type V1Pod,
} from "@kubernetes/client-node";
import { finalizer, nameOf, type Warning } from "./load-balancers-objects.ts";
import { gatesOf } from "./load-balancers-targets.ts";

const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const strategic = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

/** What the load balancers' controller writes into the cluster. */
export class ClusterWriter {
  private readonly core: CoreV1Api;
  private readonly networking: NetworkingV1Api;
  /** The last event of each Ingress, so that the same is not said again and again. */
  private readonly said = new Map<string, string>();

  constructor(config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api);
    this.networking = config.makeApiClient(NetworkingV1Api);
  }

  /** Keeps an Ingress until its load balancer is gone. */
  async keep(ingress: V1Ingress): Promise<void> {
    const there = ingress.metadata?.finalizers ?? [];
    if (!there.includes(finalizer)) await this.setFinalizers(ingress, [...there, finalizer]);
  }

  /** Lets an Ingress go. */
  async release(ingress: V1Ingress): Promise<void> {
    this.said.delete(nameOf(ingress));
    const there = ingress.metadata?.finalizers ?? [];
    if (!there.includes(finalizer)) return;
    await this.setFinalizers(
      ingress,
      there.filter((each) => each !== finalizer),
    );
  }

  /** Tells where an Ingress is reached. */
  async tellAddress(ingress: V1Ingress, hostname: string): Promise<void> {
    const there = ingress.status?.loadBalancer?.ingress ?? [];
    if (there.length === 1 && there[0]?.hostname === hostname) return;
    const body = { status: { loadBalancer: { ingress: [{ hostname }] } } };
    await this.networking.patchNamespacedIngressStatus({ ...key(ingress), body }, merge);
  }

  /** Says in an event what became of an Ingress, when it is something new. */
  async say(ingress: V1Ingress, { reason, message }: Omit<Warning, "ingress">, type = "Warning"): Promise<void> {
    const text = `${reason} ${message}`;
    if (this.said.get(nameOf(ingress)) === text) return;
    this.said.set(nameOf(ingress), text);
    const { name, namespace } = key(ingress);
    const now = new Date();
    const { resourceVersion = "", uid = "" } = ingress.metadata ?? {};
    const involvedObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      name,
      namespace,
      uid,
      resourceVersion,
    };
    const body = {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject,
      reason,
      message,
      type,
      source: { component: "ingress" },
      reportingComponent: "ingress",
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    await this.core.createNamespacedEvent({ namespace, body });
  }

  /** Opens or closes the gates of a pod. */
  async setGates(pod: V1Pod, isHealthy: boolean): Promise<void> {
    const status = isHealthy ? "True" : "False";
    const there = pod.status?.conditions ?? [];
    const changed = gatesOf(pod).filter((type) => there.find((each) => each.type === type)?.status !== status);
    if (changed.length === 0) return;
    const lastTransitionTime = new Date();
    const conditions = changed.map((type) => ({ type, status, lastTransitionTime }));
    await this.core.patchNamespacedPodStatus({ ...key(pod), body: { status: { conditions } } }, strategic);
  }

  private async setFinalizers(ingress: V1Ingress, finalizers: readonly string[]): Promise<void> {
    // With the version, so that a change in between is not undone.
    const body = { metadata: { finalizers, resourceVersion: ingress.metadata?.resourceVersion } };
    await this.networking.patchNamespacedIngress({ ...key(ingress), body }, merge);
  }
}

function key({ metadata }: V1Ingress | V1Pod): { name: string; namespace: string } {
  return { name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" };
}
