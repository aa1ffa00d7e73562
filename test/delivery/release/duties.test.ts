import assert from "node:assert/strict";
import { debtsAfter, overdue } from "../../../delivery/release/duties.ts";
import { debt, process } from "./fixture.ts";

const deployedAt = "2026-12-01T16:00:00.000Z";

describe("reviews that are owed after an emergency", () => {
  it("are those of its severity, counted from the deployment, the first due first", () => {
    assert.deepEqual(debtsAfter(process, "critical", 5, deployedAt), [
      { promotion: 5, review: "immediate", dueAt: "2026-12-02T16:00:00.000Z" },
      { promotion: 5, review: "cause", dueAt: "2026-12-03T16:00:00.000Z" },
      { promotion: 5, review: "plan", dueAt: "2026-12-08T16:00:00.000Z" },
      { promotion: 5, review: "learning", dueAt: "2026-12-15T16:00:00.000Z" },
    ]);
    assert.deepEqual(
      debtsAfter(process, "high", 5, deployedAt).map(({ review }) => review),
      ["immediate", "cause"],
    );
  });

  it("are all there are for a severity that the process has no more", () => {
    assert.equal(debtsAfter(process, "constructor", 5, deployedAt).length, 4);
  });

  it("are overdue a moment after they were due, unless they are paid; the oldest first", () => {
    const [early, late] = [
      debt({ id: 1, dueAt: "2026-12-01T10:00:00.000Z" }),
      debt({ id: 2, dueAt: "2026-12-01T11:00:00.000Z" }),
    ];
    const paid = debt({ id: 3, dueAt: "2026-12-01T09:00:00.000Z", paidAt: "2026-12-05T09:00:00.000Z" });
    const ids = (now: string) => overdue([late, paid, early], now).map(({ id }) => id);
    assert.deepEqual(ids("2026-12-01T10:00:00.000Z"), []);
    assert.deepEqual(ids("2026-12-01T10:00:00.001Z"), [1]);
    assert.deepEqual(ids("2026-12-01T12:00:00.000Z"), [1, 2]);
  });
});
