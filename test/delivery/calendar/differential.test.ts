import assert from "node:assert/strict";
import fc from "fast-check";
import { IANAZone } from "luxon";
import { openness } from "../../../delivery/calendar/openness.ts";
import { type CalendarRules, type DeploymentKind, deploymentKinds } from "../../../delivery/process/schema-calendar.ts";
import { days } from "../../../delivery/process/schema-values.ts";
import { changesOf, openKinds } from "./reference.ts";
import { defaultBlackouts, rulesOf } from "./rules.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const years = Array.from({ length: 20 }, (_, index) => 2024 + index);

/** Zones with every kind of clock: an hour's change at night, half an hour's, at midnight, none, one that Ramadan moves. */
const zones = [
  "America/New_York",
  "Europe/Berlin",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "America/Santiago",
  "Africa/Cairo",
  "Africa/Casablanca",
] as const;

function assertSame(rules: CalendarRules, moment: number, kinds: readonly DeploymentKind[] = deploymentKinds): void {
  const at = new Date(moment).toISOString();
  const ours = kinds.filter((kind) => openness(rules, at, kind).open);
  const theirs = openKinds(rules, moment).filter((kind) => kinds.includes(kind));
  if (ours.join() !== theirs.join()) {
    assert.fail(`${at} in ${rules.timeZone}: ours [${ours}], the reference [${theirs}] under ${JSON.stringify(rules)}`);
  }
}

const timeOfDay = fc
  .oneof(fc.integer({ min: 0, max: 48 }), fc.integer({ min: 0, max: 288 }))
  .map((fives) => `${String(Math.floor(fives / 12)).padStart(2, "0")}:${String((fives % 12) * 5).padStart(2, "0")}`);

const window = fc
  .record({
    days: fc.uniqueArray(fc.constantFrom(...days), { minLength: 1 }),
    times: fc.uniqueArray(timeOfDay, { minLength: 2, maxLength: 2 }).map((times) => times.sort()),
    for: fc.constantFrom(...deploymentKinds),
  })
  .map(({ days, times: [from = "", to = ""], for: kind }) => ({ days, from, to, for: kind }));

/** A local time of a year, as the rules write it. */
function localTime(year: number) {
  return fc
    .integer({ min: 0, max: 365 * 288 })
    .map((fives) => new Date(Date.UTC(year, 0, 1) + fives * 5 * minute).toISOString().slice(0, 16));
}

function blackout(year: number) {
  const base = {
    title: fc.constant("x"),
    for: fc.uniqueArray(fc.constantFrom(...deploymentKinds), { minLength: 1 }),
  };
  const span = fc.uniqueArray(localTime(year), { minLength: 2, maxLength: 2 }).map((times) => times.sort());
  return fc.oneof(
    fc.record({ ...base, holidays: fc.constantFrom("US", "DE") }),
    fc.record({ ...base, rule: fc.constant("black-friday-to-cyber-monday" as const) }),
    fc.record({ ...base, lastBusinessDaysOfQuarter: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ ...base, span }).map(({ span: [first = "", last = ""], ...rest }) => ({
      ...rest,
      first: first.slice(0, 10),
      last: last.slice(0, 10),
    })),
    fc.record({ ...base, span }).map(({ span: [start = "", end = ""], ...rest }) => ({ ...rest, start, end })),
    fc
      .record({ ...base, start: localTime(year), length: fc.integer({ min: 1, max: 60 }) })
      .map(({ start, length, ...rest }) => ({
        ...rest,
        start,
        end: new Date(Date.parse(`${start}Z`) + length * 5 * minute).toISOString().slice(0, 16),
      })),
  );
}

/** Rules, a year, and moments in it, many of them where something happens: a clock changes, a quarter or November ends. */
const situation = fc
  .record({ timeZone: fc.constantFrom(...zones), year: fc.constantFrom(...years) })
  .chain(({ timeZone, year }) => {
    const eventful = [
      ...changesOf(timeZone, year),
      ...[3, 6, 9, 12].map((month) => Date.UTC(year, month, 1)),
      Date.UTC(year, 10, 27),
    ];
    const near = fc
      .record({
        event: fc.constantFrom(...eventful),
        minutes: fc.integer({ min: -6 * 60, max: 6 * 60 }),
        days: fc.integer({ min: -4, max: 1 }),
      })
      .map(({ event, minutes, days }) => event + minutes * minute + days * day);
    const atChange = fc
      .record({ event: fc.constantFrom(...eventful), seconds: fc.integer({ min: -3 * 3600, max: 3 * 3600 }) })
      .map(({ event, seconds }) => event + seconds * 1000);
    const anywhere = fc.integer({ min: 0, max: 365 * 86_400 }).map((seconds) => Date.UTC(year, 0, 1) + seconds * 1000);
    return fc.record({
      rules: fc
        .record({
          windows: fc.array(window, { minLength: 1, maxLength: 4 }),
          blackouts: fc.array(blackout(year), { maxLength: 3 }),
        })
        .map((written) => rulesOf({ timeZone, ...written })),
      moments: fc.array(fc.oneof(near, atChange, anywhere), { minLength: 6, maxLength: 10 }),
    });
  });

