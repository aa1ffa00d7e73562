import assert from "node:assert/strict";
import fc from "fast-check";
import { calendarIcs, type IcsOptions } from "../../../delivery/calendar/ics.ts";
import { upcoming } from "../../../delivery/calendar/upcoming.ts";
import { type Component, parseIcs } from "./ics-parser.ts";
import { defaultBlackouts, rulesOf } from "./rules.ts";

const rules = rulesOf({ blackouts: defaultBlackouts });
const [from, until] = ["2026-11-25T00:00:00Z", "2026-12-07T00:00:00Z"] as const;
const stamp = "2026-11-20T08:30:15.123Z";

const promotion = {
  uid: "promotion-17",
  title: "Production: Q4 Feature Release",
  start: "2026-12-02T15:00:00Z",
  end: "2026-12-02T16:00:00Z",
  attendees: [{ email: "release-manager@example.org", name: "Release Manager" }, { email: "on-call@example.org" }],
  description: "Approved by the Release Manager.",
};

function eventsOf(options: Partial<IcsOptions> = {}): readonly Component[] {
  return parseIcs(calendarIcs(rules, from, until, { stamp, ...options })).components;
}

function values(event: Component | undefined): Record<string, string> {
  return Object.fromEntries(
    (event?.properties ?? []).map(({ name, parameters, value }) => {
      const given = Object.entries(parameters).map(([key, each]) => `;${key}=${each}`);
      return [`${name}${given.join("")}`, value];
    }),
  );
}

