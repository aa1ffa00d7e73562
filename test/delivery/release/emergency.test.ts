import assert from "node:assert/strict";
import fc from "fast-check";
import { escalation } from "../../../delivery/release/emergency.ts";
import { process } from "./fixture.ts";

const declaredAt = "2026-12-01T16:00:00.000Z";
const minute = (minutes: number) => new Date(Date.parse(declaredAt) + minutes * 60_000).toISOString();
const alarm = { declaredAt, customersHit: false };
const told = (now: number, more: object = {}) =>
  escalation(process, { ...alarm, ...more }, minute(now)).due.map(({ role }) => role);

describe("telling people of an emergency", () => {
  const line: readonly (readonly [number, readonly string[], number | undefined])[] = [
    [0, ["on-call"], 15],
    [14.9, ["on-call"], 15],
    [15, ["on-call", "tech-lead"], 30],
    [30, ["on-call", "tech-lead", "engineering-manager"], 60],
    [60, ["on-call", "tech-lead", "engineering-manager", "cto"], undefined],
    [600, ["on-call", "tech-lead", "engineering-manager", "cto"], undefined],
  ];
  for (const [after, roles, next] of line) {
    it(`has told ${roles.join(", ")} after ${after} minutes`, () => {
      const plan = escalation(process, alarm, minute(after));
      assert.deepEqual(
        plan.due.map(({ role }) => role),
        roles,
      );
      assert.equal(plan.next, next === undefined ? undefined : minute(next));
    });
  }

  it("tells the CEO too when customers are hit", () => {
    assert.ok(told(60, { customersHit: true }).includes("ceo"));
    assert.ok(!told(59, { customersHit: true }).includes("ceo"));
  });

  it("stops when somebody acknowledges, and tells those all the same whose time had come before", () => {
    const acknowledged = { at: minute(20), by: "github:tina" };
    const plan = escalation(process, { ...alarm, acknowledged }, minute(90));
    assert.deepEqual(plan.due, [
      { role: "on-call", at: minute(0) },
      { role: "tech-lead", at: minute(15) },
    ]);
    assert.equal(plan.next, undefined);
  });

  it("tells nobody whose time comes at the very moment of the acknowledgement", () => {
    assert.deepEqual(told(90, { acknowledged: { at: minute(15), by: "github:olga" } }), ["on-call"]);
  });

  it("says until when leadership has to know, acknowledged or not, and when that is over", () => {
    const acknowledged = { at: minute(1), by: "github:olga" };
    const leadership = (now: number) => escalation(process, { ...alarm, acknowledged }, minute(now)).leadership;
    assert.deepEqual(leadership(30), { roles: ["engineering-manager", "cto"], by: minute(30), late: false });
    assert.equal(leadership(30.1).late, true);
  });

  it("never takes back what is due as time goes on, and tells next exactly when it says", () => {
    fc.assert(
      fc.property(fc.nat(120), fc.nat(60), fc.boolean(), (now, more, customersHit) => {
        const [early, late] = [told(now, { customersHit }), told(now + more, { customersHit })];
        assert.deepEqual(late.slice(0, early.length), early);
        const { next } = escalation(process, { ...alarm, customersHit }, minute(now));
        if (next === undefined) return;
        assert.ok(escalation(process, { ...alarm, customersHit }, next).due.length > early.length);
        const justBefore = new Date(Date.parse(next) - 1).toISOString();
        assert.equal(escalation(process, { ...alarm, customersHit }, justBefore).due.length, early.length);
      }),
    );
  });
});
