import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { compileFlags } from "../../../delivery/flags/evaluation/compiled-flags.ts";
import type { FlagContext } from "../../../delivery/flags/evaluation/model.ts";
import { parseFlagFile, resolveFlags } from "../../../delivery/flags/file.ts";
import { prerequisiteProblems, type StoredFlag, toFeature } from "../../../delivery/flags/translate.ts";

const on: StoredFlag = { enabled: true, rollout: 100, targeting: {} };
const nobody: StoredFlag = { enabled: true, rollout: 0, targeting: {} };

function evaluate(flags: Readonly<Record<string, StoredFlag>>, key: string, context: FlagContext = {}) {
  const features = Object.entries(flags).map(([name, flag]) => toFeature(name, flag));
  const { enabled, reason, rule, variant } = compileFlags({ features }).evaluate(key, context) ?? {};
  return [enabled, reason, ...(rule ? [rule] : []), ...(variant ? [variant.name] : [])].join(", ");
}

const pro = { contextName: "plan", operator: "IN", values: ["pro"] };
const beta = { name: "beta", users: ["ada"], organizations: ["acme"] };
const colours = [
  { name: "red", weight: 0, value: 1 },
  { name: "blue", weight: 1, value: 2 },
];

describe("a flag's targeting", () => {
  const cases: Record<string, [StoredFlag, FlagContext, string]> = {
    "a flag without any, on": [on, {}, "true, STATIC, rollout 100 %"],
    "a flag that is off": [{ ...on, enabled: false }, {}, "false, DISABLED"],
    "a rollout of nothing": [nobody, { userId: "ada" }, "false, DEFAULT, rollout 0 %"],
    "a share, let in": [{ ...on, rollout: 99 }, { userId: "ada" }, "true, SPLIT, rollout 99 %"],
    "a share, kept out": [{ ...on, rollout: 1 }, { userId: "ada" }, "false, SPLIT, rollout 1 %"],
    "a user in a segment": [
      { ...nobody, targeting: { segments: [beta] } },
      { userId: "ada" },
      "true, TARGETING_MATCH, segment beta",
    ],
    "an organization in a segment": [
      { ...nobody, targeting: { segments: [beta] } },
      { userId: "bob", organizationId: "acme" },
      "true, TARGETING_MATCH, segment beta",
    ],
    "a user in no segment": [
      { ...nobody, targeting: { segments: [beta] } },
      { userId: "bob" },
      "false, DEFAULT, rollout 0 %",
    ],
    "a user in no segment, where everyone is let in": [
      { ...on, targeting: { segments: [beta] } },
      { userId: "bob" },
      "true, DEFAULT, rollout 100 %",
    ],
    "a segment whose constraint does not hold": [
      { ...nobody, targeting: { segments: [{ ...beta, constraints: [pro] }] } },
      { userId: "ada", plan: "free" },
      "false, DEFAULT, rollout 0 %",
    ],
    "a segment of which none are let in": [
      { ...nobody, targeting: { segments: [{ ...beta, rollout: 0 }] } },
      { userId: "ada" },
      "false, DEFAULT, rollout 0 %",
    ],
    "a segment of which few are let in, where everyone is": [
      { ...on, targeting: { segments: [{ ...beta, rollout: 1 }] } },
      { userId: "ada" },
      "true, DEFAULT, rollout 100 %",
    ],
    "a constraint that holds": [
      { ...on, targeting: { constraints: [pro] } },
      { plan: "pro" },
      "true, TARGETING_MATCH, rollout 100 %",
    ],
    "a constraint that does not hold": [
      { ...on, targeting: { constraints: [pro] } },
      { plan: "free" },
      "false, DEFAULT",
    ],
    "an excluded user, in a segment": [
      { ...on, targeting: { exclude: { users: ["ada"] }, segments: [beta] } },
      { userId: "ada" },
      "false, DEFAULT",
    ],
    "a user of an excluded organization": [
      { ...on, targeting: { exclude: { organizations: ["acme"] } } },
      { userId: "bob", organizationId: "acme" },
      "false, DEFAULT",
    ],
    "the only variant with weight": [
      { ...on, targeting: { variants: colours } },
      {},
      "true, STATIC, rollout 100 %, blue",
    ],
    "a segment's own variant": [
      { ...on, targeting: { variants: colours, segments: [{ ...beta, variant: "red" }] } },
      { userId: "ada" },
      "true, TARGETING_MATCH, segment beta, red",
    ],
    "malformed targeting": [{ ...on, targeting: { usres: ["ada"] } }, { userId: "ada" }, "false, ERROR"],
    "malformed targeting of a flag that is off": [{ ...on, enabled: false, targeting: [] }, {}, "false, ERROR"],
  };
  for (const [what, [flag, context, expected]] of Object.entries(cases)) {
    it(`${what}: ${expected}`, () => assert.equal(evaluate({ flag }, "flag", context), expected));
  }

  it("gives a stranger always the same variant", () => {
    const variants = [
      { name: "red", weight: 1 },
      { name: "blue", weight: 1 },
    ];
    const seen = new Set(Array.from({ length: 50 }, () => evaluate({ a: { ...on, targeting: { variants } } }, "a")));
    assert.deepEqual([...seen], ["true, SPLIT, rollout 100 %, red"]);
  });

  it("reads no field from an object's prototype", () => {
    const constraints = [{ contextName: "constructor", operator: "STR_CONTAINS", values: ["Object"] }];
    assert.equal(evaluate({ a: { ...on, targeting: { constraints } } }, "a"), "false, DEFAULT");
  });

  it("evaluates every JSON value that an operator may have written, and opens the flag to nobody by mistake", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (targeting) => {
        const answer = evaluate({ a: { ...on, targeting } }, "a", { userId: "ada" });
        const isNone = JSON.stringify(targeting) === "{}";
        assert.equal(answer, isNone ? "true, STATIC, rollout 100 %" : "false, ERROR");
      }),
    );
  });

  it("evaluates every context", () => {
    const targeting = {
      constraints: [
        { contextName: "plan", operator: "SEMVER_GT", value: "1.0.0" },
        { contextName: "currentTime", operator: "DATE_AFTER", value: "2026-01-01T00:00:00Z" },
      ],
      segments: [{ name: "near", constraints: [{ contextName: "plan", operator: "IN_CIDR", values: ["10.0.0.0/8"] }] }],
    };
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom("userId", "plan", "currentTime", "properties"),
          withBigInt: true,
          withDate: true,
          withNullPrototype: true,
        }),
        (context) => {
          assert.match(evaluate({ a: { ...on, targeting } }, "a", context as FlagContext), /^(true|false), /);
        },
      ),
    );
  });
});

