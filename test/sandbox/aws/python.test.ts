import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { provideMiniStack } from "../../../sandbox/aws/python.ts";
import { removeRoots, temporaryRoot } from "../support.ts";

describe("local AWS: finding Python", () => {
  after(removeRoots);

  /** A PATH on which there is nothing but a python3 that says this of itself. */
  function pathWith(facts?: { minor: number; venv: boolean }): NodeJS.ProcessEnv {
    const folder = temporaryRoot();
    const answer = JSON.stringify({ major: 3, file: path.join(folder, "python3"), ...facts });
    if (facts) writeFileSync(path.join(folder, "python3"), `#!/bin/sh\necho '${answer}'\n`);
    if (facts) chmodSync(path.join(folder, "python3"), 0o755);
    return { PATH: folder, SLIPWAY_CACHE: path.join(folder, "cache") };
  }
  const provide = (env: NodeJS.ProcessEnv) => provideMiniStack(() => undefined, env);

  it("says that Python is missing, and how to get it", async () => {
    await assert.rejects(provide(pathWith()), /needs Python 3\.10 or newer, and none was found[\s\S]*Install Python/);
  });

  it("says which Python is too old", async () => {
    await assert.rejects(provide(pathWith({ minor: 9, venv: true })), /only 3\.9 was found/);
  });

  it("says which package a Python without venv lacks", async () => {
    await assert.rejects(provide(pathWith({ minor: 12, venv: false })), /apt install python3\.12-venv/);
  });
});
