import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { summarizeEvents } from "../../delivery/cli/changes.ts";
import { propertyLine, summaryLines } from "../../delivery/cli/changes-text.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::slipway::${type}::${name}`;

function step(op: string, type: string, name: string, before?: object, after?: object) {
  const state = (inputs?: object) => inputs && { inputs, outputs: inputs };
  return { metadata: { op, urn: urn(type, name), type, old: state(before), new: state(after) } };
}

const log = (...events: object[]) => events.map((event) => JSON.stringify(event)).join("\n");
const flags = "pulumi-nodejs:dynamic/slipway:Flags";

describe("the summary of a preview", () => {
  it("tells a changed property in one line, by its path", () => {
    const event = step(
      "update",
      flags,
      "dev-flags-set",
      { flags: { a: "on, rollout 50 %", b: "off" }, version: 1 },
      { flags: { a: "on, rollout 60 %", b: "off" }, version: 1 },
    );
    assert.deepEqual(summarizeEvents(log({ resourcePreEvent: event }), "inputs").changes, [
      {
        operation: "update",
        name: "dev-flags-set",
        type: "slipway:Flags",
        properties: [{ path: "flags.a", before: "on, rollout 50 %", after: "on, rollout 60 %" }],
        holds: "what operators made of the flags",
      },
    ]);
  });

  it("takes no drift from what AWS itself moves on all the time, and hides no other with it", () => {
    const database = (before: object, after: object) =>
      log({ resOutputsEvent: step("update", "aws:rds/instance:Instance", "db", before, after) });
    const [earlier, later] = ["2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z"];
    const moved = database({ latestRestorableTime: earlier }, { latestRestorableTime: later });
    assert.deepEqual(summarizeEvents(moved, "outputs").changes, []);
    const changed = database(
      { latestRestorableTime: earlier, multiAz: true },
      { latestRestorableTime: later, multiAz: false },
    );
    assert.deepEqual(summarizeEvents(changed, "outputs").changes[0]?.properties.map(propertyLine), [
      "~ multiAz: true => false",
    ]);
  });

  it("tells added and removed properties and items of lists", () => {
    const event = step("update", flags, "f", { gone: 1, list: ["a", "b"] }, { come: true, list: ["a", "c"] });
    assert.deepEqual(
      summarizeEvents(log({ resourcePreEvent: event }), "inputs").changes[0]?.properties.map(propertyLine),
      ["+ come: true", "- gone: 1", '~ list[1]: "b" => "c"'],
    );
  });

  it("says of a value that only up can know that it is known after up", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const event = step("update", flags, "f", { id: "x", list: ["x"] }, { id: unknown, list: [unknown, "y"] });
    assert.deepEqual(
      summarizeEvents(log({ resourcePreEvent: event }), "inputs").changes[0]?.properties.map(propertyLine),
      ['~ id: "x" => (known after up)', '~ list: ["x"] => [(known after up),"y"]'],
    );
  });

  it("puts replacements and deletions first", () => {
    const type = "github:index/repositoryEnvironment:RepositoryEnvironment";
    const events = ["create", "update", "delete", "replace"].map((op) => ({
      resourcePreEvent: step(op, type, op, { a: 1 }, { a: 2 }),
    }));
    const { changes } = summarizeEvents(log(...events), "inputs");
    assert.deepEqual(
      changes.map(({ operation, type: shown }) => [operation, shown]),
      ["replace", "delete", "update", "create"].map((operation) => [operation, "github:RepositoryEnvironment"]),
    );
  });

  it("leaves out what stays, the engine's own resources, components and the steps inside a replacement", () => {
    const events = [
      step("same", flags, "f"),
      step("update", "pulumi:providers:github", "p", { a: 1 }, { a: 2 }),
      step("create", "slipway:index:Network", "staging-network"),
      step("create-replacement", flags, "f"),
      step("delete-replaced", flags, "f"),
    ].map((event) => ({ resourcePreEvent: event }));
    const summary = summarizeEvents(log(...events, { summaryEvent: { resourceChanges: { same: 7 } } }), "inputs");
    assert.deepEqual(summary, { changes: [], unchanged: 7, violations: [] });
  });

  it("tells violations of policies in plain words", () => {
    const event = {
      policyName: "github-environment-no-bypass",
      enforcementLevel: "mandatory",
      message: "<{%reset%}>Admins may bypass.<{%reset%}>\n",
      resourceUrn: urn(flags, "dev-github-dev"),
    };
    const summary = summarizeEvents(log({ policyEvent: event }), "inputs");
    assert.deepEqual(summary.violations, [
      { policy: event.policyName, level: "mandatory", resource: "dev-github-dev", message: "Admins may bypass." },
    ]);
    assert.match(
      summaryLines(summary, "planned", "would:", "nothing").join("\n"),
      /github-environment-no-bypass, dev-github-dev/,
    );
  });

  it("compares how things are, not what was asked for, to find drift", () => {
    const event = { op: "update", urn: urn(flags, "f"), type: flags };
    const old = { inputs: { same: 1 }, outputs: { operated: {} } };
    const now = { inputs: { same: 1 }, outputs: { operated: { a: "off" } } };
    const events = log({ resOutputsEvent: { metadata: { ...event, old, new: now } } });
    assert.deepEqual(summarizeEvents(events, "outputs").changes[0]?.properties.map(propertyLine), [
      '+ operated.a: "off"',
    ]);
    assert.deepEqual(summarizeEvents(events, "inputs").changes, []);
  });

  it("says of drift what has happened, not what is going to", () => {
    const gone = { metadata: { op: "delete", urn: urn(flags, "f"), type: flags } };
    const events = log({ resOutputsEvent: gone }, { summaryEvent: { resourceChanges: { same: 1 } } });
    const lines = summaryLines(summarizeEvents(events, "outputs"), "found", "Drift:", "none").join("\n");
    assert.match(stripVTControlCharacters(lines), /- gone {2}f/);
    assert.match(lines, /1 gone, 1 unchanged$/);
  });

  it("ends with the totals", () => {
    const events = log(
      { resourcePreEvent: step("create", flags, "a") },
      { resourcePreEvent: step("create", flags, "b") },
      { summaryEvent: { resourceChanges: { same: 3, create: 2 } } },
    );
    assert.equal(
      summaryLines(summarizeEvents(events, "inputs"), "planned", "h", "n").at(-1),
      "2 to create, 3 unchanged",
    );
  });
});
