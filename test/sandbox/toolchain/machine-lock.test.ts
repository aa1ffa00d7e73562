import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { withMachineLock } from "../../../sandbox/toolchain/machine-lock.ts";
import { temporaryFolder, write } from "../../cli/support/temporary.ts";
import { waitFor } from "./support/fake-go.ts";

describe("the machine's lock", () => {
  const children: ChildProcess[] = [];
  let file: string;

  beforeEach(() => {
    file = path.join(temporaryFolder(), "made on the way", "install.lock");
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  /** A process that takes the lock and holds it until its input ends. */
  function holder(): ChildProcess {
    const script = path.join(import.meta.dirname, "support", "hold-lock.ts");
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, file], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  }

  const says = (child: ChildProcess, kind: string) => waitFor(child, (said) => said.kind === kind);

  it("lets one of two processes in, and the other one when that is done", async () => {
    const first = holder();
    await says(first, "held");
    const second = holder();
    await says(second, "waiting");
    const held = says(second, "held");
    first.stdin?.end();
    await held;
  });

  it("is freed by kill -9 of its holder", async () => {
    const first = holder();
    await says(first, "held");
    const second = holder();
    await says(second, "waiting");
    const held = says(second, "held");
    first.kill("SIGKILL");
    await held;
  });

  it("is free again after work that failed, and hands its error on", async () => {
    await assert.rejects(
      withMachineLock(file, () => Promise.reject(new Error("no room"))),
      /no room/,
    );
    assert.equal(await withMachineLock(file, async () => "done"), "done");
  });

  it("names the folder when it cannot be made", async () => {
    write(path.dirname(file), "");
    await assert.rejects(
      withMachineLock(file, async () => "done"),
      (error: NodeJS.ErrnoException) => /EEXIST|ENOTDIR/.test(error.code ?? "") && error.path === path.dirname(file),
    );
  });
});
