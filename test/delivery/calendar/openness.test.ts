import assert from "node:assert/strict";
import { openness } from "../../../delivery/calendar/openness.ts";
import { UserError } from "../../../delivery/errors.ts";
import type { DeploymentKind } from "../../../delivery/process/schema-calendar.ts";
import { defaultBlackouts, rulesOf } from "./rules.ts";

/** Rules with one window. */
function during(days: readonly string[], from: string, to: string, more: Parameters<typeof rulesOf>[0] = {}) {
  return rulesOf({ windows: [{ days: days as ["sunday"], from, to, for: "normal" }], ...more });
}

const everyDay = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** The open stretches of a time, found by going from answer to answer. */
function stretches(rules: ReturnType<typeof rulesOf>, kind: DeploymentKind, from: string, until: string) {
  const found: string[] = [];
  for (let at: string | undefined = from; at !== undefined && at < until; ) {
    const answer = openness(rules, at, kind);
    if (answer.open) found.push(`${at.slice(0, 16)} ${answer.closesAt?.slice(0, 16)}`);
    at = answer.open ? answer.closesAt : answer.opensAt;
  }
  return found;
}

describe("whether the calendar is open", () => {
  describe("by the windows of the default process", () => {
    const rules = rulesOf({ blackouts: defaultBlackouts });
    // 30 November 2026 is a Monday; New York is at UTC-5.
    const table: readonly [at: string, kinds: readonly DeploymentKind[], what: string][] = [
      ["2026-12-01T14:59:59.999Z", ["emergency"], "Tuesday, before ten"],
      ["2026-12-01T15:00:00Z", ["normal", "critical", "emergency"], "Tuesday at ten"],
      ["2026-12-01T20:59:59.999Z", ["normal", "critical", "emergency"], "Tuesday, just before four"],
      ["2026-12-01T21:00:00Z", ["emergency"], "Tuesday at four"],
      ["2026-12-04T15:00:00Z", ["critical", "emergency"], "Friday at ten"],
      ["2026-12-04T17:00:00Z", ["emergency"], "Friday at noon"],
      ["2026-12-05T17:00:00Z", ["emergency"], "Saturday"],
      ["2026-07-06T14:00:00Z", ["normal", "critical", "emergency"], "ten o'clock of summer"],
      ["2026-07-06T20:00:00Z", ["emergency"], "four o'clock of summer"],
      ["2026-11-26T16:00:00Z", ["emergency"], "Thanksgiving"],
      ["2026-11-30T16:00:00Z", ["emergency"], "Cyber Monday"],
      ["2026-12-30T16:00:00Z", ["emergency"], "the last business day but one of the quarter"],
      ["2026-07-03T15:00:00Z", ["emergency"], "the Friday on which Independence Day is observed"],
    ];
    for (const [at, kinds, what] of table) {
      it(`lets ${kinds.join(", ")} deployments go: ${what}`, () => {
        const open = (["normal", "critical", "emergency"] as const).filter((kind) => openness(rules, at, kind).open);
        assert.deepEqual(open, kinds);
      });
    }

    it("says why, until when, and by which rule", () => {
      assert.deepEqual(openness(rules, "2026-12-01T16:00:00Z", "normal"), {
        open: true,
        because:
          "The window Monday to Thursday 10:00-16:00 (America/New_York) is open to normal, critical, emergency deployments.",
        window: rules.windows[0],
        closesAt: "2026-12-01T21:00:00.000Z",
      });
      assert.deepEqual(openness(rules, "2026-12-05T16:00:00Z", "critical"), {
        open: false,
        because: "No window for critical deployments is open at 2026-12-05 11:00 (America/New_York).",
        opensAt: "2026-12-07T15:00:00.000Z",
      });
      assert.deepEqual(openness(rules, "2026-11-26T16:00:00Z", "normal"), {
        open: false,
        because:
          'The blackout "Major holidays: Thanksgiving Day" stops normal and critical deployments until 2026-11-27 00:00 (America/New_York).',
        window: rules.windows[0],
        blackout: rules.blackouts[0],
        opensAt: "2026-12-01T15:00:00.000Z",
      });
      assert.deepEqual(openness(rules, "2026-12-01T02:00:00Z", "emergency"), {
        open: true,
        because: "An emergency waits for no window, and no blackout names it.",
      });
    });
  });

  describe("when clocks change", () => {
    const table: readonly [
      what: string,
      rules: ReturnType<typeof rulesOf>,
      from: string,
      until: string,
      stretches: readonly string[],
    ][] = [
      [
        "opens a window that begins in the gap when the gap ends",
        during(["sunday"], "02:15", "04:00"),
        "2026-03-08T00:00:00Z",
        "2026-03-09T00:00:00Z",
        ["2026-03-08T07:00 2026-03-08T08:00"],
      ],
      [
        "closes a window that ends in the gap when the gap begins",
        during(["sunday"], "01:00", "02:30"),
        "2026-03-08T00:00:00Z",
        "2026-03-09T00:00:00Z",
        ["2026-03-08T06:00 2026-03-08T07:00"],
      ],
      [
        "leaves out a window that lies in the gap",
        during(["sunday"], "02:15", "02:45"),
        "2026-03-08T00:00:00Z",
        "2026-03-16T00:00:00Z",
        ["2026-03-15T06:15 2026-03-15T06:45"],
      ],
      [
        "keeps a window open over both occurrences of an hour in the fold",
        during(["sunday"], "01:15", "01:45"),
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        ["2026-11-01T05:15 2026-11-01T06:45"],
      ],
      [
        "closes a window at the second occurrence of its end",
        during(["sunday"], "00:30", "01:30"),
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        ["2026-11-01T04:30 2026-11-01T06:30"],
      ],
      [
        "opens a window at the first occurrence of its beginning",
        during(["sunday"], "01:30", "03:00"),
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        ["2026-11-01T05:30 2026-11-01T08:00"],
      ],
      [
        "takes a day of 23 hours whole",
        during(["sunday"], "00:00", "24:00"),
        "2026-03-08T00:00:00Z",
        "2026-03-09T12:00:00Z",
        ["2026-03-08T05:00 2026-03-09T04:00"],
      ],
      [
        "takes a day of 25 hours whole",
        during(["sunday"], "00:00", "24:00"),
        "2026-11-01T00:00:00Z",
        "2026-11-02T12:00:00Z",
        ["2026-11-01T04:00 2026-11-02T05:00"],
      ],
      [
        "knows a gap of half an hour",
        during(["sunday"], "02:10", "03:00", { timeZone: "Australia/Lord_Howe" }),
        "2026-10-03T00:00:00Z",
        "2026-10-04T12:00:00Z",
        ["2026-10-03T15:30 2026-10-03T16:00"],
      ],
      [
        "knows a fold of half an hour",
        during(["sunday"], "01:40", "01:50", { timeZone: "Australia/Lord_Howe" }),
        "2026-04-04T00:00:00Z",
        "2026-04-05T12:00:00Z",
        ["2026-04-04T14:40 2026-04-04T15:20"],
      ],
      [
        "stops from the first to the last occurrence of a blackout's hours",
        during(["sunday"], "00:00", "04:00", {
          blackouts: [{ title: "x", start: "2026-11-01T01:15", end: "2026-11-01T01:45" }],
        }),
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        ["2026-11-01T04:00 2026-11-01T05:15", "2026-11-01T06:45 2026-11-01T09:00"],
      ],
      [
        "stops nothing by a blackout whose hours do not come about",
        during(["sunday"], "00:00", "04:00", {
          blackouts: [{ title: "x", start: "2026-03-08T02:00", end: "2026-03-08T03:00" }],
        }),
        "2026-03-08T00:00:00Z",
        "2026-03-09T00:00:00Z",
        ["2026-03-08T05:00 2026-03-08T08:00"],
      ],
      [
        // Egypt's clocks go from Friday 00:00 to 01:00 on 30 April 2027.
        "begins a day whose midnight is in the gap when the gap ends",
        during(["friday"], "00:00", "02:00", { timeZone: "Africa/Cairo" }),
        "2027-04-29T12:00:00Z",
        "2027-05-01T00:00:00Z",
        ["2027-04-29T22:00 2027-04-29T23:00"],
      ],
    ];
    for (const [what, rules, from, until, expected] of table) {
      it(what, () => assert.deepEqual(stretches(rules, "normal", from, until), expected));
    }
  });

  describe("under blackouts", () => {
    const monday = "2026-12-07T16:00:00Z";
    const freeze = { title: "Campaign", first: "2026-12-07", last: "2026-12-08" };

    it("is not closed by a freeze that lies ahead, but says when it closes for it", () => {
      const rules = during(everyDay, "00:00", "24:00", { blackouts: [freeze] });
      const answer = openness(rules, "2026-12-06T16:00:00Z", "normal");
      assert.equal(answer.open, true);
      assert.equal(answer.blackout, undefined);
      assert.equal(answer.closesAt, "2026-12-07T05:00:00.000Z");
    });

    it("is not closed by a freeze that is over", () => {
      assert.equal(openness(rulesOf({ blackouts: [freeze] }), "2026-12-09T15:00:00Z", "normal").open, true);
    });

    it("is closed on the first and on the last day of a freeze, and open at the moment after", () => {
      const rules = during(everyDay, "00:00", "24:00", { blackouts: [freeze] });
      const open = ["2026-12-07T04:59:59Z", "2026-12-07T05:00:00Z", "2026-12-09T04:59:59Z", "2026-12-09T05:00:00Z"];
      assert.deepEqual(
        open.map((at) => openness(rules, at, "normal").open),
        [true, false, false, true],
      );
    });

    it("stops only the kinds that a blackout names", () => {
      const rules = rulesOf({ blackouts: [{ ...freeze, for: ["normal"] }] });
      assert.deepEqual(
        (["normal", "critical", "emergency"] as const).map((kind) => openness(rules, monday, kind).open),
        [false, true, true],
      );
    });

    it("stops an emergency by a blackout that names it, and says when that ends", () => {
      const rules = rulesOf({ blackouts: [{ ...freeze, for: ["emergency"] }] });
      const answer = openness(rules, monday, "emergency");
      assert.equal(answer.open, false);
      assert.equal(answer.opensAt, "2026-12-09T05:00:00.000Z");
      assert.equal(openness(rules, "2026-12-06T16:00:00Z", "emergency").closesAt, "2026-12-07T05:00:00.000Z");
    });

    it("names the blackout that lasts longest", () => {
      const longer = { title: "Longer", first: "2026-12-01", last: "2026-12-24" };
      const answer = openness(rulesOf({ blackouts: [freeze, longer] }), monday, "normal");
      assert.equal(answer.blackout?.title, "Longer");
      assert.equal(answer.opensAt, "2026-12-28T15:00:00.000Z");
    });

    it("cuts a window where hours of maintenance begin, and opens it again where they end", () => {
      const rules = rulesOf({ blackouts: [{ title: "x", start: "2026-12-07T12:00", end: "2026-12-07T13:30" }] });
      assert.deepEqual(stretches(rules, "normal", "2026-12-07T12:00:00Z", "2026-12-08T00:00:00Z"), [
        "2026-12-07T15:00 2026-12-07T17:00",
        "2026-12-07T18:30 2026-12-07T21:00",
      ]);
    });

    it("takes a freeze that is longer than a year", () => {
      const rules = rulesOf({ blackouts: [{ title: "x", first: "2026-06-01", last: "2028-02-29" }] });
      assert.equal(openness(rules, monday, "normal").opensAt, "2028-03-01T15:00:00.000Z");
    });

    it("names a country that nobody knows, when it is asked", () => {
      const rules = rulesOf({ blackouts: [{ title: "x", holidays: "UK" }] });
      assert.throws(
        () => openness(rules, monday, "normal"),
        (error) => error instanceof UserError && /"UK"/.test(error.message),
      );
    });
  });

  describe("for how long", () => {
    it("takes windows together that touch, over midnight and over New Year", () => {
      const rules = rulesOf({
        windows: [
          { days: ["thursday"], from: "10:00", to: "12:00", for: "critical" },
          { days: ["thursday"], from: "12:00", to: "24:00", for: "normal" },
          { days: ["friday"], from: "00:00", to: "06:00", for: "normal" },
        ],
      });
      // 31 December 2026 is a Thursday.
      assert.equal(openness(rules, "2026-12-31T15:00:00Z", "critical").closesAt, "2027-01-01T11:00:00.000Z");
      assert.equal(openness(rules, "2026-12-31T15:00:00Z", "normal").opensAt, "2026-12-31T17:00:00.000Z");
    });

    it("says no end when there is none within two years", () => {
      const answer = openness(during(everyDay, "00:00", "24:00"), "2026-12-07T16:00:00Z", "normal");
      assert.equal(answer.open, true);
      assert.ok(!("closesAt" in answer));
    });

    it("finds an end that is more than a year ahead", () => {
      const rules = during(everyDay, "00:00", "24:00", {
        blackouts: [{ title: "x", first: "2028-11-30", last: "2028-11-30" }],
      });
      assert.equal(openness(rules, "2026-12-07T16:00:00Z", "normal").closesAt, "2028-11-30T05:00:00.000Z");
    });

    it("says no beginning when it never opens", () => {
      const never = [
        rulesOf({ blackouts: [{ title: "x", first: "2026-01-01", last: "2036-01-01" }] }),
        rulesOf({ windows: [{ days: ["monday"], from: "10:00", to: "11:00", for: "emergency" }] }),
      ];
      for (const rules of never) {
        const answer = openness(rules, "2026-12-07T15:30:00Z", "normal");
        assert.equal(answer.open, false);
        assert.ok(!("opensAt" in answer) && !("closesAt" in answer));
      }
    });
  });

  it("gives the same answer again after every other year was asked for", () => {
    const rules = rulesOf({ blackouts: defaultBlackouts });
    const ask = () => openness(rules, "2026-11-25T15:00:00Z", "normal");
    const first = ask();
    for (let year = 2000; year < 2060; year += 1) openness(rules, `${year}-02-28T15:00:00Z`, "normal");
    assert.deepEqual(ask(), first);
  });

  it("refuses what is no moment", () => {
    for (const at of ["2026-12-01", "2026-12-01T10:00", "now"])
      assert.throws(() => openness(rulesOf(), at, "normal"), RangeError);
  });
});
