import assert from "node:assert/strict";
import fc from "fast-check";
import { type Flag, type FlagSet, ownValue } from "../../../delivery/flags/flag.ts";
import { parseFlagLine } from "../../../delivery/flags/line.ts";
import { type ActualFlag, operatedFlags, planFlags, sameFlag } from "../../../delivery/flags/plan.ts";
import { flagSet } from "./flag-arbitraries.ts";

const flag = (line: string): Flag => ({ name: "F", description: "", ...parseFlagLine("f", line) });
const [at50, at60, at70] = [flag("on, rollout 50 %"), flag("on, rollout 60 %"), flag("on, rollout 70 %")];

/** What stands where before, and what is to come of it. "-" is no row, no declaration, not seen. */
interface Case {
  readonly declared?: Flag;
  readonly current?: Flag;
  readonly last?: Flag;
  /** Undefined: there is no state at all. */
  readonly seen?: FlagSet;
  readonly becomes: "create" | "update" | "delete" | "unchanged" | "kept" | "conflict" | "foreign" | "stays away";
  readonly line?: string;
}

const table: Record<string, Case> = {
  "a new flag": { declared: at50, seen: {}, becomes: "create", line: "+ f: on, rollout 50 %" },
  "a new flag without a state": { declared: at50, becomes: "create" },
  "nothing new": { declared: at50, current: at50, last: at50, seen: { f: at50 }, becomes: "unchanged" },
  "a changed declaration": {
    declared: at60,
    current: at50,
    last: at50,
    seen: { f: at50 },
    becomes: "update",
    line: "~ f: on, rollout 50 % => on, rollout 60 %",
  },
  "a changed declaration without a state": { declared: at60, current: at50, last: at50, becomes: "update" },
  "an operator's change, not refreshed": {
    declared: at50,
    current: at70,
    last: at50,
    seen: { f: at50 },
    becomes: "kept",
  },
  "an operator's change, the state lost": { declared: at50, current: at70, last: at50, becomes: "kept" },
  "an operator's change, refreshed: the preview showed 70 => 50": {
    declared: at50,
    current: at70,
    last: at50,
    seen: { f: at70 },
    becomes: "update",
  },
  "an operator's change after the refresh": {
    declared: at50,
    current: at60,
    last: at50,
    seen: { f: at70 },
    becomes: "conflict",
  },
  "both changed it": { declared: at60, current: at70, last: at50, seen: { f: at50 }, becomes: "conflict" },
  "both changed it to the same": { declared: at60, current: at60, last: at50, seen: { f: at50 }, becomes: "unchanged" },
  "the declaration caught up with the operator": {
    declared: at70,
    current: at70,
    last: at50,
    seen: { f: at50 },
    becomes: "unchanged",
  },
  "a flag that is no longer declared": {
    current: at50,
    last: at50,
    seen: { f: at50 },
    becomes: "delete",
    line: "- f: on, rollout 50 %",
  },
  "a flag that is no longer declared, operated": { current: at70, last: at50, seen: { f: at50 }, becomes: "conflict" },
  "a flag that is no longer declared, operated and refreshed": {
    current: at70,
    last: at50,
    seen: { f: at70 },
    becomes: "delete",
  },
  "a flag that is no longer declared and already gone": { last: at50, seen: { f: at50 }, becomes: "delete" },
  "a row that someone deleted": { declared: at50, last: at50, seen: { f: at50 }, becomes: "stays away" },
  "a row that someone deleted, refreshed": { declared: at50, last: at50, seen: {}, becomes: "create" },
  "a row that someone deleted, and a changed declaration": {
    declared: at60,
    last: at50,
    seen: { f: at50 },
    becomes: "conflict",
  },
  "someone's own flag": { current: at50, seen: {}, becomes: "foreign" },
  "someone's own flag, refreshed": { current: at50, seen: { f: at50 }, becomes: "foreign" },
  "someone's own flag, now declared the same": { declared: at50, current: at50, seen: {}, becomes: "unchanged" },
  "someone's own flag, now declared otherwise": { declared: at60, current: at50, seen: {}, becomes: "conflict" },
  "someone's own flag, refreshed, now declared otherwise": {
    declared: at60,
    current: at50,
    seen: { f: at50 },
    becomes: "update",
  },
};