describe("prerequisites", () => {
  const needs = (...prerequisites: object[]): StoredFlag => ({ ...on, targeting: { prerequisites } });

  it("must all be on", () => {
    const flags = { a: needs({ flag: "b" }, { flag: "c" }), b: on, c: on };
    assert.equal(evaluate(flags, "a"), "true, STATIC, rollout 100 %");
    assert.equal(evaluate({ ...flags, c: { ...on, enabled: false } }, "a"), "false, DEFAULT, prerequisites");
  });

  it("may have to be off", () => {
    const flags = { a: needs({ flag: "old", enabled: false }), old: on };
    assert.equal(evaluate(flags, "a"), "false, DEFAULT, prerequisites");
    assert.equal(evaluate({ ...flags, old: nobody }, "a"), "true, STATIC, rollout 100 %");
  });

  it("may ask for a variant", () => {
    const b = { ...on, targeting: { variants: colours } };
    assert.equal(evaluate({ a: needs({ flag: "b", variants: ["blue"] }), b }, "a"), "true, STATIC, rollout 100 %");
    assert.equal(evaluate({ a: needs({ flag: "b", variants: ["red"] }), b }, "a"), "false, DEFAULT, prerequisites");
  });

  it("may have prerequisites themselves, unlike Unleash's", () => {
    const flags = { a: needs({ flag: "b" }), b: needs({ flag: "c" }), c: on };
    assert.equal(evaluate(flags, "a"), "true, STATIC, rollout 100 %");
    assert.equal(evaluate({ ...flags, c: nobody }, "a"), "false, DEFAULT, prerequisites");
  });

  it("that do not exist are not met, whatever they should be", () => {
    assert.equal(evaluate({ a: needs({ flag: "b" }) }, "a"), "false, DEFAULT, prerequisites");
    assert.equal(evaluate({ a: needs({ flag: "b", enabled: false }) }, "a"), "false, DEFAULT, prerequisites");
  });

  it("that are malformed are not met, whatever they should be", () => {
    const b = { ...on, targeting: { usres: [] } };
    assert.equal(evaluate({ a: needs({ flag: "b", enabled: false }), b }, "a"), "false, DEFAULT, prerequisites");
  });

  it("in a circle make the flags in it and behind it errors, and no others", () => {
    const flags = { a: needs({ flag: "b" }), b: needs({ flag: "c" }), c: needs({ flag: "b" }), d: on };
    for (const key of ["a", "b", "c"]) assert.equal(evaluate(flags, key), "false, ERROR");
    assert.equal(evaluate(flags, "d"), "true, STATIC, rollout 100 %");
    assert.equal(prerequisiteProblems(flags).get("a"), "its prerequisites form a circle: b -> c -> b");
  });

  it("cannot be nested so that an evaluation takes long", () => {
    const levels = 40; // two flags on each, that both need both of the next: 2^40 ways
    const flags: Record<string, StoredFlag> = {};
    for (let level = 0; level < levels; level++) {
      for (const side of ["l", "r"]) {
        flags[`${side}${level}`] =
          level === levels - 1 ? on : needs({ flag: `l${level + 1}` }, { flag: `r${level + 1}` });
      }
    }
    assert.equal(evaluate(flags, "l0"), "false, ERROR");
    assert.equal(evaluate(flags, `l${levels - 5}`), "true, STATIC, rollout 100 %");
  });

  it("may be as many as a chain of 100,000 without a crash", () => {
    const flags = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`f${index}`, needs({ flag: `f${index + 1}` })]),
    );
    assert.equal(evaluate({ ...flags, f100000: on }, "f0"), "false, ERROR");
  }).timeout(60_000);
});

