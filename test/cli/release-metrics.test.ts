import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import type pg from "pg";
import { addMetrics, reportAt } from "../../delivery/cli/commands/release/metrics.ts";
import { metricsText } from "../../delivery/cli/commands/release/metrics-text.ts";
import { loadMetricsFacts } from "../../delivery/metrics/load.ts";
import { bundleDigest } from "../../delivery/release/bundle.ts";
import type { Bundle } from "../../delivery/release/model.ts";
import { Repository } from "../../delivery/release/repository.ts";
import { change } from "../../delivery/release/store/change.ts";
import { recordDecision } from "../../delivery/release/store/decisions.ts";
import { smallProcess } from "../delivery/metrics/support/facts.ts";
import {
  ada,
  bundleOf,
  connectAs,
  deploy,
  identity,
  process as processVersion,
  promote,
  releaseDatabase,
} from "../delivery/release/store/support.ts";
import { refused, type WrongUse } from "./support/refused.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

const hour = 3_600_000;

/** A repository whose commits say when they were made. */
class History {
  readonly root = temporaryFolder("slipway-history-");

  constructor() {
    this.git(["init", "--quiet", "--initial-branch=main"]);
  }

  /** Writes a file and commits it. @returns the commit */
  commit(file: string, at: string): string {
    write(path.join(this.root, file), `${at}\n`);
    this.git(["add", file]);
    const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
    this.git([...who, "commit", "--quiet", "-m", file], at);
    return this.git(["rev-parse", "HEAD"]);
  }

  git(args: readonly string[], at = "2026-01-01T00:00:00Z"): string {
    const env = { PATH: process.env.PATH, HOME: this.root, GIT_COMMITTER_DATE: at, GIT_AUTHOR_DATE: at };
    return execFileSync("git", args, { cwd: this.root, env, encoding: "utf8" }).trim();
  }
}

function bundleAt(letter: string, backend: string): Bundle {
  const { digest: _, ...content } = bundleOf(letter);
  const own = { ...content, deployables: { backend: { commit: backend, version: letter } } };
  return { ...own, digest: bundleDigest(own) };
}

