import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import {
  endpointEnvironment,
  type PartName,
  SandboxError,
  sandboxStatus,
  startSandbox,
  stopSandbox,
} from "../../sandbox/index.ts";
import { layoutOf } from "../../sandbox/layout.ts";
import { loadState, saveState } from "../../sandbox/state.ts";
import { findProcesses, identify } from "../../sandbox/system/processes.ts";
import { eventually, logOf, pidOf, processesOf, removeRoots, supervisorPid, temporaryRoot } from "./support.ts";

const cacheBinary = process.env.SLIPWAY_CACHE_BINARY;

describe("sandbox: surviving kill -9 and other programs", () => {
  const innocents: ChildProcess[] = [];

  afterEach(async () => {
    for (const innocent of innocents.splice(0)) innocent.kill("SIGKILL");
    await removeRoots();
  });

  function innocent(): number {
    const child = spawn("sleep", ["300"], { stdio: "ignore" });
    innocents.push(child);
    assert.ok(child.pid);
    return child.pid;
  }

  async function isRunning(root: string, part: PartName, otherThan: number): Promise<boolean> {
    const status = (await sandboxStatus(root)).find(({ name }) => name === part);
    return status?.state === "running" && status.pid !== otherThan;
  }

  for (const part of ["postgres", "cache", "github", "inbox"] as const) {
    it(`starts the ${part} part again when it is killed`, async function () {
      if (part === "cache" && !cacheBinary) {
        console.log("      skipped: SLIPWAY_CACHE_BINARY names no cache server");
        return this.skip();
      }
      const root = temporaryRoot();
      await startSandbox({ root, parts: [part] });
      const [pid, endpoints] = [await pidOf(root, part), endpointEnvironment(root)];
      process.kill(pid, "SIGKILL");
      await eventually(`${part} runs again`, () => isRunning(root, part, pid));
      assert.deepEqual(endpointEnvironment(root), endpoints);
      await stopSandbox(root);
      assert.deepEqual(processesOf(root), []);
    });
  }

  it("keeps the parts running when the supervisor is killed, and the next start adopts them", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    const parts = [await pidOf(root, "inbox"), await pidOf(root, "postgres")];
    const supervisor = supervisorPid(root);
    process.kill(supervisor, "SIGKILL");
    await eventually("the supervisor is gone", () => identify(supervisor) === undefined);
    assert.deepEqual([await pidOf(root, "inbox"), await pidOf(root, "postgres")], parts);
    await startSandbox({ root, parts: ["inbox"] });
    assert.notEqual(supervisorPid(root), supervisor);
    assert.deepEqual([await pidOf(root, "inbox"), await pidOf(root, "postgres")], parts);
  });

  it("watches adopted parts as well", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    process.kill(supervisorPid(root), "SIGKILL");
    await startSandbox({ root, parts: ["inbox"] });
    const pid = await pidOf(root, "inbox");
    process.kill(pid, "SIGKILL");
    await eventually("the inbox runs again", () => isRunning(root, "inbox", pid));
  });

  it("brings everything back when supervisor and parts are killed together", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    for (const { pid } of processesOf(root)) process.kill(pid, "SIGKILL");
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    assert.equal((await sandboxStatus(root)).filter(({ state }) => state === "running").length, 2);
  });

  it("ends a part that nobody wrote down before it starts another", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    process.kill(supervisorPid(root), "SIGKILL");
    const unknown = [await pidOf(root, "inbox"), await pidOf(root, "postgres")];
    writeFileSync(layoutOf(root).stateFile, '{"version": 1, "ro');
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    assert.deepEqual(
      unknown.filter((pid) => identify(pid)),
      [],
    );
    assert.equal((await sandboxStatus(root)).filter(({ state }) => state === "running").length, 2);
  });

  it("replaces a part that runs but no longer answers", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const pid = await pidOf(root, "inbox");
    process.kill(pid, "SIGSTOP");
    await eventually("the inbox is replaced", () => isRunning(root, "inbox", pid), 40_000);
    assert.equal(identify(pid), undefined);
  });

  it("ends a supervisor that hangs, and its parts, when told to stop", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    process.kill(supervisorPid(root), "SIGSTOP");
    await stopSandbox(root);
    assert.deepEqual(processesOf(root), []);
  });

  it("neither adopts nor ends a process that was given a part's number", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    await stopSandbox(root);
    const layout = layoutOf(root);
    const state = loadState(layout);
    const [one, two, three] = [innocent(), innocent(), innocent()];
    assert.ok(state);
    const stranger = { started: "an earlier boot 12345", digest: "0123456789abcdef" };
    state.desired = ["inbox"];
    state.processes = { inbox: { pid: one, ...stranger }, cache: { pid: two, ...stranger } };
    state.supervisor = { pid: three, started: stranger.started, port: 1 };
    saveState(layout, state);
    await startSandbox({ root, parts: ["inbox"] });
    assert.notEqual(await pidOf(root, "inbox"), one);
    await stopSandbox(root);
    assert.ok([one, two, three].every((pid) => identify(pid)));
  });

  it("does not touch the processes of the checkout that it was copied from", async () => {
    const original = temporaryRoot();
    await startSandbox({ root: original, parts: ["inbox"] });
    const [pid, supervisor] = [await pidOf(original, "inbox"), supervisorPid(original)];
    const copy = temporaryRoot();
    cpSync(layoutOf(original).stateDirectory, layoutOf(copy).stateDirectory, { recursive: true });
    await startSandbox({ root: copy, parts: ["inbox"] });
    assert.notEqual(endpointEnvironment(copy).SLIPWAY_INBOX_URL, endpointEnvironment(original).SLIPWAY_INBOX_URL);
    await stopSandbox(copy);
    assert.deepEqual([await pidOf(original, "inbox"), supervisorPid(original)], [pid, supervisor]);
  });

  it("moves to another port when a program took its own while it was stopped", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const taken = Number(new URL(endpointEnvironment(root).SLIPWAY_INBOX_URL ?? "").port);
    await stopSandbox(root);
    const stranger = net.createServer().listen(taken, "127.0.0.1");
    await new Promise((resolve) => stranger.once("listening", resolve));
    try {
      await startSandbox({ root, parts: ["inbox"] });
      assert.notEqual(new URL(endpointEnvironment(root).SLIPWAY_INBOX_URL ?? "").port, String(taken));
      assert.match(logOf(root, "supervisor"), new RegExp(`port ${taken} \\(inbox\\) was taken by another program`));
    } finally {
      stranger.close();
    }
  });

  it("gives up a part that ends again and again, and says what its log says", async () => {
    const root = temporaryRoot();
    const broken = path.join(root, "broken-cache");
    writeFileSync(broken, "#!/bin/sh\necho the moon is full\nexit 3\n");
    chmodSync(broken, 0o755);
    await assert.rejects(startSandbox({ root, parts: ["cache"], cacheBinary: broken }), (error) => {
      assert.ok(error instanceof SandboxError);
      assert.match(error.message, /^Cache ended with exit code 3 \(given up after 6 attempts\)\.\n {2}at .*cache\.log/);
      assert.match(error.message, /\| the moon is full/);
      return true;
    });
    assert.equal((await sandboxStatus(root)).find(({ name }) => name === "cache")?.state, "stopped");
  });

  it("says which program is missing, at once", async () => {
    const root = temporaryRoot();
    const missing = path.join(root, "no-such-server");
    await assert.rejects(startSandbox({ root, parts: ["cache"], cacheBinary: missing }), {
      name: "SandboxError",
      message: /no-such-server\n {2}Run \.\/slipway setup/,
    });
  });

  it("tries a given-up part again with the next start", async () => {
    const root = temporaryRoot();
    mkdirSync(layoutOf(root).sandbox, { recursive: true });
    const blocked = layoutOf(root).data("inbox");
    writeFileSync(blocked, "a file where a folder should be");
    await assert.rejects(startSandbox({ root, parts: ["inbox"] }), SandboxError);
    rmSync(blocked);
    await startSandbox({ root, parts: ["inbox"] });
    assert.ok(existsSync(path.join(blocked, "messages.jsonl")));
  });

  it("writes no token into its state, its logs or an argument list", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres", "github"] });
    const { controlToken, githubToken, pgpass, stateFile } = layoutOf(root);
    const secrets = [controlToken, githubToken, pgpass].map(
      (file) => readFileSync(file, "utf8").trim().split(":").at(-1) ?? "",
    );
    const places = [
      readFileSync(stateFile, "utf8"),
      ...(["supervisor", "inbox", "postgres", "github"] as const).map((name) => logOf(root, name)),
    ];
    findProcesses(({ command }) => places.push(command) < 0);
    for (const secret of secrets) {
      assert.ok(secret.length >= 32);
      assert.ok(places.every((place) => !place.includes(secret)));
    }
  });
});