describe("declared targeting", () => {
  const file = (targeting: unknown, more = "") =>
    `flags:\n  a:\n    name: A\n    environments:\n${["development", "staging", "production"]
      .map((name) => `      ${name}: { enabled: true, rollout: 10, targeting: ${JSON.stringify(targeting)} }`)
      .join("\n")}\n${more}`;

  it("is kept as it was written, without defaults", () => {
    const targeting = { segments: [{ name: "beta", users: ["ada"] }], stickiness: "organization" };
    const flags = resolveFlags(parseFlagFile(file(targeting), "f.yaml"), "staging");
    assert.deepEqual(flags.a?.targeting, targeting);
  });

  it("is refused with line, key and remedy when it is malformed", () => {
    assert.throws(
      () => parseFlagFile(file({ segments: [{ name: "beta", rollout: 101 }] }), "f.yaml"),
      /f\.yaml:5: flags\.a\.environments\.development\.targeting\.segments\.0\.rollout must be 0 to 100 percent/,
    );
    assert.throws(() => parseFlagFile(file({ users: ["ada"] }), "f.yaml"), /targeting has the unknown key users/);
  });

  it("is refused in a stack's settings too", () => {
    const declared = parseFlagFile(file({}), "f.yaml");
    assert.throws(
      () => resolveFlags(declared, "staging", { a: { targeting: { stickiness: "team" } } }, "Pulumi.staging.yaml"),
      /Pulumi\.staging\.yaml: slipway:flags: a\.targeting\.stickiness must be user or organization/,
    );
  });

  it("is refused when a prerequisite is not declared or leads in a circle", () => {
    const unknown = parseFlagFile(file({ prerequisites: [{ flag: "b" }] }), "f.yaml");
    assert.throws(
      () => resolveFlags(unknown, "staging"),
      /flags\.a, in staging: its prerequisite b is not a declared flag/,
    );
    const circle = parseFlagFile(file({ prerequisites: [{ flag: "a" }] }), "f.yaml");
    assert.throws(() => resolveFlags(circle, "staging"), /form a circle: a -> a/);
  });

  it("of this checkout's flags can be evaluated", () => {
    const declared = parseFlagFile(readFileSync("delivery/flags.yaml", "utf8"), "delivery/flags.yaml");
    const flags = resolveFlags(declared, "production");
    assert.equal(evaluate(flags, "enterpriseMode"), "true, STATIC, rollout 100 %");
    assert.equal(evaluate(flags, "new_dashboard"), "false, DISABLED");
  });
});
