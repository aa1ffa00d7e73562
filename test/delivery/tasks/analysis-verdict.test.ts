import assert from "node:assert/strict";
import fc from "fast-check";
import { type AlarmState, judge, type Look, type SeenPod } from "../../../delivery/tasks/analysis-verdict.ts";

const patience = { bake: 60_000, absence: 30_000 };
const pod = (changes: Partial<SeenPod> = {}): SeenPod => ({
  name: "canary-1",
  ready: true,
  leaving: false,
  restarts: 0,
  ...changes,
});
const look = (seconds: number, changes: Partial<Look> = {}): Look => ({
  at: seconds * 1000,
  deployment: { wanted: 1, template: "new" },
  pods: [pod()],
  alarms: {},
  ...changes,
});
const alarm = (state: AlarmState | undefined) => ({ alarms: { errors: state } });

/** What happened, and how it is judged at the end: "watching", "passed", or the reason; `!` before it when the canary is taken away. */
const table: readonly (readonly [story: string, looks: readonly Look[], judged: string])[] = [
  ["nothing was seen yet", [], "watching"],
  ["it is well, but not for long", [look(0), look(59)], "watching"],
  ["it was well for the whole time", [look(0), look(60)], "passed"],
  ["it restarted", [look(0), look(5, { pods: [pod({ restarts: 1 })] })], "!pod canary-1 was restarted once"],
  [
    "it restarted, and is ready again at the end",
    [
      look(0),
      look(30, { pods: [pod({ restarts: 2, why: "OOMKilled, exit code 137" })] }),
      look(60, { pods: [pod({ restarts: 2 })] }),
    ],
    "!pod canary-1 was restarted 2 times",
  ],
  [
    "it restarted before the watch",
    [look(0, { pods: [pod({ restarts: 3 })] }), look(60, { pods: [pod({ restarts: 3 })] })],
    "passed",
  ],
  [
    "a pod that was born meanwhile restarted",
    [look(0), look(5, { pods: [pod({ name: "canary-2", restarts: 1 })] })],
    "!pod canary-2 was restarted once",
  ],
  ["it is no longer ready", [look(0), look(5, { pods: [pod({ ready: false })] })], "!pod canary-1 is no longer ready"],
  [
    "it is being moved, and its successor is not ready yet",
    [look(0), look(20, { pods: [pod({ ready: false, leaving: true }), pod({ name: "canary-2", ready: false })] })],
    "watching",
  ],
  [
    "it was moved, and its successor is well",
    [
      look(0),
      look(20, { pods: [pod({ leaving: true, ready: false })] }),
      look(60, { pods: [pod({ name: "canary-2" })] }),
    ],
    "passed",
  ],
  [
    "it was moved, and no successor got ready",
    [
      look(0),
      look(10, { pods: [] }),
      look(40, { pods: [pod({ name: "canary-2", ready: false, why: "ImagePullBackOff" })] }),
    ],
    "!no pod of the canary was ready for 40 s: canary-2 (ImagePullBackOff)",
  ],
  [
    "there is never a pod",
    [look(0, { pods: [] }), look(30, { pods: [] })],
    "!no pod of the canary was ready for 30 s: there is none",
  ],
  ["at the end of the time there is no pod", [look(0), look(40), look(60, { pods: [] })], "watching"],
  ["an alarm begins to fire", [look(0, alarm("OK")), look(5, alarm("ALARM"))], '!the alarm "errors" fires'],
  [
    "an alarm without data begins to fire",
    [look(0, alarm("INSUFFICIENT_DATA")), look(5, alarm("ALARM"))],
    '!the alarm "errors" fires',
  ],
  ["an alarm fired all the time", [look(0, alarm("ALARM")), look(60, alarm("ALARM"))], "passed"],
  ["there is no such alarm", [look(0, alarm(undefined))], 'CloudWatch has no alarm "errors"'],
  [
    "somebody scaled it to 0",
    [look(0), look(5, { deployment: { wanted: 0, template: "new" }, pods: [] })],
    "the canary was scaled to 0 by somebody",
  ],
  [
    "it was given another version, which restarts",
    [look(0), look(5, { deployment: { wanted: 1, template: "newer" }, pods: [pod({ restarts: 1 })] })],
    "the canary was given another version meanwhile",
  ],
  ["it is not there", [look(0, { deployment: undefined, pods: [] })], "the canary's Deployment is not there"],
];

const shown = (looks: readonly Look[], within = patience) => {
  const verdict = judge(looks, within);
  return verdict.kind === "failed" ? `${verdict.takeBack ? "!" : ""}${verdict.reasons.join("; ")}` : verdict.kind;
};

const pods = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b"),
    ready: fc.boolean(),
    leaving: fc.boolean(),
    restarts: fc.nat({ max: 3 }),
  }),
  { maxLength: 2 },
);
const states = fc.constantFrom<AlarmState>("OK", "ALARM", "INSUFFICIENT_DATA");
const histories = fc
  .array(fc.record({ pods, alarms: fc.record({ errors: states }), template: fc.constantFrom("new", "newer") }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((all) =>
    all.map(({ template, ...seen }, index) => look(index * 5, { ...seen, deployment: { wanted: 1, template } })),
  );

describe("judge a canary", () => {
  for (const [story, looks, judged] of table)
    it(`${judged.split(" ").length > 1 ? "fails" : `says "${judged}"`} when ${story}`, () =>
      assert.equal(shown(looks), judged));

  it("passes at the first look when there is no time to bake", () => {
    assert.equal(shown([look(0)], { ...patience, bake: 0 }), "passed");
  });

  it("never passes without a ready pod at the end, before the time, or with an alarm that began to fire", () => {
    fc.assert(
      fc.property(histories, (looks) => {
        if (judge(looks, patience).kind !== "passed") return;
        const [first] = looks;
        const last = looks.at(-1);
        assert.ok(first && last && last.at - first.at >= patience.bake);
        assert.ok(last.pods.some(({ leaving, ready }) => ready && !leaving));
        assert.ok(last.alarms.errors !== "ALARM" || first.alarms.errors === "ALARM");
      }),
    );
  });

  it("takes nothing away that is not the version which it watches", () => {
    fc.assert(
      fc.property(histories, (looks) => {
        const verdict = judge(looks, patience);
        if (verdict.kind === "failed" && verdict.takeBack)
          assert.equal(looks.at(-1)?.deployment?.template, looks[0]?.deployment?.template);
      }),
    );
  });
});
