import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Layout } from "../layout.ts";
import { until } from "../system/wait.ts";
import { taskEnvironment } from "./environment.ts";
import { operatorEnvironmentName, operatorImage } from "./operator-image.ts";

const program = path.join(import.meta.dirname, "emulator", "serve.py");

/** How long MiniStack may take to answer after a start, in milliseconds; 2 s were measured. */
const startLimit = 60_000;

export interface EmulatorOptions {
  readonly port: number;
  readonly emulatorPort: number;
  readonly python: string;
  readonly layout: Layout;
  /** What MiniStack shows when it gives orders to the data plane. */
  readonly token: string;
  readonly log: (line: string) => void;
}

/** Keeps MiniStack running: it is started again when it dies, with the state that it wrote before each answer. */
export class Emulator {
  readonly port: number;
  private readonly options: EmulatorOptions;
  private child: ChildProcess | undefined;
  private stopping = false;
  private answering = false;

  constructor(options: EmulatorOptions) {
    this.options = options;
    this.port = options.emulatorPort;
  }

  start(): void {
    const { python, log } = this.options;
    const child = spawn(python, [program], { env: this.environment(), stdio: ["ignore", "inherit", "inherit"] });
    this.child = child;
    child.once("error", (error) => log(`MiniStack cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      this.answering = false;
      if (this.stopping) return;
      log(`MiniStack ended (${signal ?? `exit code ${code}`}); starting it again`);
      setTimeout(() => this.start(), 200);
    });
  }

  /** Resolves when MiniStack takes connections. @returns false when it does not within a minute */
  async ready(): Promise<boolean> {
    if (!this.answering) this.answering = await until(() => !this.stopping && accepts(this.port), startLimit);
    return this.answering;
  }

  /** To be called when a connection to MiniStack failed. */
  suspect(): void {
    this.answering = false;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(3000, undefined, { ref: false }).then(() => child.kill("SIGKILL"))]);
  }

  private environment(): NodeJS.ProcessEnv {
    const { layout, port, emulatorPort, token } = this.options;
    const data = layout.data("aws");
    const temporary = path.join(data, "tmp");
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
    const url = `http://127.0.0.1:${port}`;
    return {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONUNBUFFERED: "1",
      GATEWAY_PORT: String(emulatorPort),
      MINISTACK_HOST: "127.0.0.1",
      MINISTACK_REGION: "us-west-2",
      PERSIST_STATE: "1",
      STATE_DIR: path.join(data, "state"),
      S3_PERSIST: "1",
      S3_DATA_DIR: path.join(data, "s3"),
      TMPDIR: temporary,
      LOG_LEVEL: "WARNING",
      // Other servers of MiniStack, which would listen on ports of their own.
      SFTP_ENABLED: "0",
      IOT_MTLS_ENABLED: "0",
      // A path without a socket: the user's Docker is none of the sandbox's business.
      DOCKER_HOST: `unix://${path.join(temporary, "no-docker.sock")}`,
      SLIPWAY_DATA_PLANE: `${url}/_slipway`,
      SLIPWAY_DATA_PLANE_TOKEN: token,
      SLIPWAY_TASK_ENVIRONMENT: JSON.stringify(taskEnvironment(url, layout)),
      [operatorEnvironmentName]: JSON.stringify(operatorImage(layout.root)),
    };
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}
