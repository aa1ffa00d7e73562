import assert from "node:assert/strict";
import fc from "fast-check";
import { DateTime } from "luxon";
import { lastWeeks, weekOf, within } from "../../../delivery/metrics/week.ts";

const hour = 3_600_000;

describe("the week of a moment", () => {
  const table: readonly [moment: string, zone: string, name: string, start: string, end: string, what: string][] = [
    [
      "2026-11-30T04:59:59Z",
      "America/New_York",
      "2026-W48",
      "2026-11-23T05:00:00.000Z",
      "2026-11-30T05:00:00.000Z",
      "Sunday night in New York is still the week before",
    ],
    [
      "2026-11-30T05:00:00Z",
      "America/New_York",
      "2026-W49",
      "2026-11-30T05:00:00.000Z",
      "2026-12-07T05:00:00.000Z",
      "Monday begins at midnight there",
    ],
    [
      "2026-10-28T12:00:00Z",
      "America/New_York",
      "2026-W44",
      "2026-10-26T04:00:00.000Z",
      "2026-11-02T05:00:00.000Z",
      "the week in which clocks go back has 169 hours",
    ],
    [
      "2026-03-04T12:00:00Z",
      "America/New_York",
      "2026-W10",
      "2026-03-02T05:00:00.000Z",
      "2026-03-09T04:00:00.000Z",
      "the week in which clocks go forward has 167",
    ],
    [
      "2027-01-01T12:00:00Z",
      "America/New_York",
      "2026-W53",
      "2026-12-28T05:00:00.000Z",
      "2027-01-04T05:00:00.000Z",
      "New Year's Day of 2027 lies in the old year's week 53",
    ],
    [
      "2024-12-30T12:00:00Z",
      "Europe/Berlin",
      "2025-W01",
      "2024-12-29T23:00:00.000Z",
      "2025-01-05T23:00:00.000Z",
      "30 December of 2024 lies in the new year's week 1",
    ],
    [
      "2026-01-01T00:00:00Z",
      "UTC",
      "2026-W01",
      "2025-12-29T00:00:00.000Z",
      "2026-01-05T00:00:00.000Z",
      "week 1 of 2026 begins in 2025",
    ],
  ];
  for (const [moment, zone, name, start, end, what] of table) {
    it(`${what} (${name})`, () => {
      const week = weekOf(moment, zone);
      assert.deepEqual([week.name, week.start, week.end], [name, start, end]);
    });
  }

  it("is the one that luxon finds, in every zone and at every moment", () => {
    const moments = fc.date({ min: new Date("2015-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
    const zones = fc.constantFrom("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC");
    fc.assert(
      fc.property(moments, zones, (date, zone) => {
        const week = weekOf(date.toISOString(), zone);
        const local = DateTime.fromJSDate(date, { zone });
        assert.equal(week.name, local.toFormat("kkkk-'W'WW"));
        assert.equal(Date.parse(week.start), local.startOf("week").toMillis());
        assert.ok(within(date.toISOString(), week));
      }),
      { numRuns: 300 },
    );
  });
});

describe("the last weeks", () => {
  it("end with the one that has begun and leave no hour between them, over a change of clocks and of the year", () => {
    const weeks = lastWeeks("2027-01-20T12:00:00Z", 20, "America/New_York");
    assert.deepEqual([weeks[0]?.name, weeks.at(-1)?.name], ["2026-W37", "2027-W03"]);
    for (const [index, week] of weeks.slice(1).entries()) assert.equal(week.start, weeks[index]?.end);
    const hours = weeks.map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / hour);
    assert.deepEqual([...new Set(hours)].sort(), [168, 169]);
  });
});
