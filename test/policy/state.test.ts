import assert from "node:assert/strict";
import { exemptionsOf } from "../../policy/exemptions.ts";
import { judge } from "../../policy/judge.ts";
import type { ResourceRule } from "../../policy/rule.ts";
import { readJudged } from "../../policy/state.ts";
import { unknownText } from "../../policy/unknown.ts";

const urn = (name: string) => `urn:pulumi:prod::teamflow::slipway:index:Database$aws:rds/instance:Instance::${name}`;
const type = "aws:rds/instance:Instance";
const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

const state = (...resources: readonly Record<string, unknown>[]) =>
  JSON.stringify({ version: 3, deployment: { manifest: {}, resources } });

const propsOf = (text: string) => readJudged(text).population.inputs.map(({ props }) => props);

describe("policy/state", () => {
  it("reads what `pulumi stack export` prints", () => {
    const judged = readJudged(
      state({
        urn: urn("one"),
        custom: true,
        id: "db-1",
        type,
        inputs: { engine: "postgres" },
        outputs: { engine: "postgres", arn: "arn:1" },
        protect: true,
        propertyDependencies: { engine: [urn("two")], other: null },
      }),
    );
    assert.equal(judged.kind, "state");
    assert.equal(judged.stack, "prod");
    assert.match(judged.digest, /^[0-9a-f]{64}$/);
    const resource = {
      urn: urn("one"),
      type,
      name: "one",
      stack: "prod",
      protect: true,
      id: "db-1",
      props: { engine: "postgres" },
      dependencies: { engine: [urn("two")], other: [] },
    };
    assert.deepEqual(judged.population.inputs, [resource]);
    assert.deepEqual(judged.population.outputs, [{ ...resource, props: { engine: "postgres", arn: "arn:1" } }]);
  });

  it("leaves out what has been replaced and is about to go", () => {
    assert.deepEqual(propsOf(state({ urn: urn("one"), type, inputs: { a: 1 }, delete: true })), []);
  });

  it("reads what `pulumi preview --json` prints, without what goes", () => {
    const step = (op: string, name: string) => ({ op, newState: { urn: urn(name), type, inputs: { name } } });
    const judged = readJudged(
      JSON.stringify({
        steps: [step("create", "one"), step("same", "two"), step("delete", "three"), { op: "delete", newState: null }],
      }),
    );
    assert.equal(judged.kind, "preview");
    assert.deepEqual(
      judged.population.inputs.map(({ name }) => name),
      ["one", "two"],
    );
  });

  it("gives secrets their value where the text has it, and else counts them as not known", () => {
    const open = { ...mark, plaintext: '{"inner":["x"]}' };
    const closed = { ...mark, ciphertext: "v1:abc" };
    assert.deepEqual(propsOf(state({ urn: urn("one"), type, inputs: { open, list: [closed] } })), [
      { open: { inner: ["x"] }, list: [unknownText] },
    ]);
  });

  it("says that something is empty by having no stack", () => {
    assert.equal(readJudged(state()).stack, undefined);
    assert.equal(readJudged('{"deployment":{}}').stack, undefined);
  });

  it("refuses what is neither", () => {
    assert.throws(() => readJudged("{"), SyntaxError);
    for (const text of ["{}", "null", "[]", '{"deployment":{"resources":[{"urn":"x"}]}}'])
      assert.throws(() => readJudged(text), RangeError, text);
  });
});

describe("policy/judge", () => {
  const rule = (judgeIt: ResourceRule["judge"]): ResourceRule => ({
    name: "rule",
    title: "A rule",
    severity: "high",
    category: "cost",
    description: "It holds.",
    rationale: "It should.",
    remediation: "Make it hold.",
    controls: ["SOC2 CC1.1"],
    appliesTo: [type],
    judge: judgeIt,
  });
  const exemption = {
    policy: "rule",
    stack: "prod",
    resource: `${type} one`,
    finding: "is wrong.",
    reason: "Nobody is hurt by it for the time being.",
    owner: "one",
    approver: "other",
    expires: "2026-12-31",
  };
  const verdict = (judgeIt: ResourceRule["judge"], exempt = false, inputs: Record<string, unknown> = {}) => {
    const { population } = readJudged(state({ urn: urn("one"), type, inputs }, { urn: urn("two"), type: "a:b:C" }));
    const exemptions = exemptionsOf(exempt ? [exemption] : [], "2026-12-01");
    const judgements = judge([{ rule: rule(judgeIt), enforcement: "mandatory" }], population, exemptions);
    assert.equal(judgements.length, 1, "the other resource is none of its business");
    return judgements[0] ?? assert.fail();
  };

  it("passes what complies, and fails what does not", () => {
    assert.equal(verdict(() => []).verdict, "passed");
    assert.equal(verdict(() => ["is wrong."]).verdict, "failed");
  });

  it("exempts a resource only when every finding is exempt", () => {
    assert.equal(verdict(() => ["is wrong."], true).verdict, "exempt");
    assert.equal(verdict(() => ["is wrong.", "is also that."], true).verdict, "failed");
  });

  it("never takes a policy that throws for one that passes", () => {
    const broken = verdict(() => {
      throw new TypeError("x is undefined");
    }, true);
    assert.equal(broken.verdict, "error");
    assert.equal(broken.reason, "x is undefined");
  });

  it("waits for a value that is not known", () => {
    const reading = verdict(({ props }) => [`is ${props.size}.`], false, { size: unknownText });
    assert.equal(reading.verdict, "unknown");
  });
});
