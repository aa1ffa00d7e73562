import assert from "node:assert/strict";
import { DatabaseCommands } from "./support/database-commands.ts";

describe("db, refused", function () {
  this.timeout(300_000);
  let commands: DatabaseCommands;

  before(async () => {
    commands = await DatabaseCommands.open();
  });
  after(() => commands.end());

  const production = (...args: string[]) => commands.run(args, { SLIPWAY_ENVIRONMENT: "production" });
  const json = (...args: string[]) => commands.json(...args);
  const succeeds = (...args: string[]) => commands.succeeds(...args);

  describe("in production", () => {
    before(() => succeeds("migrate", "dev"));

    for (const command of ["migrate", "rollback"]) {
      it(`${command} wants the environment's name and a backup, and changes nothing without`, async () => {
        if (command === "migrate") await succeeds("rollback", "dev");
        const status = await json("status", "dev");
        const unconfirmed = await production(command, "dev");
        assert.equal(unconfirmed.code, 1);
        assert.match(
          unconfirmed.stderr,
          new RegExp(`"db ${command} dev" changes production[\\s\\S]*Add --confirm production`),
        );
        assert.match((await production(command, "dev", "--confirm", "staging")).stderr, /--confirm says "staging"/);
        const { code, stderr } = await production(command, "dev", "--confirm", "production");
        assert.equal(code, 1);
        assert.match(stderr, /production requires a backup[\s\S]*Nothing was changed/);
        assert.deepEqual((await json("status", "dev")).pending, status.pending);
        const done = await production(
          command,
          "dev",
          "--confirm",
          "production",
          "--backup-taken",
          "believed",
          "--json",
        );
        assert.equal(done.code, 0, done.stderr);
        assert.deepEqual([JSON.parse(done.stdout).ran.length, JSON.parse(done.stdout).backup], [1, "believed"]);
      });
    }

    it("verify misses the backup", async () => {
      const { stdout, code } = await production("verify", "dev", "--phase", "pre");
      assert.equal(code, 1);
      assert.match(stdout, /fails {2}backup: .*\n +a database of this machine has no backups\n/);
    });
  });

  describe("used wrongly", () => {
    for (const [what, args, code, says, more] of [
      ["no stack", ["status"], 2, /"db status" needs the name of a stack/, {}],
      ["an unknown stack", ["migrate", "qa"], 2, /There is no stack "qa"/, {}],
      ["an unknown command", ["upgrade", "dev"], 2, /unknown command 'upgrade'/, {}],
      [
        "a number that is no migration's",
        ["migrate", "dev", "--to", "9998"],
        2,
        /no migration with the number "9998"/,
        {},
      ],
      ["a name for a number", ["plan", "dev", "--to", "teams"], 2, /no migration with the number "teams"/, {}],
      [
        "a number to go back to that is none",
        ["rollback", "dev", "--to", "x"],
        2,
        /no migration with the number "x"/,
        {},
      ],
      [
        "both --count and --to",
        ["rollback", "dev", "--count", "1", "--to", "3"],
        2,
        /'--count <n>' cannot be used with option '--to <number>'/,
        {},
      ],
      ["a count of 0", ["rollback", "dev", "--count", "0"], 2, /--count as a whole number from 1 on, not "0"/, {}],
      ["a count of more than there is", ["rollback", "dev", "--count", "999"], 2, /999 cannot be taken back/, {}],
      ["an unknown checklist", ["verify", "dev", "--phase", "x"], 2, /Allowed choices are pre, post, go-live/, {}],
      [
        "a database that is not there",
        ["status", "dev"],
        1,
        /has no database "nowhere".*\n.*\.\/slipway up/,
        { DATABASE_NAME: "nowhere" },
      ],
      [
        "a server that cannot be reached",
        ["status", "dev"],
        1,
        /cannot be reached[\s\S]*sandbox status/,
        { PGPORT: "1" },
      ],
      [
        "a login without password",
        ["migrate", "dev"],
        1,
        /refuses the login "stranger"/,
        { DATABASE_OWNER: "stranger" },
      ],
      [
        "an environment of the process that is wrong",
        ["status", "dev"],
        1,
        /missing or wrong here: SLIPWAY_ENVIRONMENT/,
        { SLIPWAY_ENVIRONMENT: "x" },
      ],
    ] as const) {
      it(`${what} is refused with one clear message`, async () => {
        const { code: ended, stderr, stdout } = await commands.run(args, more);
        assert.match(stderr, says);
        assert.equal(ended, code, stderr);
        assert.equal(stdout, "");
        assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace");
      });
    }
  });
});
