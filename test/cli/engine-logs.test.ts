import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pruneEngineLogs } from "../../delivery/cli/engine/logs.ts";

describe("the engine's own logs", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), "slipway-logs-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it("are kept to the newest twenty", () => {
    mkdirSync(path.join(home, "logs"));
    for (let age = 0; age < 30; age += 1) {
      const file = path.join(home, "logs", `${age}`);
      writeFileSync(file, "");
      utimesSync(file, 1_000_000 - age, 1_000_000 - age);
    }
    pruneEngineLogs(home);
    assert.deepEqual(
      readdirSync(path.join(home, "logs")).sort((a, b) => Number(a) - Number(b)),
      Array.from({ length: 20 }, (_, age) => `${age}`),
    );
  });

  it("need not exist", () => {
    pruneEngineLogs(home);
  });
});