describe("the calendar as a file for people's calendars", () => {
  it("has every entry once, with the properties that RFC 5545 asks of a calendar and of each event", () => {
    const calendar = parseIcs(calendarIcs(rules, from, until, { stamp, title: "Releases of Shop, web" }));
    assert.equal(calendar.name, "VCALENDAR");
    assert.deepEqual(values(calendar), {
      VERSION: "2.0",
      PRODID: "-//Slipway//Release calendar//EN",
      CALSCALE: "GREGORIAN",
      "X-WR-CALNAME": "Releases of Shop\\, web",
    });
    const entries = upcoming(rules, from, until);
    assert.deepEqual(
      calendar.components.map((event) => values(event).UID),
      entries.map(({ id }) => `${id}@slipway.invalid`),
    );
    for (const event of calendar.components) {
      assert.equal(event.name, "VEVENT");
      const names = event.properties.map(({ name }) => name);
      for (const name of ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP"]) {
        assert.equal(names.filter((each) => each === name).length, 1, `${name} of ${JSON.stringify(event)}`);
      }
      assert.equal(values(event).DTSTAMP, "20261120T083015Z");
    }
  });

  it("shows windows as free time in UTC", () => {
    const event = eventsOf().find((each) => values(each).UID?.startsWith("window-2026-11-25"));
    assert.deepEqual(values(event), {
      UID: "window-2026-11-25-1000-1600-normal@slipway.invalid",
      DTSTAMP: "20261120T083015Z",
      DTSTART: "20261125T150000Z",
      DTEND: "20261125T210000Z",
      SUMMARY: "Deployment window (normal)",
      DESCRIPTION: "Open to normal\\, critical\\, emergency deployments.",
      CATEGORIES: "DEPLOYMENT WINDOW",
      TRANSP: "TRANSPARENT",
    });
  });

  it("shows a blackout of whole days as days, the day after the last as its end", () => {
    const event = eventsOf().find((each) => values(each).SUMMARY?.includes("Cyber Monday"));
    const { UID, ...others } = values(event);
    assert.match(`${UID}`, /^blackout-2026-11-27-[0-9a-f]{12}@slipway\.invalid$/);
    assert.deepEqual(others, {
      DTSTAMP: "20261120T083015Z",
      "DTSTART;VALUE=DATE": "20261127",
      "DTEND;VALUE=DATE": "20261201",
      SUMMARY: "No deployments: Black Friday to Cyber Monday",
      DESCRIPTION: "Stops normal\\, critical deployments.",
      CATEGORIES: "BLACKOUT",
      TRANSP: "OPAQUE",
    });
  });

  it("shows a blackout of hours in UTC", () => {
    const night = rulesOf({ blackouts: [{ title: "Move", start: "2026-12-05T22:00", end: "2026-12-06T04:00" }] });
    const { components } = parseIcs(calendarIcs(night, "2026-12-06T08:00:00Z", "2026-12-06T08:30:00Z", { stamp }));
    const event = values(components.find((each) => values(each).TRANSP === "OPAQUE"));
    assert.deepEqual([event.DTSTART, event.DTEND], ["20261206T030000Z", "20261206T090000Z"]);
  });

  it("has scheduled promotions with those who should be there", () => {
    const event = eventsOf({ promotions: [promotion], domain: "example.org" }).at(-1);
    assert.deepEqual(values(event), {
      UID: "promotion-17@example.org",
      DTSTAMP: "20261120T083015Z",
      DTSTART: "20261202T150000Z",
      DTEND: "20261202T160000Z",
      SUMMARY: "Production: Q4 Feature Release",
      DESCRIPTION: "Approved by the Release Manager.",
      CATEGORIES: "PROMOTION",
      TRANSP: "OPAQUE",
      ORGANIZER: "mailto:releases@example.org",
      "ATTENDEE;CN=Release Manager": "mailto:release-manager@example.org",
      ATTENDEE: "mailto:on-call@example.org",
    });
  });

  it("leaves out of a promotion what nobody gave", () => {
    const names = eventsOf({ promotions: [{ ...promotion, attendees: [], description: "" }] })
      .at(-1)
      ?.properties.map(({ name }) => name);
    assert.deepEqual(names, ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CATEGORIES", "TRANSP"]);
  });

  it("makes the same file from the same arguments", () => {
    const make = () =>
      calendarIcs(rulesOf({ blackouts: defaultBlackouts }), from, until, { stamp, promotions: [promotion] });
    assert.equal(make(), make());
  });

  it("has a component also when nothing lies ahead, as a calendar must", () => {
    const empty = parseIcs(calendarIcs(rulesOf(), "2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z", { stamp }));
    assert.deepEqual(
      empty.components.map((each) => [each.name, values(each).DTSTART, values(each).DTEND]),
      [["VFREEBUSY", "20261201T000000Z", "20261201T120000Z"]],
    );
  });

  it("folds a long line into parts of 75 octets, and tears no character apart", () => {
    const partsOf = (title: string) => {
      const file = calendarIcs(rulesOf(), from, until, { stamp, promotions: [{ ...promotion, title }] });
      const lines = file.split("\r\n");
      const first = lines.findIndex((line) => line.startsWith("SUMMARY:x"));
      const next = lines.findIndex((line, index) => index > first && !line.startsWith(" "));
      return lines.slice(first, next).map((line) => Buffer.byteLength(line));
    };
    assert.deepEqual(partsOf("x".repeat(67)), [75]);
    assert.deepEqual(partsOf("x".repeat(68)), [75, 2]);
    assert.deepEqual(partsOf("x".repeat(67 + 74 + 74 + 1)), [75, 75, 75, 2]);
    // A rocket has four octets: 9 and 16 of them, then 1 and 18.
    assert.deepEqual(partsOf(`x${"\u{1F680}".repeat(16 + 18 + 1)}`), [73, 73, 5]);
  });

  it("carries any text through, and lets none of it become a line of its own", () => {
    // A file carries no control characters but tabs and line ends, and reads every kind of line end as one.
    const carried = (text: string) => text.replaceAll(/\r\n?/g, "\n").replaceAll(/[^\P{Cc}\t\n]/gu, "");
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 120 }),
      fc
        .array(
          fc.constantFrom("\n", "\r\n", "\t", "\u0000", "\\", ";", ",", '"', "^", "BEGIN:VEVENT", "ü", "👩‍🚀", " "),
          {
            maxLength: 60,
          },
        )
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, text, text, (title, description, name) => {
        const file = calendarIcs(rulesOf(), "2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z", {
          stamp,
          promotions: [
            { ...promotion, title, description: `-${description}`, attendees: [{ email: "a@example.org", name }] },
          ],
        });
        const { components } = parseIcs(file);
        assert.equal(components.length, 1);
        const found = Object.fromEntries(
          (components[0]?.properties ?? []).map((property) => [property.name, property]),
        );
        const read = (value = "") =>
          value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
        assert.equal(read(found.SUMMARY?.value), carried(title));
        assert.equal(read(found.DESCRIPTION?.value), `-${carried(description)}`);
        const common = found.ATTENDEE?.parameters.CN ?? "";
        const plain = common.replaceAll(/\^(.)/g, (_, escaped: string) => ({ n: "\n", "'": '"' })[escaped] ?? escaped);
        assert.equal(plain, carried(name));
      }),
      { numRuns: 150 },
    );
  });
});
