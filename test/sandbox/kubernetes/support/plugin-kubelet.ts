import type { ApiObject, ClusterApi } from "./plugin-api.ts";

const interval = 150;
const node = "test-node";

/**
 * One node on which pods do at once as the names of their images say: `missing` cannot be pulled, `failing` ends with an
 * error and a last word, all others run, or succeed if they belong to a Job.
 */
export class TestKubelet {
  private readonly api: ClusterApi;
  private address = 10;
  private running = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(api: ClusterApi) {
    this.api = api;
  }

  async start(): Promise<void> {
    await this.api.ask("POST", "/api/v1/nodes", { metadata: { name: node } });
    this.running = true;
    this.loop = this.work();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.loop;
  }

  private async work(): Promise<void> {
    while (this.running) {
      // What changes under our hands is looked at again the next time.
      const pods = await this.api.list("/api/v1/pods").catch(() => []);
      for (const pod of pods) await this.attend(pod).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }

  private async attend(pod: ApiObject): Promise<void> {
    const at = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
    if (pod.metadata.deletionTimestamp) {
      await this.api.ask("DELETE", at, { gracePeriodSeconds: 0, apiVersion: "v1", kind: "DeleteOptions" });
    } else if (!pod.spec.nodeName) {
      const target = { apiVersion: "v1", kind: "Node", name: node };
      await this.api.ask("POST", `${at}/binding`, { metadata: { name: pod.metadata.name }, target });
    } else if (pod.status.containerStatuses === undefined) {
      await this.api.merge(`${at}/status`, { status: this.statusOf(pod) });
    }
  }

  private statusOf(pod: ApiObject): unknown {
    const ofJob = pod.metadata.labels?.["job-name"] !== undefined;
    const containers = pod.spec.containers as readonly { readonly name: string; readonly image: string }[];
    const at = new Date().toISOString();
    const states = containers.map(({ image }) => {
      if (image.includes("missing")) {
        return { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } };
      }
      const exitCode = image.includes("failing") ? 1 : ofJob ? 0 : undefined;
      if (exitCode === undefined) return { running: { startedAt: at } };
      const message = exitCode === 0 ? "" : "relation users does not exist";
      return {
        terminated: { exitCode, reason: exitCode ? "Error" : "Completed", message, startedAt: at, finishedAt: at },
      };
    });
    const ended = states.every((state) => "terminated" in state);
    const failed = states.some((state) => state.terminated?.exitCode === 1);
    const ready = states.every((state) => "running" in state);
    const unready = `containers with unready status: [${containers.map(({ name }) => name).join(" ")}]`;
    return {
      phase: ended ? (failed ? "Failed" : "Succeeded") : ready ? "Running" : "Pending",
      podIP: `10.9.0.${this.address++ % 250}`,
      startTime: at,
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: at },
        { type: "Initialized", status: "True", lastTransitionTime: at },
        {
          type: "Ready",
          status: ready ? "True" : "False",
          lastTransitionTime: at,
          ...(!ready && { reason: "ContainersNotReady", message: unready }),
        },
      ],
      containerStatuses: containers.map(({ name, image }, index) => ({
        name,
        image,
        imageID: "",
        ready: ready,
        restartCount: 0,
        state: states[index],
      })),
    };
  }
}
