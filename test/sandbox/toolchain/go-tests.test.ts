import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { FakeMachine, said } from "./support/fake-go.ts";

describe("the compiled Go tests", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });

  afterEach(() => machine.dispose());

  it("are those of every package of ours that has tests, compiled once and kept", async () => {
    const { code, stdout, stderr } = await machine.goTests();
    assert.equal(code, 0, stdout + stderr);
    const tests = said(stdout)[0]?.tests as { package: string; folder: string; binary: string }[];
    assert.ok(tests.length > 0);
    for (const test of tests) {
      assert.ok(existsSync(test.folder), test.package);
      assert.ok(existsSync(test.binary), test.binary);
    }
    assert.equal(machine.goCalls("test").length, tests.length);
    assert.deepEqual((await machine.goTests()).stdout, stdout);
    assert.equal(machine.goCalls("test").length, tests.length, "a second time nothing is compiled");
    assert.equal(existsSync(path.join(machine.cache, "go")), false);
  });

  it("are not kept when one does not compile, which is named", async () => {
    const { code, stdout, stderr } = await machine.goTests({ FAKE_GO_TEST: "1" });
    assert.equal(code, 1, stdout + stderr);
    assert.match(String(said(stdout)[0]?.message), /^The tests of (engine|aws)\/\S+ do not compile:\n/);
    assert.equal((await machine.goTests()).code, 0);
    assert.deepEqual(
      machine.cached().filter((name) => name.includes("part")),
      [],
    );
  });

  it("are compiled once when two ask at once", async () => {
    const [one, other] = await Promise.all([machine.goTests(), machine.goTests()]);
    assert.deepEqual([one.code, other.code], [0, 0], one.stderr + other.stderr);
    assert.equal(one.stdout, other.stdout);
    const tests = said(one.stdout)[0]?.tests as unknown[];
    assert.equal(machine.goCalls("test").length, tests.length);
  });
});
