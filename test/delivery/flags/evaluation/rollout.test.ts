import assert from "node:assert/strict";
import fc from "fast-check";
import { compileFlags } from "../../../../delivery/flags/evaluation/compiled-flags.ts";
import { toFeature } from "../../../../delivery/flags/translate.ts";

const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/);
const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const percent = fc.integer({ min: 0, max: 100 });
const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);

function flagsAt(rollouts: Readonly<Record<string, number>>, targeting: unknown = {}) {
  return compileFlags({
    features: Object.entries(rollouts).map(([name, rollout]) => toFeature(name, { enabled: true, rollout, targeting })),
  });
}

/** Pearson's statistic of observed counts against expected ones. */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce(
    (sum, count, index) => sum + (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 1),
    0,
  );
}

describe("a rollout", () => {
  it("never takes the flag from anyone when it grows", () => {
    fc.assert(
      fc.property(key, id, percent, percent, (name, userId, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        if (flagsAt({ [name]: less }).isEnabled(name, { userId })) {
          assert.ok(flagsAt({ [name]: more }).isEnabled(name, { userId }));
        }
      }),
    );
  });

  it("is off for everyone at 0 % and on for everyone at 100 %, strangers too", () => {
    fc.assert(
      fc.property(key, fc.option(id, { nil: undefined }), (name, userId) => {
        assert.ok(!flagsAt({ [name]: 0 }).isEnabled(name, { userId }));
        assert.ok(flagsAt({ [name]: 100 }).isEnabled(name, { userId }));
      }),
    );
  });

  it("answers a user the same whatever else is in the context", () => {
    fc.assert(
      fc.property(key, id, percent, fc.dictionary(fc.string(), fc.string()), (name, userId, rollout, rest) => {
        const flags = flagsAt({ [name]: rollout });
        assert.equal(flags.isEnabled(name, { ...rest, userId }), flags.isEnabled(name, { userId }));
      }),
    );
  });

  it("keeps an organization together when it sticks to organizations", () => {
    fc.assert(
      fc.property(key, id, id, id, percent, (name, organizationId, ada, bob, rollout) => {
        const flags = flagsAt({ [name]: rollout }, { stickiness: "organization" });
        assert.equal(
          flags.isEnabled(name, { userId: ada, organizationId }),
          flags.isEnabled(name, { userId: bob, organizationId }),
        );
      }),
    );
  });

  it("is off below 100 % for whom nothing identifies, instead of now on and now off", () => {
    const flags = flagsAt({ a: 99 });
    for (let turn = 0; turn < 100; turn++) assert.ok(!flags.isEnabled("a", {}));
  });

  it("lets in the share that it says", () => {
    for (const rollout of [1, 10, 50, 90, 99]) {
      const flags = flagsAt({ share: rollout });
      const inside = users.filter((userId) => flags.isEnabled("share", { userId })).length;
      const expected = (users.length * rollout) / 100;
      const statistic = chiSquare([inside, users.length - inside], [expected, users.length - expected]);
      assert.ok(statistic < 15.1, `${rollout} %: ${inside} of ${users.length}, chi-square ${statistic}`); // p = 0.0001, 1 degree of freedom
    }
  });

  it("fills its hundred buckets evenly", () => {
    const steps = Array.from({ length: 101 }, (_, rollout) => flagsAt({ even: rollout }));
    const counts = new Array<number>(100).fill(0);
    for (const userId of users) {
      const bucket = steps.findIndex((flags) => flags.isEnabled("even", { userId }));
      counts[bucket - 1] = (counts[bucket - 1] ?? 0) + 1;
    }
    const statistic = chiSquare(counts, new Array(100).fill(users.length / 100));
    assert.ok(statistic < 160, `chi-square ${statistic}`); // p = 0.0001, 99 degrees of freedom
  });

  it("does not depend on another flag's, however alike their keys are", () => {
    const names = ["new_dashboard", "new_dashboard2", "dashboard_new", "a", "b"];
    const flags = flagsAt(Object.fromEntries(names.map((name) => [name, 50])));
    for (const one of names) {
      for (const other of names.slice(names.indexOf(one) + 1)) {
        const table = [0, 0, 0, 0];
        for (const userId of users) {
          const cell = Number(flags.isEnabled(one, { userId })) * 2 + Number(flags.isEnabled(other, { userId }));
          table[cell] = (table[cell] ?? 0) + 1;
        }
        const [neither = 0, second = 0, first = 0, both = 0] = table;
        const total = users.length;
        const expected = [
          ((neither + second) * (neither + first)) / total,
          ((neither + second) * (second + both)) / total,
          ((first + both) * (neither + first)) / total,
          ((first + both) * (second + both)) / total,
        ];
        const statistic = chiSquare(table, expected);
        assert.ok(statistic < 15.1, `${one} and ${other}: chi-square ${statistic}`);
      }
    }
  });

  it("does not depend on which variant somebody gets", () => {
    const variants = [
      { name: "red", weight: 50 },
      { name: "blue", weight: 50 },
    ];
    const flags = flagsAt({ split: 50 }, { variants });
    const inside = users.filter((userId) => flags.isEnabled("split", { userId }));
    const red = inside.filter((userId) => flags.evaluate("split", { userId })?.variant?.name === "red").length;
    const half = inside.length / 2;
    assert.ok(chiSquare([red, inside.length - red], [half, half]) < 15.1, `${red} of ${inside.length}`);
  });

  it("gives variants by their weights", () => {
    const variants = [
      { name: "red", weight: 70 },
      { name: "green", weight: 20 },
      { name: "blue", weight: 10 },
      { name: "never", weight: 0 },
    ];
    const flags = flagsAt({ weights: 100 }, { variants });
    const counts = new Map(variants.map(({ name }) => [name, 0]));
    for (const userId of users) {
      const name = flags.evaluate("weights", { userId })?.variant?.name ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    assert.equal(counts.get("never"), 0);
    const observed = variants.slice(0, 3).map(({ name }) => counts.get(name) ?? 0);
    const statistic = chiSquare(
      observed,
      [0.7, 0.2, 0.1].map((share) => share * users.length),
    );
    assert.ok(statistic < 18.4, `${observed}: chi-square ${statistic}`); // p = 0.0001, 2 degrees of freedom
  });
});
