import assert from "node:assert/strict";
import fc from "fast-check";
import { type Lease, planSweep, span } from "../../../delivery/features/expiry.ts";

const now = new Date("2026-11-21T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const lease = (more: Partial<Lease>): Lease => ({
  stack: "pr-42",
  lastUpdate: hoursAgo(1),
  timeToLiveHours: 72,
  updateInProgress: false,
  halfDestroyed: false,
  ...more,
});
const stateOf = (more: Partial<Lease>) => planSweep([lease(more)], now)[0]?.state;

describe("the end of feature environments", () => {
  it("comes when nobody has brought them up for their time to live, not a moment earlier", () => {
    assert.equal(stateOf({ lastUpdate: hoursAgo(71.99) }), "alive");
    assert.equal(stateOf({ lastUpdate: hoursAgo(72) }), "over");
    assert.equal(stateOf({ lastUpdate: hoursAgo(2), timeToLiveHours: 1 }), "over");
  });

  it("waits while somebody works on them", () => {
    assert.equal(stateOf({ lastUpdate: hoursAgo(100), updateInProgress: true }), "busy");
  });

  it("comes again for one whose destruction failed half-way, though that touched it just now", () => {
    assert.equal(stateOf({ lastUpdate: hoursAgo(0.1), halfDestroyed: true }), "over");
  });

  it("does not come to one that was only just created", () => {
    assert.deepEqual(planSweep([lease({ lastUpdate: undefined })], now), [
      { stack: "pr-42", state: "alive", expires: undefined },
    ]);
  });

  it("never takes one whose expiry is still to come", () => {
    const leases = fc.record({
      age: fc.double({ min: 0, max: 1000, noNaN: true }),
      live: fc.integer({ min: 1, max: 336 }),
    });
    fc.assert(
      fc.property(fc.array(leases), (all) => {
        const fates = planSweep(
          all.map(({ age, live }) => lease({ lastUpdate: hoursAgo(age), timeToLiveHours: live })),
          now,
        );
        return fates.every(({ state, expires }) => (state === "over") === (expires?.getTime() ?? 0) <= now.getTime());
      }),
    );
  });

  for (const [milliseconds, text] of [
    [0, "0 min"],
    [59.9 * 60_000, "59 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [72 * 3_600_000, "3 d"],
  ] as const) {
    it(`is told as ${text}`, () => assert.equal(span(milliseconds), text));
  }
});
