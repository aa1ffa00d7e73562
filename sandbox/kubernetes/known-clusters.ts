import path from "node:path";
import { SandboxError } from "../errors.ts";
import { type Layout, layoutOf } from "../layout.ts";
import { loadState } from "../state.ts";
import { isReady } from "./api-server.ts";
import { kubeconfigFile } from "./credentials.ts";
import { Kubectl } from "./kubectl.ts";
import { type ClusterOrder, type ClusterRecord, clusterDirectory, readRecords } from "./record.ts";

/** A cluster of the sandbox, as the command line shows it. */
export interface ClusterStatus {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
  readonly state: "running" | "stopped";
  /** The folder with the logs of its parts and of its pods. */
  readonly logs: string;
}

/** The clusters of a checkout's local AWS, and whether they answer. */
export function clusterStatuses(root: string): Promise<ClusterStatus[]> {
  const layout = layoutOf(root);
  return Promise.all(
    readRecords(layout).map(async ({ order, port }) => {
      const directory = clusterDirectory(layout, order.id);
      return {
        name: order.name,
        account: order.account,
        region: order.region,
        endpoint: `https://127.0.0.1:${port}`,
        state: (await isReady(directory, port)) ? "running" : "stopped",
        logs: path.join(directory, "logs"),
      } as const;
    }),
  );
}

/** The way into one cluster as its administrator. */
export interface KnownCluster {
  readonly order: ClusterOrder;
  /** Its administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
}

/**
 * Finds a cluster of the checkout's local AWS.
 * @param name the cluster's name, or the end of it, which a stack's name is ("prod" for "teamflow-prod")
 * @throws SandboxError naming the clusters that there are
 */
export function findCluster(root: string, name: string): KnownCluster {
  const layout = layoutOf(root);
  const { order } = choose(readRecords(layout), name);
  const binary = loadState(layout)?.settings.kubernetesBinary;
  if (binary === undefined) {
    throw new SandboxError({
      what: "The sandbox does not know where its Kubernetes is.",
      where: layout.stateFile,
      remedy: "Run ./slipway up for a stack on EKS.",
    });
  }
  const kubeconfig = adminKubeconfig(layout, order.id);
  return { order, kubeconfig, kubectl: new Kubectl(binary, kubeconfig) };
}

function adminKubeconfig(layout: Layout, id: string): string {
  return path.join(clusterDirectory(layout, id), kubeconfigFile("admin"));
}

/** The record that is meant; a whole name goes before the end of one. */
export function choose(records: readonly ClusterRecord[], name: string): ClusterRecord {
  const exact = records.filter(({ order }) => order.name === name);
  const matching = exact.length > 0 ? exact : records.filter(({ order }) => order.name.endsWith(`-${name}`));
  const [found, other] = matching;
  if (found && !other) return found;
  const names = (found ? matching : records).map(
    ({ order }) => `  ${order.name} (account ${order.account}, ${order.region})`,
  );
  if (found) {
    throw new SandboxError({
      what: `Several clusters of the sandbox are called ${name}:\n${names.join("\n")}`,
      remedy: "Give the whole name of one that is there only once.",
    });
  }
  throw new SandboxError({
    what: `The sandbox has no cluster ${name}.${names.length > 0 ? ` It has:\n${names.join("\n")}` : ""}`,
    remedy: "./slipway up makes the cluster of a stack on EKS.",
  });
}
