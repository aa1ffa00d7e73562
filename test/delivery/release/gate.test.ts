import assert from "node:assert/strict";
import { gate } from "../../../delivery/release/gate.ts";
import { deployment, digest, frozen, open, process, promotion } from "./fixture.ts";
import { changes } from "./situations/changes.ts";
import { emergencies } from "./situations/emergencies.ts";
import { people } from "./situations/people.ts";
import { rollbacks } from "./situations/rollbacks.ts";
import { surroundings } from "./situations/surroundings.ts";
import { time } from "./situations/time.ts";

const situations = { ...people, ...changes, ...time, ...surroundings, ...emergencies, ...rollbacks };

describe("the gate", () => {
  for (const [situation, { facts, opensAt, process: rules = process, says, tells, verdict }] of Object.entries(
    situations,
  )) {
    it(`says ${says.join(", ") || "go"}: ${situation}`, () => {
      const answer = gate(frozen(rules), frozen(facts));
      assert.deepEqual(
        answer.obstacles.map(({ kind }) => kind),
        says,
        JSON.stringify(answer.obstacles, null, 2),
      );
      assert.equal(answer.verdict, verdict ?? (says.length === 0 ? "open" : "waiting"));
      assert.equal(answer.opensAt, opensAt);
      if (tells) assert.match(answer.obstacles[0]?.what ?? "", tells);
      for (const { remedy, what } of answer.obstacles) assert.ok(what.length > 10 && remedy.length > 10);
    });
  }

  it("names who filled which role, what shows which validation, and when the window closes", () => {
    assert.deepEqual(gate(process, open), {
      verdict: "open",
      obstacles: [],
      approvals: [
        { role: "cto", actor: "github:carl", deployables: ["backend"] },
        { role: "release-manager", actor: "github:rita", deployables: ["backend"] },
      ],
      validations: [
        { validation: "load", evidence: open.evidence[1] },
        { validation: "smoke", evidence: open.evidence[0] },
      ],
      closesAt: "2026-12-01T21:00:00.000Z",
    });
  });

  it("names the role, the team and the deployables of an approval that is missing", () => {
    assert.deepEqual(gate(process, { ...open, decisions: open.decisions.slice(0, 1) }).obstacles, [
      {
        kind: "approval",
        what: "Missing: the approval of CTO, for backend.",
        remedy:
          'Somebody of the team "ctos" other than github:dev approves promotion 5, who fills no other role of it.',
        role: "cto",
        deployables: ["backend"],
      },
    ]);
  });

  it("tells each window and blackout until when it holds", () => {
    const { facts } = situations["at Christmas, outside of a window"] ?? { facts: open };
    const timed = gate(process, facts).obstacles.filter(({ until }) => until !== undefined);
    assert.deepEqual(
      timed.map(({ kind, until }) => [kind, until]),
      [
        ["window", "2026-12-28T15:00:00.000Z"],
        ["blackout", "2026-12-28T15:00:00.000Z"],
      ],
    );
  });

  it("offers all roles of an emergency of which one is enough", () => {
    const { facts } = situations["high, asked by the tech lead, who may not act alone"] ?? { facts: open };
    const answer = gate(process, facts);
    assert.deepEqual(answer.approvals, [{ role: "tech-lead", anyOf: ["tech-lead", "cto"], deployables: ["backend"] }]);
    assert.deepEqual(answer.obstacles[0]?.anyOf, ["tech-lead", "cto"]);
  });

  it("tells that a bundle is later than the process wants, and lets it pass all the same", () => {
    const production = { ...process.environments.production, completeWithin: 24 * 60 };
    const hasty = { ...process, environments: { ...process.environments, production } } as typeof process;
    const started = (startedAt: string) => gate(hasty, { ...open, before: [deployment({ startedAt })] });
    assert.equal(started("2026-11-30T16:00:00.000Z").remarks, undefined);
    const late = started("2026-11-30T15:59:00.000Z");
    assert.deepEqual(late.remarks, [
      "It should have been in Production by 2026-12-01T15:59:00.000Z, within 1 day of Staging.",
    ]);
    assert.equal(late.verdict, "open");
  });

  it("will not judge one promotion by another bundle's facts", () => {
    assert.throws(
      () => gate(process, { ...open, promotion: { ...promotion, bundle: digest("c") } }),
      /facts are of bundle/,
    );
  });

  it("answers well within a millisecond", () => {
    const busy = Array.from({ length: 50 }, (_, index) => ({ ...open.decisions[0], actor: `github:p${index}` }));
    const facts = { ...open, decisions: [...open.decisions, ...busy] } as typeof open;
    for (let round = 0; round < 200; round += 1) gate(process, facts);
    const times = Array.from({ length: 300 }, () => {
      const begin = performance.now();
      gate(process, facts);
      return performance.now() - begin;
    });
    const median = times.sort((a, b) => a - b)[150] ?? Number.NaN;
    // The machine may be busy with other things: a fifth of this is usual.
    assert.ok(median < 2, `${median} ms`);
  });
});
