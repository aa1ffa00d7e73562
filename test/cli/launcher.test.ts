import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { kill, LauncherMachine, says } from "./support/launcher.ts";
import { type Outcome, outcome } from "./support/run.ts";
import { write } from "./support/temporary.ts";

/** What the fake command line was given. */
function given({ code, stdout, stderr }: Outcome): { readonly args: string[]; readonly path: string } {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe("the launcher", () => {
  const machines: LauncherMachine[] = [];
  const machine = (...args: ConstructorParameters<typeof LauncherMachine>) => {
    const made = new LauncherMachine(...args);
    machines.push(made);
    return made;
  };

  afterEach(() => {
    for (const made of machines.splice(0)) made.dispose();
  });

  for (const [shell, ...options] of [["sh"], ["dash"], ["bash", "--posix"], ["ksh"], ["zsh"]] as const) {
    const program = ["/bin", "/usr/bin"].map((folder) => path.join(folder, shell)).find((file) => existsSync(file));
    if (!program) continue;
    it(`is good ${shell}`, () => {
      execFileSync(program, [...options, "-n", path.join(checkoutRoot, "slipway")]);
    });
  }

  describe("with a good Node on PATH", () => {
    it("uses it, and hands arguments and exit code through", async () => {
      const here = machine("good");
      const odd = ["0", "--flag", "two words", "it's", "$HOME", ""];
      assert.deepEqual(given(await here.run(odd)).args, odd);
      assert.deepEqual(here.cachedNodes(), []);
      assert.equal((await here.run(["3"])).code, 3);
    });

    it("installs the packages once, and again when package-lock.json has changed", async () => {
      const here = machine("good");
      assert.match((await here.run()).stderr, /slipway: installing Slipway's npm packages/);
      assert.equal((await here.run()).stderr, "");
      assert.deepEqual(here.npmCalls(), [here.root]);
      write(path.join(here.root, "package-lock.json"), '{"changed": true}');
      given(await here.run());
      assert.equal(here.npmCalls().length, 2);
    });

    it("installs again after an installation that failed, which it explains", async () => {
      const here = machine("good");
      const { code, stdout, stderr } = await here.run([], { FAKE_NPM: "fail" });
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /npm error network\nslipway: npm ci failed \(the message above is npm's\)\.\n {2}Check the network/,
      );
      assert.equal(lstatSync(here.modulesLock, { throwIfNoEntry: false }), undefined);
      given(await here.run());
      assert.equal(here.npmCalls().length, 2);
    });

    it("runs from any folder, and through links to it", async () => {
      const here = machine("good");
      const links = path.join(here.home, "bin of mine");
      mkdirSync(links);
      symlinkSync(path.join(here.root, "slipway"), path.join(links, "absolute"));
      symlinkSync("absolute", path.join(links, "relative"));
      assert.deepEqual(given(await here.run(["0", "a"], {}, { file: path.join(links, "relative"), cwd: "/" })).args, [
        "0",
        "a",
      ]);
    });
  });

  for (const [node, names] of [
    ["old", "v18.20.8"],
    ["none", "missing"],
  ] as const) {
    it(`fetches Node from npm, once, when the machine's is ${names}`, async () => {
      const here = machine(node);
      const first = await here.run(["0", "up"]);
      assert.match(first.stderr, new RegExp(`slipway: this machine's Node is ${names}; fetching Node 24 from npm`));
      const { args, path: search } = given(first);
      assert.deepEqual(args, ["0", "up"]);
      const [name = ""] = here.cachedNodes();
      assert.deepEqual(here.cachedNodes(), [name]);
      assert.equal(
        search.split(":")[0],
        path.join(here.cache, "node", name, "bin"),
        "what it starts finds that Node first",
      );
      assert.equal((await here.run()).stderr, "");
      assert.equal(here.npmCalls().length, 2, "one for Node, one for the packages");
    });
  }

  it("takes SLIPWAY_CACHE, relative or not, for the folder of what it fetches", async () => {
    const here = machine("none");
    given(await here.run([], { SLIPWAY_CACHE: "some cache" }));
    assert.equal(existsSync(path.join(here.folder, "some cache", "node")), true);
    assert.equal(existsSync(here.cache), false);
  });

  it("says what to install when there is no npm either", async () => {
    const { code, stderr } = await machine("none", false).run();
    assert.equal(code, 1);
    assert.equal(
      stderr,
      "slipway: npm is not on PATH, and it is needed to fetch Node.\n  Install Node.js 22.18 or newer (it brings npm) with your system's package manager, and try again.\n",
    );
  });

  it("leaves nothing half-installed when npm cannot fetch Node", async () => {
    const here = machine("old");
    const { code, stderr } = await here.run([], { FAKE_NPM: "fail" });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /slipway: npm could not fetch Node 24 \(the message above is npm's\)\.\n {2}Check the network and npm's registry setting/,
    );
    assert.deepEqual(here.cachedNodes(), []);
    given(await here.run());
  });

  it("says so when npm has no Node for this machine", async () => {
    const here = machine("old");
    const { code, stderr } = await here.run([], { FAKE_NPM: "empty" });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /slipway: npm has no Node 24 that runs on this machine \(.+\)\.\n {2}Install Node\.js 22\.18 or newer/,
    );
    assert.deepEqual(here.cachedNodes(), []);
  });

  it("names the cache folder when it cannot be made", async () => {
    const here = machine("none");
    const { code, stderr } = await here.run([], { SLIPWAY_CACHE: write(path.join(here.folder, "a file"), "") });
    assert.equal(code, 1);
    assert.match(stderr, /slipway: .*a file\/node cannot be made/);
    assert.match(stderr, /set SLIPWAY_CACHE to another folder/);
  });

  describe("two at once", () => {
    it("install once: the second waits and finds the work done", async () => {
      const here = machine("good");
      const first = await here.startAtGate();
      const ended = outcome(first);
      const second = here.start(["0", "second"]);
      const result = outcome(second);
      await says(second, `another ./slipway (process ${first.pid}) is installing; waiting for it`);
      here.openGate();
      assert.equal((await ended).code, 0);
      assert.deepEqual(given(await result).args, ["0", "second"]);
      assert.deepEqual(here.npmCalls(), [here.root]);
    });

    it("take turns at a lock that somebody left, however many they are", async () => {
      const here = machine("good");
      mkdirSync(path.dirname(here.modulesLock), { recursive: true });
      symlinkSync("999999999 1", here.modulesLock);
      const results = await Promise.all(Array.from({ length: 6 }, () => here.run()));
      for (const result of results) given(result);
      assert.ok(here.npmTookTurns());
      assert.equal(here.npmCalls().length, 1);
    });
  });

  describe("a lock that was left", () => {
    for (const [title, owner] of [
      ["by a process that is gone", "999999999 1"],
      ["by a process whose number another one has now", `${process.pid} 1`],
      ["by nobody that can be told", "?"],
    ] as const) {
      it(`${title} is taken over`, async () => {
        const here = machine("good");
        mkdirSync(path.dirname(here.modulesLock), { recursive: true });
        symlinkSync(owner, here.modulesLock);
        const result = await here.run();
        given(result);
        assert.doesNotMatch(result.stderr, /waiting for it/);
        assert.equal(lstatSync(here.modulesLock, { throwIfNoEntry: false }), undefined);
      });
    }

    it("by kill -9 is taken over, and the installation done", async () => {
      const here = machine("good");
      const first = await here.startAtGate();
      const ended = outcome(first);
      assert.match(readlinkSync(here.modulesLock), new RegExp(`^${first.pid} `));
      kill(first, "SIGKILL");
      await ended;
      given(await here.run());
      assert.equal(here.npmCalls("end").length, 1);
    });

    it("is none when the launcher is asked to end", async () => {
      const here = machine("good");
      const first = await here.startAtGate();
      const ended = outcome(first);
      kill(first, "SIGTERM");
      assert.notEqual((await ended).code, 0);
      assert.equal(lstatSync(here.modulesLock, { throwIfNoEntry: false }), undefined);
    });

    it("by a process that lives is respected, whoever that is", async () => {
      const here = machine("good");
      const holder = spawn("/bin/cat", { stdio: ["pipe", "ignore", "ignore"] });
      try {
        mkdirSync(path.dirname(here.modulesLock), { recursive: true });
        const started = execFileSync("sh", ["-c", `${startedFunction()}\nstarted ${holder.pid}`], {
          encoding: "utf8",
        }).trim();
        symlinkSync(`${holder.pid} ${started}`, here.modulesLock);
        const child = here.start();
        const result = outcome(child);
        await says(child, `another ./slipway (process ${holder.pid})`);
        assert.deepEqual(here.npmCalls(), []);
        holder.kill("SIGKILL");
        given(await result);
      } finally {
        holder.kill("SIGKILL");
      }
    });
  });
});

/** The launcher's own way to tell when a process has started. */
function startedFunction(): string {
  return execFileSync("sed", ["-n", "/^started()/,/^}/p", path.join(checkoutRoot, "slipway")], { encoding: "utf8" });
}
