import assert from "node:assert/strict";
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { follow, rotate, tail } from "../../../sandbox/system/log-files.ts";

describe("sandbox: log files", () => {
  let file: string;

  beforeEach(() => {
    file = path.join(mkdtempSync(path.join(tmpdir(), "slipway-log-")), "part.log");
  });

  afterEach(() => rmSync(path.dirname(file), { recursive: true }));

  it("begin anew in place when they are too large, for a writer that keeps them open", () => {
    const writer = openSync(file, "a");
    writeSync(writer, "one\ntwo\n");
    rotate(file, 100);
    assert.equal(statSync(file).size, 8);
    rotate(file, 7);
    writeSync(writer, "three\n");
    closeSync(writer);
    assert.equal(readFileSync(file, "utf8"), "three\n");
    assert.equal(readFileSync(`${file}.1`, "utf8"), "one\ntwo\n");
  });

  it("show their last lines across a rotation", () => {
    writeFileSync(`${file}.1`, "one\ntwo\n");
    writeFileSync(file, "three\nfour\n");
    assert.deepEqual(tail(file, 1), ["four"]);
    assert.deepEqual(tail(file, 3), ["two", "three", "four"]);
    assert.deepEqual(tail(file, 9), ["one", "two", "three", "four"]);
    assert.deepEqual(tail(path.join(file, "missing"), 9), []);
  });

  it("are followed from before they exist, over half lines and a rotation", async () => {
    const lines = follow(file, 10, AbortSignal.timeout(20_000));
    const next = async () => (await lines.next()).value;
    const first = next();
    writeFileSync(file, "one\ntw");
    assert.equal(await first, "one");
    appendFileSync(file, "o, ünd\n");
    assert.equal(await next(), "two, ünd");
    rotate(file, 1);
    const second = next();
    appendFileSync(file, "x\n");
    assert.equal(await second, "x");
    await lines.return(undefined);
  });

  it("are followed from the last lines on, without repeating any", async () => {
    writeFileSync(file, "one\ntwo\n");
    const ending = new AbortController();
    const seen: string[] = [];
    for await (const line of follow(file, 1, AbortSignal.any([ending.signal, AbortSignal.timeout(20_000)]))) {
      seen.push(line);
      if (line === "two") appendFileSync(file, "three\n");
      if (line === "three") ending.abort();
    }
    assert.deepEqual(seen, ["two", "three"]);
  });
});
