import path from "node:path";
import { Child } from "../aws/data-plane/child.ts";
import { SandboxError } from "../errors.ts";
import type { Layout } from "../layout.ts";
import { privateDirectory } from "../system/files.ts";
import { rotate, tail } from "../system/log-files.ts";
import { until } from "../system/wait.ts";
import { isReady } from "./api-server.ts";
import { type ClusterPart, clusterCommands, clusterParts, podLogs } from "./commands.ts";
import { credentialFiles, kubeconfigFile, makeCredentials, writeWebhook } from "./credentials.ts";
import { Kubectl } from "./kubectl.ts";
import { type ClusterRecord, clusterDirectory } from "./record.ts";

/** The API server answers 4 s after its start on a quiet machine; many things may run on a busy one. Milliseconds. */
const startLimit = 90_000;
const logInterval = 60_000;

/** What Auto Mode brings into each cluster: kinds first, then objects of these kinds and of Kubernetes' own. */
const resources = ["kinds", "objects"].map((name) => path.join(import.meta.dirname, "resources", name));

/** How long each part may take to end before it is killed, in milliseconds. Clients go before the API server, that before etcd. */
const endings: readonly (readonly [readonly ClusterPart[], number])[] = [
  [["nodes", "scheduler", "controller-manager"], 4000],
  [["apiserver"], 8000],
  [["etcd"], 5000],
];

/** What makes load balancers of AWS for the Ingresses of a cluster. */
type StartLoadBalancers = (options: {
  readonly kubeconfig: string;
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
  readonly clusterName: string;
  readonly log: (line: string) => void;
}) => Promise<{ stop(): unknown }>;

/** What the clusters of a local AWS have in common. */
export interface ClusterSurroundings {
  readonly layout: Layout;
  readonly binary: string;
  /** The local AWS. */
  readonly endpoint: string;
  /** What runs as a process in pods, and the environment that the local AWS gives it in an account and region. */
  readonly images: unknown;
  environment(account: string, region: string): Readonly<Record<string, string>>;
  /** Makes a certificate for 127.0.0.1, or a new one when it is about to end, in a folder. */
  makeCertificates(directory: string): Promise<void>;
  /** Where the API server of a cluster has tokens of EKS judged. */
  authenticator(id: string): string;
  readonly startLoadBalancers: StartLoadBalancers;
  readonly log: (line: string) => void;
}

/** A Kubernetes that stands for a cluster of EKS: five processes and what makes load balancers for it. */
export class Cluster {
  readonly record: ClusterRecord;
  private readonly surroundings: ClusterSurroundings;
  private readonly directory: string;
  private readonly children = new Map<ClusterPart, Child>();
  private loadBalancers: { stop(): unknown } | undefined;
  private logTimer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(record: ClusterRecord, surroundings: ClusterSurroundings) {
    this.record = record;
    this.surroundings = surroundings;
    this.directory = clusterDirectory(surroundings.layout, record.order.id);
  }

  get kubectl(): Kubectl {
    return new Kubectl(this.surroundings.binary, path.join(this.directory, kubeconfigFile("admin")));
  }

  /**
   * Starts all parts, and returns when the API server can be used and holds what Auto Mode brings.
   * @throws SandboxError when it does not answer in time, with what its log says
   */
  async start(): Promise<void> {
    const { log, authenticator, endpoint, makeCertificates } = this.surroundings;
    const { order, port } = this.record;
    privateDirectory(path.join(this.directory, podLogs));
    await makeCertificates(path.join(this.directory, credentialFiles.certificates));
    makeCredentials(this.directory, { name: order.name, port });
    writeWebhook(this.directory, authenticator(order.id));
    this.logTimer = setInterval(() => this.rotateLogs(), logInterval).unref();
    // The others wait for the API server by themselves, but would fill their logs with it.
    for (const part of ["etcd", "apiserver"] as const) this.launch(part);
    const answers = await until(() => this.stopping || isReady(this.directory, port), startLimit, 100);
    if (this.stopping) return;
    if (!answers) throw this.silence();
    for (const part of ["controller-manager", "scheduler", "nodes"] as const) this.launch(part);
    for (const folder of resources) await this.apply(folder);
    if (this.stopping) return;
    const loadBalancers = await this.surroundings.startLoadBalancers({
      kubeconfig: path.join(this.directory, kubeconfigFile("load-balancers")),
      account: order.account,
      region: order.region,
      endpoint,
      clusterName: order.name,
      log,
    });
    this.loadBalancers = loadBalancers;
    // Whoever stopped the cluster meanwhile saw none.
    if (this.stopping) await loadBalancers.stop();
    log(`the cluster ${order.name} answers at https://127.0.0.1:${port}`);
  }

  /** Ends all parts; the data stay. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.logTimer);
    await this.loadBalancers?.stop();
    for (const [parts, patience] of endings)
      await Promise.all(parts.map((part) => this.children.get(part)?.stop("SIGTERM", patience)));
    this.children.clear();
  }

  private launch(part: ClusterPart): void {
    if (this.stopping) return;
    const { binary, images, endpoint, environment, log } = this.surroundings;
    const { order } = this.record;
    const settings = { images, endpoint, environment: environment(order.account, order.region) };
    const command = {
      file: binary,
      args: clusterCommands(this.record, settings)[part],
      env: {},
      cwd: this.directory,
    };
    this.children.set(part, new Child(command, log, { output: this.logOf(part), title: `${part} of ${order.name}` }));
  }

  /** A kind is there a moment after it was made, and objects of it are refused until then. */
  private async apply(folder: string): Promise<void> {
    let problem: unknown;
    const args = ["apply", "--server-side", "--force-conflicts", "--field-manager=eks", `--filename=${folder}`];
    const applied = await until(
      () =>
        this.stopping ||
        this.kubectl.run(args).then(
          () => true,
          (error: unknown) => {
            problem = error;
            return false;
          },
        ),
      30_000,
      500,
    );
    if (!applied) throw problem;
  }

  private logOf(part: ClusterPart): string {
    return path.join(this.directory, "logs", `${part}.log`);
  }

  private rotateLogs(): void {
    for (const part of clusterParts) rotate(this.logOf(part));
  }

  private silence(): SandboxError {
    const log = this.logOf("apiserver");
    const lines = tail(log, 5).map((line) => `    | ${line}`);
    return new SandboxError({
      what: `The API server of the cluster ${this.record.order.name} does not answer.`,
      where: `${log}, which ends with\n${lines.join("\n")}`,
      remedy: "Mend what the log names; ./slipway sandbox stop and start try again.",
    });
  }
}