describe("the calendar beside a second implementation", () => {
  it("says the same for 20 years, a minute before and after every time at which a window of the default process begins or ends", () => {
    const rules = rulesOf({ blackouts: defaultBlackouts });
    const clock = IANAZone.create(rules.timeZone);
    for (let date = Date.UTC(2024, 0, 1); date < Date.UTC(2044, 0, 1); date += day) {
      const weekday = new Date(date).getUTCDay();
      const at = (hours: number) => date + hours * hour - clock.offset(date + hours * hour) * minute;
      if (weekday % 6 === 0) {
        // Nothing but emergencies, the whole day.
        assertSame(rules, at(12));
        continue;
      }
      for (const moment of [at(10), at(weekday === 5 ? 12 : 16)]) {
        for (const beside of [-minute, minute]) {
          assertSame(rules, moment + beside, [weekday === 5 ? "critical" : "normal"]);
        }
      }
    }
  });

  it("says the same around every change of the clocks in 20 years, in every zone", () => {
    const nightly = [
      { days: [...days], from: "00:10", to: "01:20", for: "normal" as const },
      { days: [...days], from: "01:40", to: "02:10", for: "critical" as const },
      { days: [...days], from: "02:20", to: "02:50", for: "normal" as const },
      { days: [...days], from: "23:20", to: "24:00", for: "normal" as const },
    ];
    let changes = 0;
    for (const timeZone of zones) {
      const rules = rulesOf({ timeZone, windows: nightly, blackouts: defaultBlackouts });
      for (const change of years.flatMap((year) => changesOf(timeZone, year))) {
        changes += 1;
        for (let beside = -90; beside <= 90; beside += 10) {
          // Just before each ten minutes, and at it.
          assertSame(rules, change + beside * minute - 1, ["normal"]);
          assertSame(rules, change + beside * minute, ["critical"]);
        }
      }
    }
    assert.ok(changes > 200, `only ${changes} changes were found`);
  });

  it("says the same for any rules at any moment", () => {
    fc.assert(
      fc.property(situation, ({ rules, moments }) => {
        for (const moment of moments) assertSame(rules, moment);
      }),
      { numRuns: 120 },
    );
  });

  it("opens when it said that it would and not before, and closes so", () => {
    fc.assert(
      fc.property(
        situation,
        fc.constantFrom(...deploymentKinds),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        ({ rules, moments }, kind, fractions) => {
          const isOpen = (moment: number) => openKinds(rules, moment).includes(kind);
          for (const now of moments.slice(0, 4)) {
            const { open, opensAt, closesAt } = openness(rules, new Date(now).toISOString(), kind);
            assert.equal(open ? opensAt : closesAt, undefined);
            const change = Date.parse((open ? closesAt : opensAt) ?? new Date(now + 731 * day).toISOString());
            assert.ok(change > now);
            // The last moments are what a wrong answer would get wrong first.
            const between = [
              ...fractions.map((fraction) => Math.floor(now + fraction * (change - 1 - now))),
              change - 1,
            ];
            for (const moment of between) {
              assert.equal(isOpen(moment), open, `${new Date(moment).toISOString()}, ${JSON.stringify(rules)}`);
            }
            if (opensAt ?? closesAt)
              assert.equal(isOpen(change), !open, `${new Date(change).toISOString()}, ${JSON.stringify(rules)}`);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it("closes at the last occurrence of its end when clocks are put back to that very time", () => {
    const rules = rulesOf({
      timeZone: "Africa/Cairo",
      windows: [{ days: ["thursday"], from: "00:00", to: "23:00", for: "normal" }],
      blackouts: [],
    });
    // On 29 October 2037 it is 23:00 at 20:00 UTC and, an hour later, once more.
    const end = Date.parse("2037-10-29T21:00:00Z");
    for (const moment of [end - 60 * minute - 1, end - 60 * minute, end - 1, end]) assertSame(rules, moment);
    assert.equal(openness(rules, "2037-10-29T12:00:00Z", "normal").closesAt, new Date(end).toISOString());
  });

  it("lets a deny beat an allow: one more blackout opens nothing, and closes what it covers", () => {
    fc.assert(
      fc.property(
        situation,
        fc.constantFrom(...deploymentKinds),
        ({ rules, moments: [first = 0, ...others] }, kind) => {
          const date = (moment: number) => new Date(moment).toISOString().slice(0, 10);
          const more = { title: "more", first: date(first - day), last: date(first + day), for: [kind] };
          const stricter = { ...rules, blackouts: [...rules.blackouts, more] };
          const closed = openness(stricter, new Date(first).toISOString(), kind);
          assert.equal(closed.open, false);
          assert.ok(closed.blackout?.for.includes(kind));
          for (const moment of others) {
            const at = new Date(moment).toISOString();
            assert.ok(openness(rules, at, kind).open || !openness(stricter, at, kind).open);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
