import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isReady } from "../../../../sandbox/kubernetes/api-server.ts";
import { clusterCommands } from "../../../../sandbox/kubernetes/commands.ts";
import {
  adminToken,
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
import { ClusterApi } from "./plugin-api.ts";
import { TestKubelet } from "./plugin-kubelet.ts";

/** What a cluster needs to keep objects and to act on them. Pods are the test's own affair (`TestKubelet`). */
const parts = ["etcd", "apiserver", "controller-manager"] as const;

/** A real API server with etcd and controllers, and pods that do as their image's name says. */
export class TestCluster {
  readonly folder: string;
  readonly api: ClusterApi;
  readonly kubelet: TestKubelet;
  readonly kubectl: Kubectl;
  private readonly port: number;
  private readonly children: ChildProcess[] = [];

  private constructor(folder: string, port: number, binary: string, api: ClusterApi) {
    this.folder = folder;
    this.port = port;
    this.api = api;
    this.kubelet = new TestKubelet(api);
    this.kubectl = new Kubectl(binary, this.kubeconfigFile);
  }

  /** Starts a cluster with the custom kinds that EKS brings. */
  static async start(binary: string): Promise<TestCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-plugin-"));
    const port = await choosePort(folder, new Set());
    writeCertificates(folder);
    makeCredentials(folder, { name: "test", port });
    // Nobody answers there: the test shows tokens that the API server knows itself.
    writeWebhook(folder, "http://127.0.0.1:9/");
    const authority = readFileSync(path.join(folder, credentialFiles.authority), "utf8");
    const cluster = new TestCluster(folder, port, binary, new ClusterApi(port, adminToken(folder), authority));
    try {
      await cluster.run(binary);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** A kubeconfig of an administrator. */
  get kubeconfigFile(): string {
    return path.join(this.folder, kubeconfigFile("admin"));
  }

  get kubeconfig(): string {
    return readFileSync(this.kubeconfigFile, "utf8");
  }

  /** Ends all and removes what it left. */
  async stop(): Promise<void> {
    await this.kubelet.stop();
    // Clients first: an API server waits for them.
    for (const child of this.children.toReversed()) {
      child.kill("SIGTERM");
      const ended = await until(() => child.exitCode !== null || child.signalCode !== null, 8000, 50);
      if (!ended) child.kill("SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(binary: string): Promise<void> {
    const order = {
      id: "test",
      name: "test",
      account: "000000000000",
      region: "us-west-2",
      version: "1.36",
      zones: [{ name: "us-west-2a", cidrs: ["10.2.16.0/20"] }],
    };
    const commands = clusterCommands({ order, port: this.port }, { images: {}, environment: {}, endpoint: "" });
    for (const part of parts) {
      // No heartbeat of a node that is a test.
      const args = commands[part].map((arg) => arg.replace("node-lifecycle-controller,", ""));
      const log = openSync(path.join(this.folder, `${part}.log`), "w");
      this.children.push(spawn(binary, args, { cwd: this.folder, stdio: ["ignore", log, log] }));
      closeSync(log);
    }
    if (!(await until(() => isReady(this.folder, this.port), 90_000, 100))) {
      throw new Error(`no API server:\n${tail(path.join(this.folder, "apiserver.log"), 20).join("\n")}`);
    }
    const kinds = path.join(import.meta.dirname, "../../../../sandbox/kubernetes/resources/kinds");
    await this.kubectl.run(["apply", "--server-side", `--filename=${kinds}`]);
    await this.kubelet.start();
  }
}

function writeCertificates(folder: string): void {
  const authority = testAuthority();
  const { key, certificate } = authority.issue("localhost", "127.0.0.1");
  mkdirSync(path.join(folder, credentialFiles.certificates), { recursive: true });
  const files = [
    [credentialFiles.authority, authority.certificate],
    [credentialFiles.certificate, certificate],
    [credentialFiles.certificateKey, key],
  ] as const;
  for (const [name, content] of files) writeFileSync(path.join(folder, name), content, { mode: 0o600 });
}
