import assert from "node:assert/strict";
import { upcoming } from "../../../delivery/calendar/upcoming.ts";
import { rulesOf } from "./rules.ts";

type Blackouts = NonNullable<NonNullable<Parameters<typeof rulesOf>[0]>["blackouts"]>;

/** The days of all blackouts that begin in some years, as "first..last" or "day". */
function daysOf(blackouts: Blackouts, from: number, to = from, timeZone = "America/New_York"): string[] {
  return upcoming(rulesOf({ blackouts, timeZone }), `${from}-01-03T00:00:00Z`, `${to}-12-31T23:00:00Z`)
    .filter(({ type }) => type === "blackout")
    .map(({ days }) => (days?.first === days?.last ? `${days?.first}` : `${days?.first}..${days?.last}`));
}

describe("blackouts", () => {
  describe("from Black Friday to Cyber Monday", () => {
    it("begin on the day after the fourth Thursday of November, 2024 to 2044", () => {
      // Days of Thanksgiving as calendars print them.
      const thanksgiving = [28, 27, 26, 25, 23, 22, 28, 27, 25, 24, 23, 22, 27, 26, 25, 24, 22, 28, 27, 26, 24];
      const expected = thanksgiving.map((day, index) => {
        const date = (days: number) => new Date(Date.UTC(2024 + index, 10, day + days)).toISOString().slice(0, 10);
        return `${date(1)}..${date(4)}`;
      });
      const blackouts: Blackouts = [{ title: "x", rule: "black-friday-to-cyber-monday" }];
      assert.deepEqual(
        [...daysOf(blackouts, 2024, 2033), ...daysOf(blackouts, 2034, 2043), ...daysOf(blackouts, 2044)],
        expected,
      );
    });
  });

  describe("of holidays", () => {
    it("are the federal ones of the United States, and the days on which they are observed", () => {
      assert.deepEqual(daysOf([{ title: "x", holidays: "US" }], 2027), [
        "2027-01-18",
        "2027-02-15",
        "2027-05-31",
        "2027-06-18",
        "2027-06-19",
        "2027-07-04",
        "2027-07-05",
        "2027-09-06",
        "2027-10-11",
        "2027-11-11",
        "2027-11-25",
        "2027-12-24",
        "2027-12-25",
        "2027-12-31",
      ]);
    });

    it("are observed for Veterans Day on a weekend, which the data calls a bank holiday", () => {
      const november = (year: number) =>
        daysOf([{ title: "x", holidays: "US" }], year).filter((day) => day.startsWith(`${year}-11-1`));
      assert.deepEqual(november(2028), ["2028-11-10", "2028-11-11"]);
      assert.deepEqual(november(2029), ["2029-11-11", "2029-11-12"]);
    });

    it("do not move with the zone of the calendar", () => {
      const [tokyo, honolulu] = ["Asia/Tokyo", "Pacific/Honolulu"].map((zone) => {
        const rules = rulesOf({ timeZone: zone, blackouts: [{ title: "x", holidays: "US" }] });
        return upcoming(rules, "2027-07-01T00:00:00Z", "2027-07-04T20:00:00Z").filter(
          ({ type }) => type === "blackout",
        );
      });
      assert.deepEqual(tokyo?.[0]?.days, { first: "2027-07-04", last: "2027-07-04" });
      assert.equal(tokyo?.[0]?.start, "2027-07-03T15:00:00.000Z");
      assert.deepEqual(honolulu?.[0]?.days, { first: "2027-07-04", last: "2027-07-04" });
      assert.equal(honolulu?.[0]?.start, "2027-07-04T10:00:00.000Z");
    });

    it("last as many days as the country rests, and do not begin at the sunset before", () => {
      // Eid al-Adha of 2028 in Turkey: the day before and four days.
      assert.ok(
        daysOf([{ title: "x", holidays: "TR" }], 2028, 2028, "Europe/Istanbul").includes("2028-05-05..2028-05-09"),
      );
      assert.ok(daysOf([{ title: "x", holidays: "IL" }], 2027, 2027, "Asia/Jerusalem").includes("2027-04-22"));
    });
  });

  describe("of the last business days of a quarter", () => {
    const last = (count: number, more: Blackouts = []): Blackouts => [
      { title: "x", lastBusinessDaysOfQuarter: count },
      ...more,
    ];

    const table: readonly [what: string, year: number, expected: readonly string[]][] = [
      [
        "leave out a weekend at the end, and pass over one within",
        2027,
        ["2027-03-29..2027-03-31", "2027-06-28..2027-06-30", "2027-09-28..2027-09-30", "2027-12-29..2027-12-31"],
      ],
      [
        // 31 March 2024 is a Sunday, 30 June 2024 too.
        "go back to the Friday before",
        2024,
        [
          "2024-03-27..2024-03-29",
          "2024-06-26..2024-06-28",
          "2024-09-26..2024-09-27",
          "2024-09-30",
          "2024-12-27",
          "2024-12-30..2024-12-31",
        ],
      ],
      [
        // 30 September 2028 is a Saturday, 31 December a Sunday.
        "do so for a quarter that ends on a Saturday",
        2028,
        ["2028-03-29..2028-03-31", "2028-06-28..2028-06-30", "2028-09-27..2028-09-29", "2028-12-27..2028-12-29"],
      ],
    ];
    for (const [what, year, expected] of table) {
      it(what, () => assert.deepEqual(daysOf(last(3), year), expected));
    }

    it("count no holiday of the same rules", () => {
      // New Year's Day of 2028 is a Saturday, so that Friday, 31 December 2027, is a day off.
      const days = daysOf(last(3, [{ title: "y", holidays: "US" }]), 2027).filter((day) => day.startsWith("2027-12-"));
      assert.deepEqual(days, ["2027-12-24", "2027-12-25", "2027-12-28..2027-12-30", "2027-12-31"]);
    });

    it("count no holiday either that stops other kinds, and know Easter at the end of March", () => {
      // Good Friday is 29 March 2024; Germany rests.
      const german = last(3, [{ title: "y", holidays: "DE", for: ["emergency"] }]);
      const days = daysOf(german, 2024, 2024, "Europe/Berlin").filter((day) => day.startsWith("2024-03-"));
      assert.deepEqual(days, ["2024-03-26..2024-03-28", "2024-03-29"]);
    });

    it("reach back over weekends where many days are asked for", () => {
      assert.deepEqual(daysOf(last(20), 2024)[0], "2024-03-04..2024-03-08");
    });
  });

  it("know 29 February", () => {
    const campaign: Blackouts = [{ title: "x", first: "2028-02-28", last: "2028-02-29" }];
    const [entry] = upcoming(rulesOf({ blackouts: campaign }), "2028-02-28T12:00:00Z", "2028-02-28T13:00:00Z");
    assert.equal(entry?.end, "2028-03-01T05:00:00.000Z");
    assert.throws(() => rulesOf({ blackouts: [{ title: "x", first: "2027-02-28", last: "2027-02-29" }] }), /such as/);
  });

  const refused: readonly [what: string, written: Parameters<typeof rulesOf>[0], message: RegExp][] = [
    [
      "days that end before they begin",
      { blackouts: [{ title: "x", first: "2027-02-02", last: "2027-02-01" }] },
      /"first/,
    ],
    [
      "hours without length",
      { blackouts: [{ title: "x", start: "2027-02-02T10:00", end: "2027-02-02T10:00" }] },
      /later than/,
    ],
    [
      "a time in UTC for a local one",
      { blackouts: [{ title: "x", start: "2027-02-02T10:00Z", end: "2027-02-03T10:00" }] },
      /local time/,
    ],
    [
      "a window over midnight",
      { windows: [{ days: ["monday"], from: "22:00", to: "02:00", for: "normal" }] },
      /two windows/,
    ],
    ["an offset for a time zone", { timeZone: "+05:30" }, /time zone such as/],
    ["a time zone that nobody has", { timeZone: "Moon/Crater" }, /time zone such as/],
  ];
  for (const [what, written, message] of refused) {
    it(`are refused: ${what}`, () => assert.throws(() => rulesOf(written), message));
  }

  it("are taken in time zones by both of their names", () => {
    for (const timeZone of ["Asia/Kolkata", "Asia/Calcutta", "UTC"])
      assert.equal(rulesOf({ timeZone }).timeZone, timeZone);
  });
});
