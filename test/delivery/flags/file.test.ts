import assert from "node:assert/strict";
import path from "node:path";
import { flagFilePath, parseFlagFile, readFlagFile, resolveFlags } from "../../../delivery/flags/file.ts";
import { flagEnvironments } from "../../../delivery/flags/flag.ts";
import { formatFlagLine } from "../../../delivery/flags/line.ts";
import { environments } from "../../../infra/environment.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const file = readFlagFile(path.join(checkoutRoot, flagFilePath));
const linesIn = (environment: (typeof flagEnvironments)[number], overrides?: unknown) =>
  Object.fromEntries(
    Object.entries(resolveFlags(file, environment, overrides)).map(([key, flag]) => [key, formatFlagLine(flag)]),
  );

describe("the declared flags", () => {
  it("have the values of the source documents", () => {
    const sinceGoLive = (time: string) => `on, rollout 100 %, targeting {"activation":{"afterGoLive":"${time}"}}`;
    const later = {
      metadataSync: sinceGoLive("P1W"),
      aiDocumentation: sinceGoLive("P2W"),
      advancedConnectors: sinceGoLive("P1M"),
    };
    const enterprise = { enterpriseMode: "on, rollout 100 %", adminPortal: "on, rollout 100 %", ...later };
    const [on, off] = ["on, rollout 100 %", "off, rollout 0 %"];
    assert.deepEqual(linesIn("development"), {
      new_dashboard: on,
      ai_assistant: on,
      advanced_reports: on,
      ...enterprise,
    });
    assert.deepEqual(linesIn("staging"), {
      new_dashboard: "on, rollout 50 %",
      ai_assistant: off,
      advanced_reports: off,
      ...enterprise,
    });
    assert.deepEqual(linesIn("production"), {
      new_dashboard: off,
      ai_assistant: off,
      advanced_reports: off,
      ...enterprise,
    });
  });

  it("know every environment that a stack may be", () => {
    assert.deepEqual([...flagEnvironments], [...environments]);
    assert.deepEqual(linesIn("feature"), linesIn("staging"));
    assert.deepEqual(linesIn("preProduction"), linesIn("production"));
  });

  it("are changed by a stack's overrides, field by field", () => {
    assert.equal(linesIn("staging", { new_dashboard: { rollout: 60 } }).new_dashboard, "on, rollout 60 %");
    assert.equal(
      linesIn("staging", { new_dashboard: { enabled: false, active: false } }).new_dashboard,
      "off, rollout 50 %, inactive",
    );
  });
});

describe("a wrong flag file", () => {
  const good = "environments: { development: &s { enabled: true, rollout: 1 }, staging: *s, production: *s }";
  const cases: Record<string, [text: string, ...messages: RegExp[]]> = {
    "that is empty": ["", /^f\.yaml:1: the file must be a mapping/],
    "without flags": [
      "flag: {}",
      /flags is missing: it must be a mapping/,
      /the file has the unknown key flag\. Remove or rename it/,
    ],
    "that is no YAML": ["flags: [", /^f\.yaml:1: /],
    "with a flag twice": ["flags:\n  a: 1\n  a: 2", /^f\.yaml:3: Map keys must be unique/],
    "with a wrong key": [
      `flags:\n  "a b": { name: A, ${good} }`,
      /f\.yaml:2: flags\.a b is no flag key: it must start with a letter/,
    ],
    "with a rollout of 101": [
      `flags:\n  a:\n    name: A\n    ${good.replace("rollout: 1", "rollout: 101")}`,
      /f\.yaml:4: flags\.a\.environments\.development\.rollout must be 0 to 100 percent/,
    ],
    "with half a percent": [
      `flags: { a: { name: A, ${good.replace("rollout: 1", "rollout: 0.5")} } }`,
      /rollout must be a whole number of percent/,
    ],
    "with a text for a switch": [
      `flags: { a: { name: A, ${good.replace("true", '"yes"')} } }`,
      /development\.enabled must be true or false/,
    ],
    "without an environment": [
      "flags: { a: { name: A, environments: { staging: { enabled: true, rollout: 1 } } } }",
      /environments\.development is missing/,
      /environments\.production is missing/,
    ],
    "with an unknown environment": [
      `flags: { a: { name: A, ${good.replace("}, staging", "}, qa: *s, staging")} } }`,
      /environments has the unknown key qa/,
    ],
    "without a name": [`flags: { a: { ${good} } }`, /flags\.a\.name is missing: it must be a string/],
    "with a name that a preview cannot show": [
      `flags: { a: { name: "A: b", ${good} } }`,
      /flags\.a\.name must be one line without ': '/,
    ],
    "with a character that PostgreSQL cannot store": [
      `flags: { a: { name: A, description: "\\0", ${good} } }`,
      /description must not hold the character U\+0000/,
    ],
    "with targeting that is a list": [
      `flags: { a: { name: A, ${good.replace("rollout: 1", "rollout: 1, targeting: [1]")} } }`,
      /targeting must be a mapping/,
    ],
    "with more aliases than a person writes": [`flags:\n  x: &x [1]\n  y: [${"*x,".repeat(500)}]`, /alias/],
  };
  for (const [what, [text, ...messages]] of Object.entries(cases)) {
    it(`${what} is refused, saying where and what instead`, () => {
      assert.throws(
        () => parseFlagFile(text, "f.yaml"),
        (error: Error) => {
          assert.equal(error.name, "UserError");
          for (const message of messages) assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("is refused with all problems at once", () => {
    assert.throws(
      () => parseFlagFile(`flags: { a: { name: "", x: 1, ${good.replace("rollout: 1", "rollout: -1")} } }`, "f.yaml"),
      /4 more problems|[3-9] more problems/,
    );
  });

  it("that is not there is refused", () => {
    assert.throws(() => readFlagFile("/nowhere/flags.yaml"), {
      name: "UserError",
      message: /\/nowhere\/flags\.yaml cannot be read/,
    });
  });
});

describe("wrong overrides", () => {
  const refused = (overrides: unknown, ...messages: RegExp[]) =>
    assert.throws(
      () => resolveFlags(file, "staging", overrides, "Pulumi.staging.yaml"),
      (error: Error) => {
        assert.equal(error.name, "UserError");
        for (const message of messages) assert.match(error.message, message);
        return true;
      },
    );

  it("name the file, the key and the remedy, all at once", () =>
    refused(
      { new_dashbord: { rollout: 1 }, ai_assistant: { rollout: 101, percent: 5 } },
      /^Pulumi\.staging\.yaml: slipway:flags: ai_assistant\.rollout must be 0 to 100 percent/,
      /ai_assistant has the unknown key percent/,
      /new_dashbord is not a declared flag\. Declare it in delivery\/flags\.yaml, or use one of new_dashboard/,
    ));
  it("that are no mapping are refused", () => refused("on", /the file must be a mapping|slipway:flags/));
  it("that name an object's own methods are unknown flags", () =>
    refused({ constructor: {} }, /constructor is not a declared flag/));
});
