import assert from "node:assert/strict";
import { existsSync, rmSync, statSync } from "node:fs";
import { give, waitForEnd } from "../../sandbox/client.ts";
import {
  endpointEnvironment,
  type PartEvent,
  SandboxError,
  sandboxLogs,
  sandboxStatus,
  startSandbox,
  stopSandbox,
} from "../../sandbox/index.ts";
import { layoutOf } from "../../sandbox/layout.ts";
import { identify } from "../../sandbox/system/processes.ts";
import { eventually, pidOf, processesOf, removeRoots, supervisorPid, temporaryRoot } from "./support.ts";

describe("sandbox: starting and stopping", () => {
  afterEach(removeRoots);

  it("leaves running parts alone when it is started again", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const before = [supervisorPid(root), await pidOf(root, "inbox"), endpointEnvironment(root)];
    await startSandbox({ root, parts: ["inbox"] });
    assert.deepEqual([supervisorPid(root), await pidOf(root, "inbox"), endpointEnvironment(root)], before);
  });

  it("starts every part once when it is started several times at once", async () => {
    const root = temporaryRoot();
    await Promise.all([1, 2, 3].map(() => startSandbox({ root, parts: ["inbox"] })));
    await eventually("the supervisors that came second are gone", () => processesOf(root).length === 2);
    const pids = processesOf(root).map(({ pid }) => pid);
    assert.deepEqual(pids.toSorted(), [supervisorPid(root), await pidOf(root, "inbox")].toSorted());
  });

  it("adds parts to those that run", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const pid = await pidOf(root, "inbox");
    await startSandbox({ root, parts: ["postgres"] });
    const states = Object.fromEntries((await sandboxStatus(root)).map(({ name, state }) => [name, state]));
    assert.deepEqual(states, { postgres: "running", cache: "stopped", github: "stopped", inbox: "running" });
    assert.equal(await pidOf(root, "inbox"), pid);
  });

  it("tells each step, and last that each part is ready", async () => {
    const root = temporaryRoot();
    const events: PartEvent[] = [];
    await startSandbox({ root, parts: ["inbox"], report: (event) => events.push(event) });
    assert.deepEqual(events.at(-1), { part: "inbox", phase: "ready", detail: "ready" });
  });

  it("leaves no process behind after a stop, and keeps the ports for the next start", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    const endpoints = endpointEnvironment(root);
    await stopSandbox(root);
    assert.deepEqual(processesOf(root), []);
    assert.throws(() => endpointEnvironment(root), SandboxError);
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    assert.deepEqual(endpointEnvironment(root), endpoints);
  });

  it("leaves no process behind when the supervisor was killed before", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    process.kill(supervisorPid(root), "SIGKILL");
    await stopSandbox(root);
    assert.deepEqual(processesOf(root), []);
    assert.ok((await sandboxStatus(root)).every(({ state }) => state === "stopped"));
  });

  it("stops what never ran", async () => {
    const root = temporaryRoot();
    await stopSandbox(root);
    assert.equal(existsSync(layoutOf(root).stateDirectory), false);
  });

  it("runs two checkouts side by side", async () => {
    const [one, two] = [temporaryRoot(), temporaryRoot()];
    await Promise.all([one, two].map((root) => startSandbox({ root, parts: ["inbox", "postgres"] })));
    const values = [one, two].flatMap((root) => {
      const { PGPORT, SMTP_URL, SLIPWAY_INBOX_URL } = endpointEnvironment(root);
      return [PGPORT, SMTP_URL, SLIPWAY_INBOX_URL];
    });
    assert.equal(new Set(values).size, 6);
    await stopSandbox(one);
    assert.deepEqual(processesOf(one), []);
    assert.ok((await sandboxStatus(two)).filter(({ state }) => state === "running").length === 2);
  });

  it("keeps secrets and logs from other accounts", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox", "postgres"] });
    const { secrets, logs, pgpass, controlToken, stateFile, log } = layoutOf(root);
    const modes = [secrets, logs, pgpass, controlToken, stateFile, log("postgres")].map((file) =>
      (statSync(file).mode & 0o777).toString(8),
    );
    assert.deepEqual(modes, ["700", "700", "600", "600", "600", "600"]);
  });

  it("ends its processes when the state folder is removed", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    rmSync(layoutOf(root).stateDirectory, { recursive: true });
    await eventually("every process of the checkout ends", () => processesOf(root).length === 0);
  });

  it("hands running parts over to a supervisor of newer code", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const [supervisor, part] = [supervisorPid(root), await pidOf(root, "inbox")];
    const identity = identify(supervisor);
    await give(layoutOf(root), "handover", {});
    await waitForEnd(identity);
    await startSandbox({ root, parts: ["inbox"] });
    assert.notEqual(supervisorPid(root), supervisor);
    assert.equal(await pidOf(root, "inbox"), part);
  });

  it("shows the end of a log, and its new lines when following", async () => {
    const root = temporaryRoot();
    await startSandbox({ root, parts: ["inbox"] });
    const past: string[] = [];
    for await (const line of sandboxLogs(root, "inbox", { lines: 1 })) past.push(line);
    assert.deepEqual(past, ["the inbox is ready"]);
    const limit = AbortSignal.timeout(20_000);
    const following = sandboxLogs(root, "inbox", { follow: true, lines: 0, signal: limit })[Symbol.asyncIterator]();
    const next = following.next();
    process.kill(await pidOf(root, "inbox"), "SIGKILL");
    assert.deepEqual(await next, { done: false, value: "the inbox is ready" });
    await following.return?.();
  });
});
