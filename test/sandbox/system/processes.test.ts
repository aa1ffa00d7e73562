import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { findProcesses, identify, isAlive, signal } from "../../../sandbox/system/processes.ts";

describe("sandbox: processes", () => {
  let child: ChildProcess;
  let pid: number;

  beforeEach(async () => {
    child = spawn("sleep", ["300"], {
      stdio: "ignore",
      env: { ...process.env, SLIPWAY_TEST_MARK: "processes" },
      detached: true,
    });
    await once(child, "spawn");
    pid = child.pid ?? 0;
  });

  afterEach(() => void child.kill("SIGKILL"));

  it("are alive until they end", async () => {
    const identity = identify(pid);
    assert.ok(identity && isAlive(identity));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isAlive(identity), false);
    assert.equal(identify(pid), undefined);
  });

  it("are not signalled when the number belongs to another process now", () => {
    const identity = { pid, started: "another boot 42" };
    assert.equal(signal(identity, "SIGKILL", { group: true }), false);
    assert.ok(identify(pid));
  });

  it("are signalled as a group when they lead one", async () => {
    const identity = identify(pid);
    assert.ok(identity && signal(identity, "SIGKILL", { group: true }));
    const [, name] = await once(child, "exit");
    assert.equal(name, "SIGKILL");
  });

  it("are found by what their environment holds", () => {
    const found = findProcesses(({ environment }) => environment.includes("SLIPWAY_TEST_MARK=processes"));
    assert.deepEqual(
      found.map((identity) => identity.pid),
      [pid],
    );
  });
});
