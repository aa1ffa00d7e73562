import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FlagEnvironment } from "../../../delivery/flags/flag.ts";
import {
  type FlagsEvent,
  LiveFlags,
  type LiveFlagsOptions,
  type SourceReports,
} from "../../../delivery/flags/live-flags.ts";
import type { StoredFlag } from "../../../delivery/flags/translate.ts";

const on: StoredFlag = { enabled: true, rollout: 100, targeting: {} };
const off: StoredFlag = { ...on, enabled: false };

/** Live flags whose source says what the test tells it to. */
function controlled(options: Partial<LiveFlagsOptions> = {}) {
  let reports: SourceReports | undefined;
  let stopped = 0;
  const problems: string[] = [];
  const events: FlagsEvent[] = [];
  const flags = new LiveFlags({
    environment: "staging",
    patience: 10,
    onProblem: (problem) => problems.push(problem.message),
    source: {
      follow: (given) => {
        reports = given;
        return async () => {
          stopped++;
        };
      },
    },
    ...options,
  });
  flags.subscribe((event) => events.push(event));
  return { flags, problems, events, source: () => reports as SourceReports, stopped: () => stopped };
}

describe("live flags", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-flags-"));
  after(() => rmSync(folder, { recursive: true }));
  const bootstrap = path.join(folder, "flags.yaml");
  const state = "{ enabled: true, rollout: 100 }";
  const environments = `environments: { development: ${state}, staging: ${state}, production: ${state} }`;
  writeFileSync(
    bootstrap,
    `flags: { a: { name: A, ${environments} }, hidden: { name: H, active: false, ${environments} } }`,
  );

  it("answer from memory as the source said last", async () => {
    const { flags, source } = controlled();
    const started = flags.start();
    source().current({ a: on, b: off });
    await started;
    assert.equal(flags.freshness, "fresh");
    assert.ok(flags.isEnabled("a"));
    assert.deepEqual(flags.evaluate("a"), { enabled: true, reason: "STATIC", rule: "rollout 100 %" });
    assert.deepEqual(flags.evaluate("b"), { enabled: false, reason: "DISABLED" });
    source().current({ a: off });
    assert.ok(!flags.isEnabled("a"));
    assert.equal(flags.evaluate("b"), undefined);
  });

  it("go on with the last answers, marked STALE, when the source is lost, until it is back", async () => {
    const { flags, source, problems } = controlled();
    const started = flags.start();
    source().current({ a: { ...on, rollout: 50 }, broken: { ...on, targeting: 1 } });
    await started;
    const before = flags.evaluate("a", { userId: "ada" });
    source().lost(new Error("gone"));
    assert.deepEqual(flags.evaluate("a", { userId: "ada" }), { ...before, reason: "STALE", freshReason: "SPLIT" });
    assert.equal(flags.evaluate("broken")?.reason, "ERROR");
    assert.deepEqual(problems, ["gone"]);
    source().unchanged();
    assert.deepEqual(flags.evaluate("a", { userId: "ada" }), before);
  });

  it("answer from the bootstrap until the source has reported, without the inactive flags", async () => {
    const { flags, source } = controlled({ bootstrap });
    await flags.start();
    assert.equal(flags.freshness, "stale");
    assert.deepEqual(flags.evaluate("a"), {
      enabled: true,
      reason: "STALE",
      freshReason: "STATIC",
      rule: "rollout 100 %",
    });
    assert.deepEqual(flags.keys, ["a"]);
    source().current({ a: off });
    assert.deepEqual(flags.evaluate("a"), { enabled: false, reason: "DISABLED" });
  });

  it("are empty, and off, with neither source nor bootstrap", async () => {
    const { flags, source } = controlled();
    const started = flags.start();
    source().lost(new Error("refused"));
    await started;
    assert.equal(flags.freshness, "empty");
    assert.ok(!flags.isEnabled("a"));
    assert.equal(flags.evaluate("a"), undefined);
    assert.equal(flags.explain("a"), undefined);
  });

  for (const [what, text] of [
    ["is no YAML", "flags: ["],
    ["is malformed", "flags: { a: { name: A } }"],
    ["is not there", undefined],
  ] as const) {
    it(`say of a bootstrap that ${what}, and do without it`, async () => {
      const file = path.join(folder, `bad-${text?.length}.yaml`);
      if (text !== undefined) writeFileSync(file, text);
      const { flags, problems } = controlled({ bootstrap: file });
      await flags.start();
      assert.equal(flags.freshness, "empty");
      assert.match(problems.join(), /bad-/);
    });
  }

  it("tell what changed, and how fresh they are", async () => {
    const { flags, source, events } = controlled();
    const started = flags.start();
    source().current({ a: on, b: on });
    await started;
    source().current({ b: { targeting: {}, rollout: 100, enabled: true }, c: on });
    source().lost(new Error("gone"));
    source().lost(new Error("still gone"));
    source().unchanged();
    assert.deepEqual(events, [
      { kind: "fresh" },
      { kind: "changed", keys: ["a", "b"] },
      { kind: "changed", keys: ["a", "c"] },
      { kind: "stale" },
      { kind: "fresh" },
    ]);
  });

  it("are not disturbed by a subscriber or a reporter that throws", async () => {
    const told: string[] = [];
    const { flags, source } = controlled({
      onProblem: ({ message }) => {
        told.push(message);
        throw new Error("the reporter's own");
      },
    });
    flags.subscribe(() => {
      throw new Error("the subscriber's own");
    });
    const started = flags.start();
    source().current({ a: on });
    await started;
    source().lost(new Error("gone"));
    assert.ok(flags.isEnabled("a"));
    assert.deepEqual([...new Set(told)], ["the subscriber's own", "gone"]);
  });

  it("refuse an environment that nobody declared", async () => {
    const { flags } = controlled({ environment: "prod" as FlagEnvironment });
    await assert.rejects(flags.start(), /There is no flag environment "prod".\n {2}Use one of development, feature,/);
  });

  it("stop to follow when they are closed, and still answer", async () => {
    const { flags, source, stopped } = controlled();
    const started = flags.start();
    source().current({ a: on });
    await started;
    await flags.close();
    assert.equal(stopped(), 1);
    assert.equal(flags.evaluate("a")?.reason, "STALE");
  });
});
