import assert from "node:assert/strict";
import fc from "fast-check";
import { compileFlags } from "../../../../delivery/flags/evaluation/compiled-flags.ts";
import { explainFlag, formatExplanation } from "../../../../delivery/flags/evaluation/explain.ts";
import type { FlagContext } from "../../../../delivery/flags/evaluation/model.ts";
import { type StoredFlag, toFeature } from "../../../../delivery/flags/translate.ts";
import { context, state } from "./arbitraries.ts";

function explain(flags: Readonly<Record<string, Partial<StoredFlag>>>, key: string, asked: FlagContext): string {
  const features = Object.entries(flags).map(([name, flag]) =>
    toFeature(name, { enabled: true, rollout: 100, targeting: {}, ...flag }),
  );
  const flag = compileFlags({ features }).get(key);
  assert.ok(flag);
  return formatExplanation(explainFlag(flag, asked));
}

describe("an explanation", () => {
  const dashboard = {
    rollout: 60,
    targeting: {
      exclude: { users: ["mallory"] },
      segments: [
        {
          name: "testers",
          users: ["ada", "bob"],
          constraints: [{ contextName: "plan", operator: "IN", values: ["pro"] }],
        },
      ],
      variants: [
        { name: "red", weight: 50 },
        { name: "blue", weight: 50 },
      ],
      prerequisites: [{ flag: "enterprise" }],
    },
  };

  it("says which rule let a user in, with bucket and variant", () => {
    assert.equal(
      explain({ dashboard, enterprise: {} }, "dashboard", { userId: "dora" }),
      `dashboard is on by rollout 60 % (SPLIT)
  prerequisite: enterprise is on: yes
  segment testers is not for them
    userId NOT_IN mallory: yes
    userId IN ada, bob: no
    plan IN pro: no
  rollout 60 % lets in
    userId NOT_IN mallory: yes
    60 % are let in: bucket 47 of 100 by userId
  variant blue: place 83 of 100 among the weights`,
    );
  });

  it("says that the rules were not looked at", () => {
    assert.match(
      explain({ dashboard, enterprise: { enabled: false } }, "dashboard", { userId: "dora" }),
      /^dashboard is off by prerequisites \(DEFAULT\)\n {2}prerequisite: enterprise is on: no\n {2}segment testers is not looked at/,
    );
    assert.match(
      explain({ dashboard: { ...dashboard, enabled: false } }, "dashboard", {}),
      /^dashboard is off \(DISABLED\)\n {2}It is switched off for everyone\./,
    );
  });

  it("says that nothing identifies the user", () => {
    assert.match(
      explain({ a: { rollout: 60 } }, "a", {}),
      /^a is off by rollout 60 % \(SPLIT\)\n {2}rollout 60 % keeps out\n {4}60 % are let in: the context has no userId$/,
    );
  });

  it("says what is wrong with a malformed flag", () => {
    assert.match(
      explain({ a: { targeting: { stickiness: 1 } } }, "a", {}),
      /^a is off \(ERROR\): its targeting is malformed: stickiness must be user or organization/,
    );
  });

  it("shortens long lists", () => {
    const users = Array.from({ length: 1000 }, (_, index) => `u${index}`);
    assert.match(
      explain({ a: { targeting: { segments: [{ name: "many", users }] } } }, "a", {}),
      /userId IN u0, u1, u2, u3, u4 and 995 more: no/,
    );
  });

  it("agrees with the evaluation: the rule that lets in is the one that decided", () => {
    fc.assert(
      fc.property(state, context, (definitions, asked) => {
        const flags = compileFlags(definitions);
        for (const key of flags.keys) {
          const explanation = explainFlag(flags.get(key) as NonNullable<ReturnType<typeof flags.get>>, asked);
          const { prerequisites: _, rules, variantBucket: __, flag, ...outcome } = explanation;
          assert.deepEqual({ ...outcome }, { ...flags.evaluate(flag, asked) });
          assert.equal(rules.filter(({ verdict }) => verdict === "lets in").length, outcome.enabled ? 1 : 0);
          if (outcome.enabled) assert.equal(rules.find(({ verdict }) => verdict === "lets in")?.name, outcome.rule);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
