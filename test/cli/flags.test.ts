import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { LiveFlags } from "../../delivery/flags/live-flags.ts";
import { postgresSource } from "../../delivery/flags/postgres-source.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { type FlagDatabase, flagDatabase, putFlag } from "../delivery/flags/sql/database.ts";
import { until } from "../support/postgres.ts";
import { CommandLine } from "./support/command-line.ts";
import { run } from "./support/run.ts";
import { temporaryFolder } from "./support/temporary.ts";

/** As inside a task, where the environment of the process says which stack and which database it is. */
describe("flags", function () {
  this.timeout(120_000);
  let database: FlagDatabase;
  let commands: CommandLine;
  const folder = temporaryFolder();

  before(async () => {
    database = await flagDatabase();
    commands = new CommandLine();
    await putFlag(database.admin, "dashboard", { rollout: 50 });
    await putFlag(database.admin, "assistant", { targeting: { prerequisites: [{ flag: "dashboard" }] } });
    await putFlag(database.admin, "dashboard", { environment: "development" });
  });
  after(async () => {
    commands?.end();
    await database?.admin.end();
  });

  const environment = (actor: string) => ({
    PATH: "/usr/bin:/bin",
    HOME: folder,
    NO_COLOR: "1",
    ...database.server.environment,
    SLIPWAY_STACK: "prod",
    SLIPWAY_ENVIRONMENT: "production",
    SLIPWAY_ACTOR: actor,
    DATABASE_NAME: database.name,
    DATABASE_OWNER: database.owner,
  });
  const flags = (command: string, ...args: string[]) => as("ada", command, ...args);
  const as = (actor: string, command: string, ...args: string[]) =>
    commands.run(["flags", command, "prod", ...args], environment(actor));
  const sure = ["--reason", "to see", "--confirm", "production"];
  const line = async (key: string) => (await flags("get", key)).stdout.split("\n")[1]?.trim();

  it("answer a program of their own as they answer here, with its exit code", async () => {
    for (const args of [
      ["list", "prod", "--json"],
      ["get", "prod", "nothing"],
      ["set", "prod", "dashboard"],
    ]) {
      const alone = await run(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", "delivery/cli/main.ts", "flags", ...args],
        { cwd: checkoutRoot, env: environment("ada") },
      );
      assert.deepEqual(alone, await commands.run(["flags", ...args], environment("ada")));
      assert.equal(alone.code, { list: 0, get: 1, set: 2 }[args[0] as string]);
    }
  });

  it("list and get show how they act, for people and for programs, without colours where none are wanted", async () => {
    const { code, stdout } = await flags("list");
    assert.equal(code, 0);
    assert.match(stdout, /^assistant {2}on, rollout 100 %, targeting .*\ndashboard {2}on, rollout 50 % *\n$/);
    const { flags: all } = JSON.parse((await flags("list", "--json")).stdout);
    assert.deepEqual(Object.keys(all), ["assistant", "dashboard"]);
    assert.equal(JSON.parse((await flags("get", "dashboard", "--json")).stdout).rollout, 50);
    const { code: unknown, stderr } = await flags("get", "nothing");
    assert.equal(unknown, 1);
    assert.match(stderr, /There is no flag "nothing" in production.\n {2}Flags: assistant, dashboard\./);
  });

  it("set changes a flag for a running application at once, with before, after, actor and reason in the history", async () => {
    const { password, user, host, port } = database.admin;
    const live = new LiveFlags({
      environment: "production",
      source: postgresSource({
        environment: "production",
        pollInterval: 3_600_000,
        connection: { host, port, user, password: String(password), database: database.name },
      }),
    });
    await live.start();
    const { code, stdout, stderr } = await as("grace", "set", "dashboard", "--rollout", "0", ...sure);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "~ dashboard: on, rollout 50 % => on, rollout 0 %\n");
    await until(
      "the application sees it",
      async () => live.evaluate("dashboard", { userId: "a" })?.rule === "rollout 0 %",
      5,
    );
    await live.close();
    const [newest] = JSON.parse((await flags("history", "dashboard", "--json", "--limit", "1")).stdout);
    assert.deepEqual(
      [newest.actor, newest.reason, newest.before.rollout_percentage, newest.after.rollout_percentage],
      ["grace", "to see", 50, 0],
    );
    assert.match(
      (await flags("history", "dashboard")).stdout,
      /grace +dashboard: rollout_percentage 50 => 0 +to see\n/,
    );
    assert.match(
      (await as("grace", "set", "dashboard", "--rollout", "0", ...sure)).stderr,
      /so already; nothing was written/,
    );
  });

  for (const [what, args, code, says] of [
    ["no reason", ["dashboard", "--off"], 2, /needs to know why: add --reason/],
    ["a reason of spaces", ["dashboard", "--off", "--reason", "  "], 2, /needs to know why/],
    [
      "no confirmation of production",
      ["dashboard", "--off", "--reason", "x"],
      1,
      /changes production.*Add --confirm production/s,
    ],
    [
      "another environment's confirmation",
      ["dashboard", "--off", "--reason", "x", "--confirm", "staging"],
      1,
      /is the environment "production"/,
    ],
    [
      "the auditor's role",
      ["dashboard", "--off", ...sure, "--role", "auditor"],
      1,
      /Your role may not do that \(permission denied.*nothing was written/s,
    ],
    ["a rollout of 101", ["dashboard", "--rollout", "101", ...sure], 2, /0 to 100, not "101"/],
    ["nothing to change", ["dashboard", ...sure], 2, /needs to know what to change/],
    ["JSON that is none", ["dashboard", "--targeting", "{", ...sure], 2, /--targeting is no JSON/],
    [
      "malformed targeting",
      ["dashboard", "--targeting", '{"segments": 1}', ...sure],
      1,
      /Nothing was written:\n {2}dashboard: targeting.segments must be a list/,
    ],
    [
      "a prerequisite in a circle",
      ["dashboard", "--targeting", '{"prerequisites": [{"flag": "assistant"}]}', ...sure],
      1,
      /form a circle: /,
    ],
    [
      "a prerequisite that does not exist",
      ["dashboard", "--targeting", '{"prerequisites": [{"flag": "x"}]}', ...sure],
      1,
      /prerequisite x is not a declared flag/,
    ],
    [
      "a shared segment that does not exist",
      ["dashboard", "--targeting", '{"segments": [{"name": "s", "shared": "x"}]}', ...sure],
      1,
      /shared segment x, which does not exist/,
    ],
    [
      "a flag that does not exist",
      ["x'; DROP TABLE public.feature_flags; --", "--off", ...sure],
      1,
      /There is no flag "x'; DROP/,
    ],
  ] as const) {
    it(`set refuses ${what}, and nothing is written`, async () => {
      const before = await database.admin.query("SELECT count(*) FROM public.feature_flag_history");
      const outcome = await flags("set", ...args);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, says);
      assert.deepEqual(
        (await database.admin.query("SELECT count(*) FROM public.feature_flag_history")).rows,
        before.rows,
      );
    });
  }

  it("explain says for a user why, step by step", async () => {
    const { stdout } = await flags("explain", "assistant", "--user", "ada", "--context", '{"plan": "pro"}');
    assert.match(stdout, /^assistant is off by prerequisites \(DEFAULT\)\n {2}prerequisite: dashboard is on: no\n/);
    const { rules } = JSON.parse((await flags("explain", "dashboard", "--user", "ada", "--json")).stdout);
    assert.equal(rules[0].rollout.stickiness, "userId");
  });

  it("export and import go round, with a plan before and all or nothing", async () => {
    for (const format of ["yaml", "json"]) {
      const file = path.join(folder, `flags.${format}`);
      assert.equal((await flags("export", "--format", format, "--output", file)).code, 0);
      assert.match((await flags("import", file, ...sure)).stdout, /nothing would change/);
      await putFlag(database.admin, "dashboard", { rollout: 99, targeting: { stickiness: "organization" } });
      await database.admin.query("DELETE FROM public.feature_flags WHERE flag_key = 'assistant'");
      const plan = await flags("import", file, "--dry-run");
      assert.match(
        plan.stdout,
        /^\+ assistant: on, rollout 100 %.*\n~ dashboard: on, rollout 99 %.* => on, rollout 0 %\n$/,
      );
      assert.match((await line("dashboard")) ?? "", /rollout 99 %/);
      const { code, stderr } = await flags("import", file, ...sure);
      assert.equal(code, 0, stderr);
      assert.equal(await line("dashboard"), "on, rollout 0 %");
    }
    const file = path.join(folder, "flags.json");
    const content = JSON.parse(readFileSync(file, "utf8"));
    content.flags.dashboard.rollout = 7;
    content.flags.assistant.targeting = { segments: 1 };
    writeFileSync(file, JSON.stringify(content));
    const refused = await flags("import", file, ...sure);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Nothing was written:\n {2}assistant: targeting.segments must be a list/);
    assert.equal(await line("dashboard"), "on, rollout 0 %");
  });

  for (const [what, text, says] of [
    ["is neither YAML nor JSON", "{ a: [", /neither YAML nor JSON/],
    [
      "has a rollout of 101",
      '{"environment": "x", "flags": {"a": {"name": "A", "enabled": true, "rollout": 101}}}',
      /flags.a.rollout: must be 0 to 100/,
    ],
    ["is another thing", "[]", /is no export of flags; nothing was written/],
    [
      "has SQL for a key",
      `{"environment": "x", "flags": {"'; DROP TABLE x; --": {"name": "A", "enabled": true, "rollout": 1}}}`,
      /no export of flags/,
    ],
  ] as const) {
    it(`import refuses a file that ${what}`, async () => {
      const file = path.join(folder, "bad");
      writeFileSync(file, text);
      const { code, stderr } = await flags("import", file, ...sure);
      assert.equal(code, 1);
      assert.match(stderr, says);
    });
  }

  it("go-live is recorded once, by the database's clock, and scheduled flags wait for it", async () => {
    await putFlag(database.admin, "later", { targeting: { activation: { afterGoLive: "P1M" } } });
    assert.match((await flags("go-live")).stdout, /has not gone live/);
    assert.match((await flags("get", "later")).stdout, /waits for go-live/);
    assert.equal((await flags("go-live", "--at", "2099-01-31T12:00:00Z", ...sure)).code, 0);
    assert.match((await flags("get", "later")).stdout, /waits for 2099-02-28T12:00:00Z/);
    assert.match((await flags("explain", "later")).stdout, /It waits for 2099-02-28T12:00:00Z\./);
    const again = await flags("go-live", "--record", ...sure);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /went live at 2099-01-31T12:00:00.000Z, which is recorded once/);
  });

  it("report compares the variants by what was tracked", async () => {
    const variants = [
      { name: "old", weight: 50 },
      { name: "new", weight: 50 },
    ];
    await putFlag(database.admin, "test", { targeting: { variants } });
    await database.admin.query(
      `INSERT INTO public.feature_flag_exposures (environment, flag_key, unit_kind, unit_id, variant)
         SELECT 'production', 'test', 'user', 'u' || n, CASE WHEN n % 2 = 0 THEN 'old' ELSE 'new' END FROM generate_series(1, 4000) n`,
    );
    await database.admin.query(
      `INSERT INTO public.feature_flag_events (id, environment, metric, user_id, occurred_at)
         SELECT gen_random_uuid(), 'production', 'signup', 'u' || n, now() + interval '1 s' FROM generate_series(1, 4000) n WHERE n % 2 = 1 AND n % 3 = 0 OR n % 5 = 0`,
    );
    const { arms, comparisons, warnings } = JSON.parse(
      (await flags("report", "test", "--metric", "signup", "--json")).stdout,
    );
    assert.deepEqual(
      arms.map(({ variant, units, sum }: { variant: string; units: number; sum: number }) => [variant, units, sum]),
      [
        ["old", 2000, 400],
        ["new", 2000, 934],
      ],
    );
    assert.ok(comparisons[0].alwaysValid.low > 0.8 && comparisons[0].p < 0.001);
    assert.deepEqual(warnings, []);
    assert.match((await flags("report", "test", "--metric", "signup")).stdout, /new against old: \+13\d %, higher\n/);
    assert.match((await flags("report", "dashboard", "--metric", "signup")).stderr, /no variants to compare/);
  });
});
