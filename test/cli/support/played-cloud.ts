import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { parts } from "../../../sandbox/toolchain/parts.ts";
import { FakeAws } from "../../delivery/tasks/fake-aws.ts";
import { testAuthority } from "../../support/certificates.ts";
import { type Outcome, outcome } from "./run.ts";

type Variables = Readonly<Record<string, string>>;

/** A task that was started: a process of this machine, with the environment that its definition would give it. */
interface PlayedTask {
  readonly command: readonly string[];
  readonly variables: Variables;
  readonly lines: string[];
  exitCode?: number;
}

/**
 * A cloud with a stack's tasks in it: an engine that knows the outputs, ECS and EKS. What a task is to run, it runs here, with its
 * output in the log as a container's: both streams in one, without empty lines.
 */
export class PlayedCloud {
  readonly tasks: PlayedTask[] = [];
  /** What a command line outside needs to find it. */
  readonly environment: Variables;
  readonly #stop: (() => void)[];

  private constructor(environment: Variables, stop: (() => void)[]) {
    this.environment = environment;
    this.#stop = stop;
  }

  /**
   * @param outputs of the stack
   * @param definition the environment of its tasks, by namespace of a Job; "" for those of ECS
   * @param folder for the programs that stand for the engine and its plugins
   */
  static async open(outputs: object, definition: (namespace: string) => Variables, folder: string) {
    const stop: (() => void)[] = [];
    const started: { run?: (command: readonly string[], variables: Variables, namespace: string) => PlayedTask } = {};
    const start = (command: readonly string[], variables: Variables, namespace = "") => {
      if (started.run === undefined) throw new Error("the cloud is not open yet");
      return started.run(command, variables, namespace);
    };
    const aws = new FakeAws(ecs(start));
    const cluster = await openCluster(start, stop);
    const { endpoint } = await aws.start();
    const eks = await openEks(cluster, endpoint, stop);
    const cloud = new PlayedCloud(
      {
        PATH: `${engine(folder, outputs)}:/usr/bin:/bin`,
        PULUMI_HOME: path.join(folder, "pulumi"),
        PULUMI_BACKEND_URL: "s3://state",
        AWS_ENDPOINT_URL: eks,
        AWS_REGION: "us-west-2",
        AWS_ACCESS_KEY_ID: "000000000000",
        AWS_SECRET_ACCESS_KEY: "secret",
      },
      [...stop, () => aws.stop()],
    );
    started.run = (command, variables, namespace) => cloud.#run(command, { ...definition(namespace), ...variables });
    return cloud;
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }

  #run(command: readonly string[], variables: Variables): PlayedTask {
    const task: PlayedTask = { command, variables, lines: [] };
    this.tasks.push(task);
    const child: ChildProcess = spawn(process.execPath, ["delivery/cli/main.ts", ...command], {
      cwd: checkoutRoot,
      env: variables,
      stdio: ["ignore", "pipe", "pipe"],
    });
    void outcome(child).then(({ code, stdout, stderr }: Outcome) => {
      task.lines.push(...`${stderr}${stdout}`.split("\n").filter(Boolean));
      task.exitCode = code ?? 137;
    });
    return task;
  }
}

type Start = (command: readonly string[], variables: Variables, namespace?: string) => PlayedTask;

/** A `pulumi` that knows the outputs and nothing else, and files where its plugins would be. */
function engine(folder: string, outputs: object): string {
  const bin = path.join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const file = path.join(folder, "outputs.json");
  writeFileSync(file, JSON.stringify(outputs));
  const script = `#!/bin/sh\nif [ "$1" = version ]; then echo v${parts.engine.version}; else cat ${file}; fi\n`;
  for (const { binary, onPath = [], plugin, version } of Object.values(parts)) {
    const place = plugin ? path.join(folder, "pulumi", "plugins", `resource-${plugin}-v${version}`) : bin;
    mkdirSync(place, { recursive: true });
    for (const name of [binary, ...onPath]) {
      writeFileSync(path.join(place, name), script);
      chmodSync(path.join(place, name), 0o755);
    }
  }
  return bin;
}