describe("the plan for a flag set", () => {
  for (const [what, { declared, current, last, seen, becomes, line }] of Object.entries(table)) {
    it(`${what}: ${becomes}`, () => {
      const actual: Record<string, ActualFlag> = current || last ? { f: { current, lastDeclared: last } } : {};
      const plan = planFlags(declared ? { f: declared } : {}, actual, seen);
      const [change] = plan.changes;
      const outcome =
        plan.conflicts.length > 0
          ? "conflict"
          : plan.foreign.length > 0
            ? "foreign"
            : plan.kept.length > 0
              ? change?.flag
                ? "kept"
                : "stays away"
              : change?.action;
      assert.equal(outcome, becomes);
      if (outcome === "kept") assert.deepEqual(change?.flag, current);
      if (line) assert.equal(change?.line, line);
    });
  }

  it("merges an operator's field with another field of the declaration", () => {
    const operated = { ...at50, targeting: { users: ["ada"] } };
    const plan = planFlags({ f: at60 }, { f: { current: operated, lastDeclared: at50 } }, { f: at50 });
    assert.deepEqual(plan.changes[0]?.flag, { ...at60, targeting: { users: ["ada"] } });
    assert.equal(plan.kept.length, 1);
  });

  it("takes name and description from the declaration whatever happened", () => {
    const plan = planFlags(
      { f: { ...at50, name: "New" } },
      { f: { current: { ...at70, name: "Theirs" }, lastDeclared: at50 } },
      { f: at50 },
    );
    assert.deepEqual(
      [plan.changes[0]?.flag?.name, plan.changes[0]?.flag?.rollout, plan.conflicts.length],
      ["New", 70, 0],
    );
  });

  /** What the tables hold after a plan was applied. */
  const applied = (declared: FlagSet, actual: Record<string, ActualFlag>, seen?: FlagSet) => {
    const plan = planFlags(declared, actual, seen);
    const after: Record<string, ActualFlag> = Object.fromEntries(
      Object.entries(actual).filter(([key]) => plan.foreign.includes(key)),
    );
    for (const { key, flag, action } of plan.changes) {
      if (action !== "delete") after[key] = { current: flag, lastDeclared: ownValue(declared, key) };
    }
    return { plan, after };
  };
  const currents = (actual: Record<string, ActualFlag>) =>
    Object.fromEntries(Object.entries(actual).flatMap(([key, { current }]) => (current ? [[key, current]] : [])));

  it("makes the tables what is declared when nobody else changed them", () => {
    fc.assert(
      fc.property(flagSet, flagSet, (first, second) => {
        const { after } = applied(first, {});
        const { plan, after: again } = applied(second, after, first);
        assert.deepEqual(plan.conflicts, []);
        assert.deepEqual(currents(again), second);
      }),
    );
  });

  it("changes nothing when it is applied a second time", () => {
    fc.assert(
      fc.property(flagSet, flagSet, flagSet, (declared, operated, last) => {
        const actual = Object.fromEntries(
          [...new Set([...Object.keys(operated), ...Object.keys(last)])].map((key) => [
            key,
            { current: ownValue(operated, key), lastDeclared: ownValue(last, key) },
          ]),
        );
        const { plan, after } = applied(declared, actual, last);
        fc.pre(plan.conflicts.length === 0);
        const { plan: second } = applied(declared, after, declared);
        assert.deepEqual(
          second.changes.filter(({ action }) => action !== "unchanged"),
          [],
        );
        assert.deepEqual(second.conflicts, []);
      }),
    );
  });

  it("replaces no operated value that the state did not show", () => {
    fc.assert(
      fc.property(flagSet, flagSet, flagSet, (declared, current, seen) => {
        const actual = Object.fromEntries(
          Object.entries(current).map(([key, value]) => [key, { current: value, lastDeclared: ownValue(seen, key) }]),
        );
        const plan = planFlags(declared, actual, seen);
        for (const { key, flag } of plan.changes) {
          const [before, base] = [ownValue(current, key), ownValue(seen, key)];
          if (before === undefined || plan.conflicts.some((line) => line.startsWith(`${key}:`))) continue;
          for (const field of ["active", "enabled", "rollout"] as const) {
            if (flag?.[field] !== before[field]) assert.equal(before[field], base?.[field], `${key}.${field}`);
          }
        }
      }),
    );
  });

  it("puts every flag under exactly one heading", () => {
    fc.assert(
      fc.property(flagSet, flagSet, (declared, current) => {
        const plan = planFlags(
          declared,
          Object.fromEntries(Object.entries(current).map(([key, value]) => [key, { current: value }])),
        );
        assert.deepEqual(
          [...plan.changes.map(({ key }) => key), ...plan.foreign].sort(),
          [...new Set([...Object.keys(declared), ...Object.keys(current)])].sort(),
        );
      }),
    );
  });

  it("lists what operators made of declared flags", () => {
    assert.deepEqual(
      operatedFlags({
        a: { current: at70, lastDeclared: at50 },
        b: { lastDeclared: at50 },
        c: { current: at50 },
        d: { current: at50, lastDeclared: at50 },
      }),
      {
        a: "on, rollout 70 % (declared: on, rollout 50 %)",
        b: "(no row) (declared: on, rollout 50 %)",
      },
    );
    assert.ok(sameFlag(at50, { ...at50, targeting: {} }));
  });
});
