import assert from "node:assert/strict";
import fc from "fast-check";
import { openness } from "../../../delivery/calendar/openness.ts";
import { upcoming } from "../../../delivery/calendar/upcoming.ts";
import { upcomingText } from "../../../delivery/calendar/upcoming-text.ts";
import { UsageError } from "../../../delivery/errors.ts";
import { deploymentKinds } from "../../../delivery/process/schema-calendar.ts";
import { defaultBlackouts, rulesOf } from "./rules.ts";

const rules = rulesOf({
  blackouts: [...defaultBlackouts, { title: "Maintenance", start: "2026-12-03T12:00", end: "2026-12-03T13:00" }],
});

describe("what lies ahead in the calendar", () => {
  it("is told in the order of time, in local time", () => {
    const entries = upcoming(rules, "2026-11-25T16:00:00Z", "2026-12-06T00:00:00Z");
    assert.deepEqual(upcomingText(rules, entries), [
      "Wed 2026-11-25  10:00-16:00        open     normal, critical, emergency  Deployment window (normal)",
      "Thu 2026-11-26  all day            stopped  normal, critical             Major holidays: Thanksgiving Day",
      "Fri 2026-11-27  to Mon 2026-11-30  stopped  normal, critical             Black Friday to Cyber Monday",
      "Sat 2026-11-28  00:00-24:00        open     emergency                    Deployment window (emergency)",
      "Sun 2026-11-29  00:00-24:00        open     emergency                    Deployment window (emergency)",
      "Tue 2026-12-01  10:00-16:00        open     normal, critical, emergency  Deployment window (normal)",
      "Wed 2026-12-02  10:00-16:00        open     normal, critical, emergency  Deployment window (normal)",
      "Thu 2026-12-03  10:00-12:00        open     normal, critical, emergency  Deployment window (normal)",
      "Thu 2026-12-03  12:00-13:00        stopped  normal, critical             Maintenance",
      "Thu 2026-12-03  13:00-16:00        open     normal, critical, emergency  Deployment window (normal)",
      "Fri 2026-12-04  10:00-12:00        open     critical, emergency          Deployment window (critical)",
      "Sat 2026-12-05  00:00-24:00        open     emergency                    Deployment window (emergency)",
    ]);
  });

  it("tells hours of several days by both days", () => {
    const night = rulesOf({ blackouts: [{ title: "Move", start: "2026-12-05T22:00", end: "2026-12-06T04:00" }] });
    const lines = upcomingText(night, upcoming(night, "2026-12-06T03:30:00Z", "2026-12-06T03:31:00Z"));
    assert.deepEqual(lines, [
      "Sat 2026-12-05  00:00-24:00                open     emergency         Deployment window (emergency)",
      "Sat 2026-12-05  22:00 to 2026-12-06 04:00  stopped  normal, critical  Move",
    ]);
  });

  it("is plain data", () => {
    assert.deepEqual(upcoming(rules, "2026-12-03T17:00:00Z", "2026-12-03T18:00:00Z"), [
      {
        id: "blackout-20261203T1700-17ccfa5b681e",
        type: "blackout",
        title: "Maintenance",
        kinds: ["normal", "critical"],
        start: "2026-12-03T17:00:00.000Z",
        end: "2026-12-03T18:00:00.000Z",
      },
    ]);
    const [thanksgiving] = upcoming(rules, "2026-11-26T17:00:00Z", "2026-11-26T18:00:00Z");
    assert.deepEqual(thanksgiving?.days, { first: "2026-11-26", last: "2026-11-26" });
  });

  it("lists what begins before the time asked for and what ends after it, but nothing that only touches it", () => {
    const titles = (from: string, until: string) => upcoming(rules, from, until).map(({ start }) => start.slice(0, 16));
    assert.deepEqual(titles("2026-12-02T16:00:00Z", "2026-12-02T16:01:00Z"), ["2026-12-02T15:00"]);
    assert.deepEqual(titles("2026-12-01T21:00:00Z", "2026-12-02T15:00:00Z"), []);
  });

  it("keeps what a window still admits while a blackout stops some kinds only", () => {
    const some = rulesOf({
      blackouts: [{ title: "x", start: "2026-12-01T12:00", end: "2026-12-01T13:00", for: ["normal"] }],
    });
    const parts = upcoming(some, "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z").filter(
      ({ type }) => type === "window",
    );
    assert.deepEqual(
      parts.map(({ id, start, kinds }) => [id, start.slice(11, 16), kinds.join()]),
      [
        ["window-2026-12-01-1000-1600-normal", "15:00", "normal,critical,emergency"],
        ["window-2026-12-01-1000-1600-normal-2", "17:00", "critical,emergency"],
        ["window-2026-12-01-1000-1600-normal-3", "18:00", "normal,critical,emergency"],
      ],
    );
  });

  it("gives an entry the same id whatever time is asked for, and no id twice", () => {
    const twice = rulesOf({
      windows: [...rules.windows, ...rules.windows],
      blackouts: [...rules.blackouts, ...rules.blackouts],
    });
    const year = upcoming(twice, "2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z");
    assert.equal(new Set(year.map(({ id }) => id)).size, year.length);
    const whole = upcoming(rules, "2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z");
    const afternoon = upcoming(rules, "2026-12-03T18:30:00Z", "2027-01-04T00:00:00Z");
    assert.ok(afternoon.length > 20);
    for (const entry of afternoon)
      assert.deepEqual(
        whole.find(({ id }) => id === entry.id),
        entry,
      );
  });

  it("lists exactly the time in which normal and critical deployments may go", () => {
    const entries = upcoming(rules, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    const minutes = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 - 1 });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...deploymentKinds.slice(0, 2)), (minute, kind) => {
        const at = new Date(minute * 60_000).toISOString();
        const listed = entries.some(
          ({ type, kinds, start, end }) => type === "window" && kinds.includes(kind) && start <= at && at < end,
        );
        assert.equal(listed, openness(rules, at, kind).open, at);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses an end before the beginning, and more than ten years", () => {
    assert.throws(() => upcoming(rules, "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"), UsageError);
    assert.throws(() => upcoming(rules, "2026-12-01T00:00:00Z", "2037-12-01T00:00:00Z"), /ten years/);
  });
});
