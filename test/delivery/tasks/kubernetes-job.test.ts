import assert from "node:assert/strict";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { BatchV1Api, CoreV1Api, type V1JobSpec, type V1Pod } from "@kubernetes/client-node";
import {
  followJob,
  type JobClients,
  type JobTarget,
  jobTargetSchema,
  planTaskJob,
  type RunningJob,
  removeJob,
  seenPod,
  startJob,
} from "../../../delivery/tasks/kubernetes-job.ts";
import { clusterConfig } from "../../../delivery/tasks/kubernetes-job-connection.ts";
import { logsOf } from "../../../delivery/tasks/kubernetes-job-log.ts";
import { testAuthority } from "../../support/certificates.ts";

const spec: V1JobSpec = {
  backoffLimit: 0,
  ttlSecondsAfterFinished: 3600,
  template: {
    metadata: { labels: { app: "migration" } },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: "teamflow-migration",
      containers: [
        {
          name: "operator",
          image: "repository@sha256:0",
          args: ["operator", "migration-status"],
          env: [
            { name: "DATABASE_NAME", value: "teamflow_prod" },
            { name: "SLIPWAY_FLAGS", value: "old" },
          ],
        },
      ],
    },
  },
};
const target: JobTarget = { cluster: "teamflow-prod", region: "us-west-2", namespace: "teamflow", job: spec };
const order = { command: ["operator", "migrate"], environment: { SLIPWAY_FLAGS: "{}" }, startedBy: "slipway-me" };
const pods = "/api/v1/namespaces/teamflow/pods";
const jobs = "/apis/batch/v1/namespaces/teamflow/jobs";
const pod = (state: object, more: object = {}): V1Pod => ({
  metadata: { name: "pod-1" },
  spec: { nodeName: "node-1", containers: [] },
  status: {
    phase: "Running",
    containerStatuses: [{ name: "operator", state, ready: false, image: "", imageID: "", restartCount: 0 }],
  },
  ...more,
});
const ended = (exitCode: number) =>
  pod({ terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error", message: "one\nno such role" } });

/** What the cluster answers to `<method> <path>`: once each, and the last one for ever. A text is a log, a number a refusal. */
type Answers = Readonly<Record<string, readonly (object | string | number)[]>>;

describe("a one-off Job in a cluster of EKS", () => {
  const asked: { readonly what: string; readonly query: string; readonly token: string; readonly body: string }[] = [];
  let stop: () => void = () => undefined;
  beforeEach(() => asked.splice(0));
  afterEach(() => stop());

  /** An EKS that knows one cluster, and that cluster's API server. */
  async function cluster(answers: Answers): Promise<JobClients> {
    const times = new Map<string, number>();
    const authority = testAuthority();
    const { certificate, key } = authority.issue("127.0.0.1");
    const server = createServer({ cert: certificate, key }, async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const [path = "", query = ""] = (request.url ?? "").split("?");
      const what = `${request.method} ${path.replace(/task-migrate-[0-9a-f]{8}$/, "JOB")}`;
      asked.push({ what, query: decodeURIComponent(query), token: request.headers.authorization ?? "", body });
      const list = answers[what] ?? [404];
      const turn = times.get(what) ?? 0;
      times.set(what, turn + 1);
      const answer = list[Math.min(turn, list.length - 1)] ?? 404;
      const status = typeof answer === "number" ? answer : 200;
      response.writeHead(status, { "content-type": typeof answer === "string" ? "text/plain" : "application/json" });
      if (typeof answer === "string") response.end(answer);
      else
        response.end(
          JSON.stringify(
            typeof answer === "number"
              ? { kind: "Status", code: answer, message: `code ${answer}: exceeded quota` }
              : answer,
          ),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const eks = createPlainServer((request, response) => {
      const known = request.url === "/clusters/teamflow-prod";
      response.writeHead(known ? 200 : 404, {
        "content-type": "application/json",
        ...(!known && { "x-amzn-errortype": "ResourceNotFoundException" }),
      });
      const data = Buffer.from(authority.certificate).toString("base64");
      response.end(
        JSON.stringify(
          known
            ? { cluster: { endpoint, certificateAuthority: { data }, status: "ACTIVE" } }
            : { message: "No cluster found" },
        ),
      );
    });
    await new Promise<void>((resolve) => eks.listen(0, "127.0.0.1", resolve));
    stop = () => {
      for (const each of [server, eks]) {
        each.closeAllConnections();
        each.close();
      }
    };
    const options = {
      region: "us-west-2",
      endpoint: `http://127.0.0.1:${(eks.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "000000000000", secretAccessKey: "x" },
    };
    const config = await clusterConfig(target, options, async () => options);
    await assert.rejects(
      clusterConfig({ ...target, cluster: "other" }, options, async () => options),
      /where the cluster other is: No cluster found/,
    );
    return { batch: config.makeApiClient(BatchV1Api), core: config.makeApiClient(CoreV1Api), openLog: logsOf(config) };
  }

  async function follow(answers: Answers, options: { stop?: AbortSignal; patience?: number } = {}) {
    const clients = await cluster({ [`GET ${jobs}/JOB`]: [{ status: {} }], [`DELETE ${jobs}/JOB`]: [{}], ...answers });
    const job: RunningJob = { name: "task-migrate-01234567", namespace: "teamflow", container: "operator" };
    const [lines, states]: string[][] = [[], []];
    const listener = { line: (text: string) => lines?.push(text), status: (text: string) => states?.push(text) };
    const end = await followJob(clients, job, listener, { interval: 5, ...options });
    return { end, lines, states };
  }

  it("is the planned Job with the command and its variables, and nothing else of it changes", () => {
    const job = planTaskJob(target, order, "01234567");
    assert.equal(job.metadata?.name, "task-migrate-01234567");
    const [container] = job.spec?.template.spec?.containers ?? [];
    assert.deepEqual(container, {
      ...spec.template.spec?.containers[0],
      args: ["operator", "migrate"],
      env: [
        { name: "DATABASE_NAME", value: "teamflow_prod" },
        { name: "SLIPWAY_FLAGS", value: "{}" },
      ],
    });
    assert.deepEqual({ ...job.spec, template: 0 }, { ...spec, template: 0 });
    assert.ok(!jobTargetSchema.safeParse({ ...target, job: { template: {} } }).success);
  });

  it("has a name that Kubernetes takes, whatever its command's options hold", () => {
    const named = (...command: string[]) => planTaskJob(target, { ...order, command }, "01234567").metadata?.name;
    assert.equal(named("db", "migrate", "prod", "--confirm", "preProduction"), "task-db-migrate-01234567");
    assert.equal(named("flags", "set", "prod", "--reason=So & so"), "task-flags-set-01234567");
  });

  it("is created as whoever has the credentials, and a refusal is told in the API server's words", async () => {
    const clients = await cluster({ [`POST ${jobs}`]: [{ kind: "Job" }, 403] });
    const { name, container } = await startJob(clients, target, order);
    assert.match(name, /^task-migrate-[0-9a-f]{8}$/);
    assert.equal(container, "operator");
    assert.match(asked[0]?.token ?? "", /^Bearer k8s-aws-v1\./);
    await assert.rejects(
      startJob(clients, target, order),
      /did not start the Job: code 403: exceeded quota\.\n {2}It takes the right/,
    );
  });

  it("is followed to its end: states, every line once, exit code", async () => {
    const { end, lines, states } = await follow({
      [`GET ${pods}`]: [
        { items: [] },
        { items: [pod({}, { spec: { containers: [] } })] },
        { items: [pod({ waiting: { reason: "ContainerCreating" } })] },
        { items: [pod({ running: {} })] },
        { items: [pod({ running: {} })] },
        { items: [ended(0)] },
      ],
      "GET /api/v1/namespaces/teamflow/events": [{ items: [] }],
      // The connection ends in the middle of a line, and is made anew.
      [`GET ${pods}/pod-1/log`]: ["one\ntw", "one\ntwo\nthree"],
    });
    assert.deepEqual(lines, ["one", "two", "three"]);
    assert.deepEqual(states, [
      "waiting for a pod",
      "waiting for a node",
      "starting (ContainerCreating)",
      "running",
      "ended",
    ]);
    assert.deepEqual([end.exitCode, end.reason], [0, "Completed: no such role"]);
  });

  it("gives its exit code and last words when it fails, also when its lines cannot be read", async () => {
    const { end } = await follow({ [`GET ${pods}`]: [{ items: [ended(3)] }] });
    assert.equal(end.exitCode, 3);
    assert.match(end.reason, /^Error: no such role; its last lines cannot be read: .*404/);
  });

  it("has no exit code when its program never ran, and says why", async () => {
    const waiting = { items: [pod({ waiting: { reason: "ImagePullBackOff", message: "no such image" } })] };
    const image = await follow({ [`GET ${pods}`]: [waiting] }, { patience: 20 });
    assert.deepEqual(image.end, { exitCode: undefined, reason: "ImagePullBackOff: no such image" });
    stop();
    const condition = { type: "Failed", status: "True", reason: "DeadlineExceeded", message: "too long" };
    const late = await follow({
      [`GET ${jobs}/JOB`]: [{ status: { conditions: [condition] } }],
      [`GET ${pods}`]: [{ items: [] }],
    });
    assert.deepEqual(late.end, { exitCode: undefined, reason: "DeadlineExceeded: too long" });
    stop();
    const gone = await follow({ [`GET ${jobs}/JOB`]: [404], [`GET ${pods}`]: [{ items: [] }] });
    assert.deepEqual(gone.end, { exitCode: undefined, reason: "somebody deleted the Job" });
    stop();
    const refused = { items: [{ message: "pods are forbidden: exceeded quota" }] };
    const full = await follow(
      { [`GET ${pods}`]: [{ items: [] }], "GET /api/v1/namespaces/teamflow/events": [refused] },
      { patience: 20 },
    );
    assert.match(full.end.reason, /exceeded quota/);
  });

  it("is deleted with its pod when it is to stop, and once more without harm", async () => {
    const stopping = new AbortController();
    setTimeout(() => stopping.abort("stopped by SIGINT at the terminal"), 40);
    const { end } = await follow(
      { [`GET ${pods}`]: [{ items: [pod({ running: {} })] }], [`GET ${pods}/pod-1/log`]: ["one\n"] },
      { stop: stopping.signal },
    );
    assert.deepEqual(end, { exitCode: 1, reason: "stopped by SIGINT at the terminal" });
    const deleted = asked.find(({ what }) => what === `DELETE ${jobs}/JOB`);
    assert.match(deleted?.query ?? "", /propagationPolicy=Background/);
    stop();
    const clients = await cluster({ [`DELETE ${jobs}/JOB`]: [404] });
    await removeJob(clients, { name: "task-migrate-01234567", namespace: "teamflow", container: "operator" });
  });

  it("reads of a pod what it says of its end, also when it was evicted before", () => {
    const evicted = {
      metadata: { name: "p" },
      spec: { nodeName: "n", containers: [] },
      status: { phase: "Failed", reason: "Evicted", message: "disk" },
    };
    assert.deepEqual(seenPod(evicted, "operator").end, { exitCode: undefined, reason: "Evicted: disk" });
  });
});
