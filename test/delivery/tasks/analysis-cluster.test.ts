import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { UserError } from "../../../delivery/errors.ts";
import { connect, eyesOf, seenPod } from "../../../delivery/tasks/analysis-cluster.ts";
import { testAuthority } from "../../support/certificates.ts";

const order = { namespace: "teamflow", deployment: "backend-canary", minutes: 1, alarms: [], region: "us-west-2" };
const pod = {
  metadata: { name: "canary-1" },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "backend", ready: true, image: "i", imageID: "", restartCount: 2 }],
  },
};
const deployment = {
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "backend", track: "canary" } },
    template: { spec: { containers: [] } },
  },
};

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly type: string;
  readonly body: string;
}

/** An API server as a pod finds it: by its variables, its token and its authority. */
class ApiServer {
  readonly asked: Asked[] = [];
  readonly directory = mkdtempSync(path.join(os.tmpdir(), "slipway-analysis-"));
  private readonly server: Server;

  constructor(answers: Readonly<Record<string, object | undefined>>) {
    const authority = testAuthority();
    const { certificate, key } = authority.issue("127.0.0.1");
    writeFileSync(path.join(this.directory, "ca.crt"), authority.certificate);
    writeFileSync(path.join(this.directory, "token"), "a-token");
    this.server = createServer({ cert: certificate, key }, async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { headers, method = "", url = "" } = request;
      this.asked.push({ method, url, body, token: headers.authorization ?? "", type: headers["content-type"] ?? "" });
      const answer = answers[`${method} ${url.split("?")[0]}`];
      response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { kind: "Status", code: 404, reason: "NotFound" }));
    });
  }

  async start() {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return {
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(port),
      SLIPWAY_SERVICE_ACCOUNT_DIRECTORY: this.directory,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.directory, { recursive: true });
  }
}

const names = "/apis/apps/v1/namespaces/teamflow/deployments/backend-canary";

describe("the eyes of a watch", () => {
  let server: ApiServer | undefined;
  const eyes = async (answers: Readonly<Record<string, object | undefined>>) => {
    server = new ApiServer(answers);
    return { server, eyes: eyesOf(await connect("us-west-2", await server.start()), order) };
  };
  afterEach(() => {
    server?.stop();
    server = undefined;
  });

  it("look at the Deployment and at its own pods alone, with the pod's token and authority", async () => {
    const { eyes: ours, server } = await eyes({
      [`GET ${names}`]: deployment,
      "GET /api/v1/namespaces/teamflow/pods": { items: [pod] },
    });
    assert.deepEqual(await ours.look(), {
      deployment: { wanted: 1, template: JSON.stringify(deployment.spec.template) },
      pods: [{ name: "canary-1", ready: true, leaving: false, restarts: 2 }],
      alarms: {},
    });
    assert.deepEqual(
      server.asked.map(({ token, url }) => [decodeURIComponent(url), token]),
      [
        [names, "Bearer a-token"],
        ["/api/v1/namespaces/teamflow/pods?labelSelector=app=backend,track=canary", "Bearer a-token"],
      ],
    );
  });

  it("see that there is no Deployment", async () => {
    const { eyes: ours } = await eyes({});
    assert.deepEqual(await ours.look(), { deployment: undefined, pods: [], alarms: {} });
  });

  it("do not take a refusal for an absence", async () => {
    const { eyes: ours } = await eyes({ [`GET ${names}`]: deployment });
    await assert.rejects(ours.look());
  });

  it("take the canary away by its scale, and touch nothing else", async () => {
    const { eyes: ours, server } = await eyes({ [`PATCH ${names}/scale`]: { spec: { replicas: 0 } } });
    await ours.takeBack();
    assert.deepEqual(
      server.asked.map(({ body, method, type, url }) => [method, url, type, JSON.parse(body)]),
      [
        [
          "PATCH",
          `${names}/scale?fieldManager=slipway-analysis`,
          "application/json-patch+json",
          [{ op: "replace", path: "/spec/replicas", value: 0 }],
        ],
      ],
    );
  });

  it("are none outside a cluster", async () => {
    await assert.rejects(connect("us-west-2", {}), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /runs in a pod/);
      return true;
    });
  });
});

describe("a pod as it is judged", () => {
  const status = (changes: object) => seenPod({ ...pod, status: { ...pod.status, ...changes } });

  it("says why a container waits and how it ended", () => {
    const waiting = { waiting: { reason: "CrashLoopBackOff" } };
    const ended = { terminated: { reason: "OOMKilled", exitCode: 137 } };
    const containerStatuses = [
      { ...pod.status.containerStatuses[0], restartCount: 3, state: waiting, lastState: ended },
    ];
    assert.deepEqual(status({ containerStatuses }), {
      name: "canary-1",
      ready: true,
      leaving: false,
      restarts: 3,
      why: "CrashLoopBackOff; OOMKilled, exit code 137",
    });
  });

  it("leaves when it is deleted, evicted or done", () => {
    assert.equal(status({ phase: "Failed", reason: "Evicted" }).leaving, true);
    assert.equal(seenPod({ ...pod, metadata: { name: "x", deletionTimestamp: new Date() } }).leaving, true);
    assert.equal(status({ phase: "Running" }).leaving, false);
  });
});
