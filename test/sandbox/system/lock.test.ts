import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { tryLock, waitForLock } from "../../../sandbox/system/lock.ts";

const module = pathToFileURL(path.resolve("sandbox/system/lock.ts")).href;

describe("sandbox: lock", () => {
  let file: string;

  beforeEach(() => {
    file = path.join(mkdtempSync(path.join(tmpdir(), "slipway-lock-")), "lock");
  });

  afterEach(() => rmSync(path.dirname(file), { recursive: true }));

  it("is held by one process, and free as soon as that process is killed", async () => {
    // The holder drops its reference and collects its garbage, which must not free the lock.
    const script = `import { tryLock } from "${module}"; tryLock(${JSON.stringify(file)}); setTimeout(() => { gc(); console.log("held"); }); setInterval(() => {}, 1000);`;
    const flags = ["--expose-gc", "--disable-warning=ExperimentalWarning", "--input-type=module"];
    const holder = spawn(process.execPath, [...flags, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(holder.stdout, "data");
      assert.equal(tryLock(file), undefined);
      assert.equal(await waitForLock(file, 100), undefined);
    } finally {
      holder.kill("SIGKILL");
    }
    await once(holder, "exit");
    const lock = tryLock(file);
    assert.ok(lock);
    lock.release();
  });

  it("can be taken again after it was released", () => {
    tryLock(file)?.release();
    const lock = tryLock(file);
    assert.ok(lock);
    lock.release();
  });

  it("knows when its file was removed or replaced", () => {
    const lock = tryLock(file);
    assert.equal(lock?.isInPlace(), true);
    rmSync(file);
    assert.equal(lock?.isInPlace(), false);
    writeFileSync(`${file}.new`, "");
    writeFileSync(file, "");
    assert.equal(lock?.isInPlace(), false);
    lock?.release();
  });
});