const arn = "arn:aws:ecs:us-west-2:000000000000:task/teamflow-staging/";

function ecs(start: Start): ConstructorParameters<typeof FakeAws>[0] {
  const running: PlayedTask[] = [];
  const taskOf = (id: string) => running[Number(id.split("/").at(-1))] as PlayedTask;
  return {
    RunTask: ({ overrides }) => {
      const [{ command, environment }] = overrides.containerOverrides;
      const variables = Object.fromEntries(
        environment.map((each: { name: string; value: string }) => [each.name, each.value]),
      );
      const id = running.push(start(command, variables)) - 1;
      return { tasks: [{ taskArn: `${arn}${id}` }] };
    },
    DescribeTaskDefinition: () => ({ taskDefinition: { containerDefinitions: [{ name: "operator" }] } }),
    DescribeTasks: ({ tasks: [id] }) => {
      const { exitCode } = taskOf(id);
      const lastStatus = exitCode === undefined ? "RUNNING" : "STOPPED";
      return { tasks: [{ lastStatus, containers: [{ name: "operator", exitCode }] }] };
    },
    GetLogEvents: ({ logStreamName, nextToken = "0" }) => {
      const { lines } = taskOf(logStreamName);
      const events = lines.slice(Number(nextToken)).map((message) => ({ message, timestamp: 1 }));
      return { events, nextForwardToken: String(lines.length) };
    },
  };
}

/** The API server of a cluster, whose one pod is its last Job's. */
async function openCluster(start: Start, stop: (() => void)[]) {
  const authority = testAuthority();
  const { certificate, key } = authority.issue("127.0.0.1");
  let task: PlayedTask | undefined;
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const [, namespace = ""] = /\/namespaces\/([^/?]+)/.exec(request.url ?? "") ?? [];
    if (request.method === "POST") {
      const [{ args, env }] = JSON.parse(body).spec.template.spec.containers;
      task = start(
        args,
        Object.fromEntries(env.map((each: { name: string; value: string }) => [each.name, each.value])),
        namespace,
      );
    }
    const isLog = request.url?.includes("/log?") ?? false;
    response.writeHead(200, { "content-type": isLog ? "text/plain" : "application/json" });
    if (isLog) response.end(task?.lines.map((line) => `${line}\n`).join(""));
    else response.end(JSON.stringify(request.url?.includes("/pods?") ? { items: [podOf(task)] } : { status: {} }));
  });
  const port = await listening(server, stop);
  return { endpoint: `https://127.0.0.1:${port}`, certificate: authority.certificate };
}

function podOf(task: PlayedTask | undefined): object {
  const state = task?.exitCode === undefined ? { running: {} } : { terminated: { exitCode: task.exitCode } };
  return {
    metadata: { name: "pod-1" },
    spec: { nodeName: "node-1", containers: [] },
    status: { phase: "Running", containerStatuses: [{ name: "operator", state }] },
  };
}

/** EKS, which knows that cluster; what is not EKS's goes to ECS. One address, as AWS_ENDPOINT_URL is one. */
async function openEks(cluster: { endpoint: string; certificate: string }, ecsEndpoint: string, stop: (() => void)[]) {
  const server = createPlainServer(async (request, response) => {
    if (request.url?.startsWith("/clusters/")) {
      const data = Buffer.from(cluster.certificate).toString("base64");
      response.writeHead(200, { "content-type": "application/json" });
      const { endpoint } = cluster;
      response.end(JSON.stringify({ cluster: { endpoint, certificateAuthority: { data }, status: "ACTIVE" } }));
      return;
    }
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const target = String(request.headers["x-amz-target"]);
    const answer = await fetch(ecsEndpoint, { method: "POST", headers: { "x-amz-target": target }, body });
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
    response.end(await answer.text());
  });
  return `http://127.0.0.1:${await listening(server, stop)}`;
}

async function listening(server: Server | ReturnType<typeof createPlainServer>, stop: (() => void)[]): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  stop.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