describe("release metrics", () => {
  let client: pg.Client;
  let history: History;
  let now: Date;
  const commits: string[] = [];
  const bundles: Bundle[] = [];
  const at = (hours: number) => new Date(now.getTime() + hours * hour).toISOString().replace(/\.\d+Z$/, "Z");

  before(async () => {
    now = new Date();
    client = await connectAs((await releaseDatabase()).name);
    history = new History();
    for (const [file, hours] of [
      ["backend/one", -500],
      ["backend/two", -400],
      ["frontend/a", -300],
      ["backend/three", -48],
      ["backend/four", -24],
    ] as const)
      commits.push(history.commit(file, at(hours)));
    const [one = "", two = "", , , four = ""] = commits;
    bundles.push(bundleAt("a", one), bundleAt("b", two), bundleAt("c", four));
    for (const bundle of bundles) await deploy(client, bundle, "staging", "passed");
  });
  after(() => client.end());

  const load = (weeksAhead: number, weeks: number) =>
    loadMetricsFacts(client, smallProcess, new Repository(history.root), { now: at(weeksAhead * 168), weeks });

  describe("gathers from the release database and git", () => {
    it("every bundle, promotion and deployment", async () => {
      const facts = await load(0, 4);
      assert.deepEqual(facts.bundles.map(({ digest }) => digest).sort(), bundles.map(({ digest }) => digest).sort());
      assert.deepEqual(
        facts.promotions.map(({ id }) => id),
        [1, 2, 3],
      );
      assert.deepEqual(
        facts.deployments.map(({ outcome, verdict }) => [outcome, verdict]),
        Array.from({ length: 3 }, () => ["succeeded", "passed"]),
      );
    });

    it("decisions on all of the promotions, the first first", async () => {
      const other = await connectAs((await releaseDatabase()).name);
      const grace = identity("grace");
      for (const bundle of [bundleOf("1"), bundleOf("2")]) {
        const id = await change(other, ada, (open) => promote(open, bundle, "staging"));
        const word = {
          promotion: id,
          actor: grace.actor,
          role: "qa",
          decision: "approve",
          bundle: bundle.digest,
        } as const;
        await change(other, grace, (open) =>
          recordDecision(open, { ...word, process: processVersion, source: "command" }),
        );
      }
      const facts = await loadMetricsFacts(other, smallProcess, new Repository(history.root), { now: at(0), weeks: 1 });
      assert.deepEqual(
        facts.decisions.map(({ actor, promotion }) => [actor, promotion]),
        [
          ["github:grace", 1],
          ["github:grace", 2],
        ],
      );
      await other.end();
    });

    it("of each bundle the commits that touch the deployable, with their times", async () => {
      const { changes = [] } = await load(0, 4);
      const [one, two, , three, four] = commits;
      const told = (bundle: Bundle | undefined) =>
        changes.filter((each) => each.bundle === bundle?.digest).map(({ commit }) => commit);
      assert.deepEqual(bundles.map(told), [[one], [two, one], [four, three, two, one]]);
      const times = changes.filter(({ commit }) => commit === three).map(({ committedAt }) => committedAt);
      assert.deepEqual(times, [new Date(at(-48)).toISOString()]);
      assert.ok(changes.every(({ deployable }) => deployable === "backend"));
    });

    it("of what went out before the weeks asked for only what stood last", async () => {
      const { changes = [], deployments } = await load(3, 1);
      assert.deepEqual([...new Set(changes.map(({ bundle }) => bundle))], [bundles[2]?.digest]);
      assert.equal(deployments.length, 3);
    });
  });

  it("measures lead time from the oldest commit that a deployment was the first to bring", async () => {
    const desk = { client, process: smallProcess, now: () => at(1) };
    const report = await reportAt(desk, new Repository(history.root), 4);
    const staging = report.environments.find(({ environment }) => environment === "staging");
    const { changeLeadTime } = staging?.deployables.find(({ deployable }) => deployable === "backend")?.period ?? {};
    assert.equal(changeLeadTime?.since, "commit");
    assert.equal(changeLeadTime?.observations, 2);
    // 400 hours for the second bundle, 48 for the third; the first brought all that there ever was.
    const [half = 0, most = 0] = [changeLeadTime?.p50 ?? 0, changeLeadTime?.p90 ?? 0];
    assert.ok(half >= 48 && half < 401 && most >= 48 && most < 401, `${half} ${most}`);
    assert.ok(Math.abs((changeLeadTime?.mean ?? 0) - 224) < 1, `${changeLeadTime?.mean}`);
  });

  it("measures from the making of the bundle where the checkout lacks its commits, and says so", async () => {
    const desk = { client, process: smallProcess, now: () => at(1) };
    const report = await reportAt(desk, new Repository(new History().root), 4, "staging");
    const [backend] = report.environments[0]?.deployables ?? [];
    assert.deepEqual(
      [backend?.period.changeLeadTime.since, backend?.period.changeLeadTime.observations],
      ["bundle", 3],
    );
  });

  it("shows one environment when one is asked for, and refuses what the process does not know", async () => {
    const desk = { client, process: smallProcess, now: () => at(1) };
    const { environments } = await reportAt(desk, new Repository(history.root), 4, "staging");
    assert.deepEqual(
      environments.map(({ environment }) => environment),
      ["staging"],
    );
    await assert.rejects(
      reportAt(desk, new Repository(history.root), 4, "qa"),
      /^UserError: The process has no environment "qa"\.\n {2}Use one of staging, production\.$/,
    );
  });

  it("prints each KPI with value, target and verdict, production first", async () => {
    const desk = { client, process: smallProcess, now: () => at(1) };
    const lines = metricsText(await reportAt(desk, new Repository(history.root), 4)).split("\n");
    const row = (title: string) => lines.find((line) => line.trim().startsWith(title)) ?? "";
    const [production, staging] = ["Production: 0 deployments", "Staging: 3 deployments, 3 succeeded"].map((title) =>
      lines.findIndex((line) => line.startsWith(title)),
    );
    assert.ok((production ?? -1) > 0 && (staging ?? -1) > (production ?? -1), lines.join("\n"));
    assert.match(row("KPI"), /^ {2}KPI +value +target +verdict +of$/);
    assert.match(row("Success rate"), /^ {2}Success rate +– +>\d+ % +no deployments: too few to judge +of none$/);
  });

  describe("refuses with one clear message", () => {
    const uses: readonly WrongUse[] = [
      ["no weeks", ["--weeks", "0"], /^--weeks is a whole number from 1 to 522, not "0"\.$/],
      ["weeks that are no number", ["--weeks", "many"], /^--weeks is a whole number from 1 to 522, not "many"\.$/],
      [
        "two forms",
        ["--json", "--markdown"],
        /^--json and --markdown are forms of the same report\.\n {2}Leave all but/,
      ],
      ["three forms", ["--json", "--markdown", "--html", "a.html"], /^--json and --markdown and --html are forms/],
      ["a page without its file", ["--html"], /argument missing/],
      ["an unknown option", ["--days", "3"], /unknown option '--days'/],
      ["a process that is not there", ["--process", "nowhere.yaml"], /nowhere\.yaml/, 1],
      ["a made-up person outside of the sandbox", ["--no-sandbox", "--as", "ada"], /^--as names a made-up person/],
    ];
    for (const [title, args, says, code = 2] of uses)
      it(title, async () => {
        const refusal = await refused(addMetrics, ["metrics", ...args]);
        assert.match(refusal?.message ?? "it was not refused", says);
        assert.equal(refusal?.code, code);
      });
  });
});
