import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isReady } from "../../../../sandbox/kubernetes/api-server.ts";
import { type ClusterPart, clusterCommands, clusterParts, podLogs } from "../../../../sandbox/kubernetes/commands.ts";
import {
  credentialFiles,
  kubeconfigFile,
  makeCredentials,
  writeWebhook,
} from "../../../../sandbox/kubernetes/credentials.ts";
import { Kubectl } from "../../../../sandbox/kubernetes/kubectl.ts";
import { tail } from "../../../../sandbox/system/log-files.ts";
import { choosePort } from "../../../../sandbox/system/ports.ts";
import { until } from "../../../../sandbox/system/wait.ts";
import { testAuthority } from "../../../support/certificates.ts";

/** What the tests look at of an object. */
export interface Seen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind are read.
  readonly [field: string]: any;
}

/** What the nodes of a test are told. */
export interface NodesOfTest {
  readonly images: unknown;
  readonly environment: Readonly<Record<string, string>>;
  readonly endpoint: string;
}

/** The zones of a test's cluster, each with one of the plan's ranges. */
export const zones = ["us-west-2a", "us-west-2b", "us-west-2c"];

/** A whole cluster as the sandbox runs it: all five programs. */
export class NodesCluster {
  readonly kubectl: Kubectl;
  private readonly folder: string;
  private readonly binary: string;
  private readonly port: number;
  private readonly nodes: NodesOfTest;
  private readonly children = new Map<ClusterPart, ChildProcess>();

  private constructor(folder: string, port: number, binary: string, nodes: NodesOfTest) {
    this.folder = folder;
    this.port = port;
    this.binary = binary;
    this.nodes = nodes;
    this.kubectl = new Kubectl(binary, path.join(folder, kubeconfigFile("admin")));
  }

  static async start(binary: string, nodes: NodesOfTest): Promise<NodesCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-nodes-"));
    const port = await choosePort(folder, new Set());
    const cluster = new NodesCluster(folder, port, binary, nodes);
    try {
      await cluster.run();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Ends all and removes what it left. */
  async stop(): Promise<void> {
    // Clients first: an API server waits for them.
    for (const part of clusterParts.toReversed()) await this.end(part, "SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Kills the nodes as a crash would, and starts them again. */
  async killNodes(): Promise<void> {
    await this.end("nodes", "SIGKILL");
    this.launch("nodes");
  }

  async apply(...objects: readonly unknown[]): Promise<void> {
    const items = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl.run(["apply", "--server-side", "--force-conflicts", "--filename=-"], JSON.stringify(items));
  }

  /** The objects that `kubectl get` names. */
  async list(...what: readonly string[]): Promise<readonly Seen[]> {
    return JSON.parse(await this.kubectl.run(["get", "--output=json", ...what])).items;
  }

  /** The pods of a Deployment or Job that are not about to go. */
  async pods(app: string): Promise<readonly Seen[]> {
    const pods = await this.list("pods", `--selector=app=${app}`);
    return pods.filter((pod) => !pod.metadata.deletionTimestamp);
  }

  /** What the nodes wish to go wrong: entries of slipway-faults. */
  async setFaults(...faults: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const data = Object.fromEntries(faults.map((fault, index) => [`fault-${index}`, JSON.stringify(fault)]));
    const metadata = { name: "slipway-faults", namespace: "kube-system" };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    await this.kubectl.run(["delete", "--ignore-not-found", "--namespace=kube-system", "configmap/slipway-faults"]);
    if (faults.length > 0) await this.apply(object);
  }

  /** Asks until the answer is what is wanted, and returns it. @throws Error with the last answer */
  async expect<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, limit = 20_000): Promise<T> {
    let answer: T | undefined;
    const come = await until(
      async () => {
        answer = await ask();
        return wanted(answer);
      },
      limit,
      150,
    );
    if (!come)
      throw new Error(`not within ${limit / 1000} s: ${JSON.stringify(answer, undefined, 1)}\n${this.words()}`);
    return answer as T;
  }

  /** The messages of an object's events of one reason. */
  async events(name: string, reason: string): Promise<readonly string[]> {
    const events = await this.list("events", `--field-selector=involvedObject.name=${name},reason=${reason}`);
    return events.map((event) => event.message);
  }

  private async run(): Promise<void> {
    const authority = testAuthority();
    const { key, certificate } = authority.issue("127.0.0.1", "localhost");
    for (const folder of [credentialFiles.certificates, podLogs]) {
      mkdirSync(path.join(this.folder, folder), { recursive: true });
    }
    const files = { authority: authority.certificate, certificate, certificateKey: key };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path.join(this.folder, credentialFiles[name as keyof typeof files]), content, { mode: 0o600 });
    }
    makeCredentials(this.folder, { name: "test", port: this.port });
    // Nobody answers there: the tests show tokens that the API server knows itself.
    writeWebhook(this.folder, "http://127.0.0.1:9/");
    for (const part of ["etcd", "apiserver"] as const) this.launch(part);
    if (!(await until(() => isReady(this.folder, this.port), 90_000, 100))) throw new Error(this.words());
    for (const part of ["controller-manager", "scheduler", "nodes"] as const) this.launch(part);
    const kinds = path.join(import.meta.dirname, "../../../../sandbox/kubernetes/resources/kinds");
    await this.kubectl.run(["apply", "--server-side", `--filename=${kinds}`]);
  }

  private launch(part: ClusterPart): void {
    const order = {
      id: "test",
      name: "test",
      account: "000000000000",
      region: "us-west-2",
      version: "1.36",
      zones: zones.map((name, index) => ({ name, cidrs: [`10.2.${16 * (index + 1)}.0/20`] })),
    };
    const args = clusterCommands({ order, port: this.port }, this.nodes)[part];
    const log = openSync(path.join(this.folder, `${part}.log`), "a");
    this.children.set(part, spawn(this.binary, args, { cwd: this.folder, stdio: ["ignore", log, log] }));
    closeSync(log);
  }

  private async end(part: ClusterPart, signal: NodeJS.Signals): Promise<void> {
    const child = this.children.get(part);
    if (!child) return;
    child.kill(signal);
    const ended = await until(() => child.exitCode !== null || child.signalCode !== null, 8000, 50);
    if (!ended) child.kill("SIGKILL");
  }

  /** What the programs said last. */
  private words(): string {
    return clusterParts
      .map((part) => `${part}:\n${tail(path.join(this.folder, `${part}.log`), 8).join("\n")}`)
      .join("\n");
  }
}
