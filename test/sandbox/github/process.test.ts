import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stateSchema } from "../../../sandbox/github/state.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const token = "bot-token-that-must-not-be-seen-0123456789";

/** A local GitHub in a process of its own. */
class GitHubProcess {
  readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-github-process-"));
  readonly children = new Set<ChildProcess>();
  output = "";
  port = 0;

  constructor() {
    writeFileSync(path.join(this.folder, "token"), token);
  }

  get data(): string {
    return path.join(this.folder, "data");
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const main = path.join(checkoutRoot, "sandbox/github/main.ts");
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
      env: { ...process.env, SLIPWAY_GITHUB_TOKEN_FILE: path.join(this.folder, "token"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.children.add(child);
    child.once("exit", () => this.children.delete(child));
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (this.output += String(chunk)));
    return child;
  }

  /** Starts it on a free port and waits until it answers. */
  async start(...more: readonly string[]): Promise<ChildProcess> {
    this.port ||= await freePort();
    const child = this.run(["--port", String(this.port), "--data", this.data, ...more]);
    for (let turn = 0; turn < 200; turn += 1) {
      if (child.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => undefined);
      if (answer?.ok) return child;
      await pause(25);
    }
    throw new Error(`it did not answer: ${this.output}`);
  }

  request(method: string, route: string, body?: unknown): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}/api/v3${route}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async remove(): Promise<void> {
    for (const child of this.children) await end(child, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
  return child.exitCode;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}

describe("local GitHub: process", () => {
  let github: GitHubProcess;

  beforeEach(() => {
    github = new GitHubProcess();
  });
  afterEach(() => github.remove());

  it("starts within seconds, ends cleanly on SIGTERM, and shows no token", async () => {
    const child = await github.start();
    assert.equal((await github.request("GET", "/user")).status, 200);
    assert.equal(await end(child, "SIGTERM"), 0);
    const people = readFileSync(path.join(github.data, "person-tokens.json"), "utf8");
    for (const secret of [token, ...Object.values(JSON.parse(people) as Record<string, string>)]) {
      assert.ok(!github.output.includes(secret));
    }
    assert.match(github.output, /GET \/api\/v3\/user 200/);
  });

  it("ends when its parent is gone", async () => {
    const parent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      const child = await github.start("--parent", String(parent.pid));
      const exit = once(child, "exit");
      parent.kill("SIGKILL");
      const [code] = await exit;
      assert.equal(code, 0);
      assert.match(github.output, /the parent process is gone/);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  const wrong: readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp][] = [
    ["no port", ["--data", "x"], {}, /--port wants a number/],
    ["a port that is a word", ["--port", "http", "--data", "x"], {}, /--port wants a number/],
    ["a port that is too large", ["--port", "70000", "--data", "x"], {}, /--port wants 0 to 65535/],
    ["no folder", ["--port", "0"], {}, /--data wants a folder/],
    ["an unknown option", ["--port", "0", "--data", "x", "--verbose"], {}, /--verbose/],
    [
      "a parent that is no number",
      ["--port", "0", "--data", "x", "--parent", "init"],
      {},
      /--parent wants a process number/,
    ],
    [
      "no token file",
      ["--port", "0", "--data", "x"],
      { SLIPWAY_GITHUB_TOKEN_FILE: "" },
      /SLIPWAY_GITHUB_TOKEN_FILE wants/,
    ],
  ];
  for (const [what, args, env, message] of wrong) {
    it(`ends with exit code 2 and one message for ${what}`, async () => {
      const [code] = await once(github.run(args, env), "exit");
      assert.equal(code, 2);
      assert.match(github.output, message);
      assert.match(github.output, /Usage: /);
      assert.ok(!github.output.includes("    at "), github.output);
    });
  }

  it("says which port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as { port: number };
      const [code] = await once(github.run(["--port", String(port), "--data", github.data]), "exit");
      assert.equal(code, 1);
      assert.match(
        github.output,
        new RegExp(`Another program has the port of the local GitHub\\.\\n {2}at 127\\.0\\.0\\.1:${port}`),
      );
    } finally {
      server.close();
    }
  });

  it("holds every acknowledged change after kill -9 in the middle of writing, ten times over", async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      const child = await github.start();
      // In the middle of writing, however long a busy machine takes to begin.
      let begun: () => void = () => undefined;
      const writing = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const kill = writing.then(() => pause(20 + Math.random() * 250)).then(() => end(child, "SIGKILL"));
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let index = 0; child.signalCode === null; index += 1) {
          const name = `e-${round}-${writer}-${index}`;
          const answer = await github
            .request("PUT", `/repos/teamflow/teamflow/environments/${name}`, {})
            .catch(() => undefined);
          if (answer?.status !== 200) return;
          acknowledged.add(name);
          begun();
        }
      });
      await Promise.all([kill, ...writers]);
      const state = stateSchema.parse(JSON.parse(readFileSync(path.join(github.data, "state.json"), "utf8")));
      const names = new Set(state.repositories[0]?.environments.map((item) => item.name));
      assert.deepEqual(
        [...acknowledged].filter((name) => !names.has(name)),
        [],
      );
    }
    assert.ok(acknowledged.size > 50, `only ${acknowledged.size} changes were made`);
    await github.start();
    assert.equal((await github.request("GET", "/repos/teamflow/teamflow/environments")).status, 200);
  }).timeout(120_000);
});
