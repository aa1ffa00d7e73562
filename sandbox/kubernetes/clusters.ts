import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { reason, SandboxError } from "../errors.ts";
import { privateDirectory } from "../system/files.ts";
import { choosePort, isFree } from "../system/ports.ts";
import { Cluster, type ClusterSurroundings } from "./cluster.ts";
import { credentialFiles } from "./credentials.ts";
import type { Kubectl } from "./kubectl.ts";
import { type ClusterOrder, clusterDirectory, readRecord, readRecords, writeRecord } from "./record.ts";

/** Where a cluster is, as EKS describes it. */
export interface ClusterPlace {
  readonly endpoint: string;
  /** The authority of the API server's certificate: PEM in base64. */
  readonly certificateAuthority: string;
}

/** The same without the program, which only stacks on EKS have. */
export type ClustersSettings = Omit<ClusterSurroundings, "binary"> & { readonly binary: string | undefined };

/** The Kubernetes clusters that stand for those of EKS: processes, an API server's port, credentials and data of its own each. */
export class Clusters {
  private readonly settings: ClustersSettings;
  private readonly running = new Map<string, Cluster>();
  /** Orders for one cluster are carried out one after the other. */
  private readonly last = new Map<string, Promise<unknown>>();
  private stopping = false;
  private restored: Promise<unknown> = Promise.resolve();

  constructor(settings: ClustersSettings) {
    this.settings = settings;
  }

  /** Starts the clusters that ran when the sandbox ended. */
  restore(): void {
    const { layout, log } = this.settings;
    const started = readRecords(layout).map(({ order }) =>
      this.ensure(order).catch((error: unknown) => log(`the cluster ${order.name} is not there: ${reason(error)}`)),
    );
    this.restored = Promise.all(started);
  }

  /** Resolves when each cluster that was to be restored answers, or did not in time. */
  async settled(): Promise<void> {
    await this.restored;
  }

  /** Makes a cluster be there as ordered. @returns where it is, when it can be used */
  ensure(order: ClusterOrder): Promise<ClusterPlace> {
    return this.inTurn(order.id, () => this.ensureNow(order));
  }

  /** Ends a cluster and removes all that it held. */
  remove(id: string): Promise<void> {
    return this.inTurn(id, async () => {
      await this.halt(id);
      rmSync(clusterDirectory(this.settings.layout, id), { recursive: true, force: true });
    });
  }

  /** Ends all; their data stay. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.running.keys()].map((id) => this.halt(id)));
  }

  /** What the cluster was ordered as, and the way into it; undefined when there is none of that id. */
  find(id: string): { readonly order: ClusterOrder; readonly kubectl: Kubectl } | undefined {
    const cluster = this.running.get(id);
    return cluster && { order: cluster.record.order, kubectl: cluster.kubectl };
  }

  private inTurn<Result>(id: string, action: () => Promise<Result>): Promise<Result> {
    const result = (this.last.get(id) ?? Promise.resolve()).then(action);
    this.last.set(
      id,
      result.catch(() => undefined),
    );
    return result;
  }

  private async ensureNow(order: ClusterOrder): Promise<ClusterPlace> {
    const present = this.running.get(order.id);
    if (present && JSON.stringify(present.record.order) === JSON.stringify(order)) return this.placeOf(present);
    if (this.stopping) throw new Error("the sandbox is ending");
    await this.halt(order.id);
    const { binary, layout } = this.settings;
    if (binary === undefined) throw missingProgram(order.name);
    privateDirectory(clusterDirectory(layout, order.id));
    const record = { order, port: await this.portFor(order.id) };
    writeRecord(layout, record);
    const cluster = new Cluster(record, { ...this.settings, binary });
    this.running.set(order.id, cluster);
    try {
      await cluster.start();
    } catch (error) {
      await this.halt(order.id);
      throw error;
    }
    return this.placeOf(cluster);
  }

  private placeOf({ record }: Cluster): ClusterPlace {
    const authority = path.join(clusterDirectory(this.settings.layout, record.order.id), credentialFiles.authority);
    return {
      endpoint: `https://127.0.0.1:${record.port}`,
      certificateAuthority: readFileSync(authority).toString("base64"),
    };
  }

  /** The port that the cluster had, which is written in many a kubeconfig, when it is free; else another. */
  private async portFor(id: string): Promise<number> {
    const { layout } = this.settings;
    const before = readRecord(layout, id)?.port;
    if (before !== undefined && (await isFree(before))) return before;
    const others = readRecords(layout).filter(({ order }) => order.id !== id);
    return choosePort(`${layout.id}/cluster/${id}`, new Set(others.map(({ port }) => port)));
  }

  private async halt(id: string): Promise<void> {
    const cluster = this.running.get(id);
    this.running.delete(id);
    await cluster?.stop();
  }
}

function missingProgram(name: string): SandboxError {
  return new SandboxError({
    what: `No Kubernetes was found for the cluster ${name}.`,
    where: "SLIPWAY_KUBERNETES_BINARY",
    remedy: "Run ./slipway up for a stack on EKS, which builds slipway-kubernetes and starts the sandbox with it.",
  });
}
