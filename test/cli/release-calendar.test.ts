import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { addCalendar, calendarText, calendarView } from "../../delivery/cli/commands/release/calendar.ts";
import { readProcess } from "../../delivery/process/read.ts";
import type { Process } from "../../delivery/process/schema.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { parseIcs } from "../delivery/calendar/ics-parser.ts";
import { refused, type WrongUse } from "./support/refused.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

describe("release calendar", () => {
  let rules: Process;

  before(() => {
    rules = readProcess(path.join(checkoutRoot, "delivery", "process.yaml")).process;
  });

  const lines = (at: string, days: number) =>
    calendarText(rules, calendarView(rules, new Date(at), days))
      .split("\n")
      .map((line) => line.trim().replace(/ {2,}/g, " | "));

  it("says for each kind whether it is open now and when that changes", () => {
    assert.deepEqual(lines("2026-12-01T16:00:00Z", 1).slice(0, 4), [
      "Now, 2026-12-01 11:00 (America/New_York):",
      "normal | open | closes 2026-12-01 16:00 | The window Monday to Thursday 10:00-16:00 (America/New_York) is open to normal, critical, emergency deployments.",
      "critical | open | closes 2026-12-01 16:00 | The window Monday to Thursday 10:00-16:00 (America/New_York) is open to normal, critical, emergency deployments.",
      "emergency | open | The window Monday to Friday 00:00-24:00 (America/New_York) is open to emergency deployments.",
    ]);
  });

  it("says when it opens again, and shows the blackout that lies in between", () => {
    const [, normal, critical, , until, ...ahead] = lines("2026-11-27T15:00:00Z", 5);
    assert.match(normal ?? "", /^normal \| closed \| opens 2026-12-01 10:00 \| The blackout "Black Friday/);
    assert.match(critical ?? "", /^critical \| closed \| opens 2026-12-01 10:00 \|/);
    assert.equal(until, "Until 2026-12-02 10:00:");
    assert.deepEqual(ahead, [
      "Fri 2026-11-27 | to Mon 2026-11-30 | stopped | normal, critical | Black Friday to Cyber Monday",
      "Tue 2026-12-01 | 10:00-16:00 | open | normal, critical, emergency | Deployment window (normal)",
    ]);
  });

  it("leaves windows for emergencies alone out of the text, and none out of the data", () => {
    const view = calendarView(rules, new Date("2026-12-05T15:00:00Z"), 1);
    assert.deepEqual(lines("2026-12-05T15:00:00Z", 1).slice(5), ["no window and no blackout"]);
    assert.deepEqual(
      view.entries.map(({ kinds, start }) => [kinds, start]),
      [
        [["emergency"], "2026-12-05T05:00:00.000Z"],
        [["emergency"], "2026-12-06T05:00:00.000Z"],
      ],
    );
  });

  it("writes an iCalendar file without database, login or token", async () => {
    const file = path.join(temporaryFolder(), "releases.ics");
    const release = new Command("release").exitOverride();
    addCalendar(release);
    await release.parseAsync(["calendar", "--days", "400", "--ics", file], { from: "user" });
    const { components, properties } = parseIcs(readFileSync(file, "utf8"));
    const summaries = components.map((event) => event.properties.find(({ name }) => name === "SUMMARY")?.value ?? "");
    assert.match(properties.find(({ name }) => name === "X-WR-CALNAME")?.value ?? "", /^Releases: ./);
    // Four days a week but for holidays, 400 days long; an emergency waits for no window.
    const windows = summaries.filter((summary) => summary === "Deployment window (normal)").length;
    assert.ok(windows > 180 && windows < 230, `${windows} windows`);
    assert.ok(summaries.includes("No deployments: Black Friday to Cyber Monday"));
    assert.ok(!summaries.includes("Deployment window (emergency)"));
  });

  describe("refuses with one clear message", () => {
    const folder = temporaryFolder();
    const wrong = write(path.join(folder, "wrong.yaml"), "version: 1\n");
    const uses: readonly WrongUse[] = [
      ["no days", ["--days", "0"], /^--days is a whole number from 1 to 3652, not "0"\.$/],
      ["days that are no number", ["--days", "ten"], /^--days is a whole number from 1 to 3652, not "ten"\.$/],
      ["parts of a day", ["--days", "1.5"], /^--days is a whole number/],
      ["negative days", ["--days=-3"], /^--days is a whole number/],
      ["more than ten years", ["--days", "3653"], /^--days is a whole number/],
      ["two forms", ["--ics", "--json"], /^--ics and --json are two forms of the same\.\n {2}Leave one of them out\.$/],
      ["an unknown option", ["--environment", "production"], /unknown option '--environment'/],
      ["words behind it", ["production"], /too many arguments/],
      ["a process that is not there", ["--process", "nowhere.yaml"], /nowhere\.yaml/, 1],
      ["a process that is none", ["--process", wrong], /wrong\.yaml/, 1],
      [
        "a file that cannot be written",
        ["--ics", path.join(folder, "no", "a.ics")],
        /cannot be written.*\n {2}Name/,
        1,
      ],
    ];
    for (const [title, args, says, code = 2] of uses)
      it(title, async () => {
        const refusal = await refused(addCalendar, ["calendar", ...args]);
        assert.match(refusal?.message ?? "it was not refused", says);
        assert.equal(refusal?.code, code);
      });
  });
});
