import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { until } from "../../../sandbox/system/wait.ts";
import { withMachineLock } from "../../../sandbox/toolchain/machine-lock.ts";
import { checkRoom, engineNeeds, measureRoom } from "../../../sandbox/toolchain/preflight.ts";
import { type Outcome, outcome } from "../../cli/support/run.ts";
import { script, write } from "../../cli/support/temporary.ts";
import { FakeMachine, said, waitFor } from "./support/fake-go.ts";
import { Vendor } from "./support/vendor.ts";

interface Provided {
  readonly origin: string;
  readonly file: string;
}

/** The parts that a process has provided. */
function provided({ code, stdout, stderr }: Outcome): Record<string, Provided> {
  assert.equal(code, 0, stdout + stderr);
  return said(stdout).at(-1)?.parts as Record<string, Provided>;
}

function failure({ code, stdout, stderr }: Outcome): string {
  assert.equal(code, 1, stdout + stderr);
  return String(said(stdout).at(-1)?.message);
}

const origins = (parts: Record<string, Provided>) =>
  Object.fromEntries(Object.entries(parts).map(([name, { origin }]) => [name, origin]));
const allBuilt = {
  engine: "built",
  "language-host": "built",
  "dynamic-provider": "built",
  random: "built",
  github: "built",
  "cache-server": "built",
};
const compiling = ({ kind, progress }: { kind: string; progress?: unknown }) =>
  kind === "building" && (progress as { phase: string }).phase === "compiling";

describe("providing the toolchain", () => {
  let machine: FakeMachine;

  before(function () {
    try {
      checkRoom(measureRoom("/tmp"), "/tmp", engineNeeds);
    } catch {
      this.skip(); // This machine has no room for a build, and the code under test rightly refuses.
    }
  });

  beforeEach(() => {
    machine = new FakeMachine();
  });

  afterEach(() => machine.dispose());

  it("builds each part once, in one go, into folders that say what they are, and drops Go's caches", async () => {
    const parts = provided(await machine.provide());
    assert.deepEqual(origins(parts), allBuilt);
    assert.equal(machine.goCalls("build").length, 1);
    assert.equal(machine.cached().length, 6);
    for (const { file } of Object.values(parts)) assert.ok(existsSync(path.join(path.dirname(file), "built.json")));
    assert.equal(existsSync(path.join(machine.cache, "go")), false);

    assert.deepEqual(provided(await machine.provide()), parts);
    assert.equal(machine.goCalls("build").length, 1, "a second time there is nothing to build");
  });

  it("keeps Go's caches when told to", async () => {
    provided(await machine.provide({ SLIPWAY_KEEP_BUILD_CACHE: "1" }));
    assert.equal(existsSync(path.join(machine.cache, "go", "build")), true);
  });

  it("tells how far it is, modules first, then packages of how many", async () => {
    const { stdout } = await machine.provide();
    const progress = said(stdout)
      .filter(({ kind }) => kind === "building")
      .map((event) => event.progress as { phase: string; done: number; total: number });
    assert.deepEqual(
      progress.slice(0, 2).map(({ phase, done, total }) => ({ phase, done, total })),
      [
        { phase: "fetching modules", done: 0, total: 0 },
        { phase: "fetching modules", done: 1, total: 0 },
      ],
    );
    const last = progress.at(-1);
    assert.deepEqual([last?.phase, last?.done, last?.total], ["compiling", 6, 6]);
  });

  it("leaves the user's Go settings and caches alone", async () => {
    const go = path.join(machine.home, "go");
    provided(
      await machine.provide({
        GOFLAGS: "-mod=vendor",
        GOCACHE: path.join(go, "cache"),
        GOOS: "plan9",
        GOPROXY: "https://proxy.example",
      }),
    );
    const [{ settings } = { settings: "" }] = machine.goCalls("build");
    assert.match(settings, /GOFLAGS=-mod=readonly -modcacherw /);
    assert.match(settings, new RegExp(`GOOS=${process.platform} `));
    assert.ok(settings.includes(`GOCACHE=${machine.cache}`), settings);
    assert.ok(settings.includes("GOPROXY=https://proxy.example"), "but keeps how the registry is reached");
    assert.equal(existsSync(go), false);
  });

  it("says what to install where there is no Go, and where it is too old", async () => {
    assert.match(
      failure(await machine.provide({ FAKE_GO_VERSION: "go1.20.14" })),
      /Go 1\.20\.14 is too old for it\.\n {2}Install Go 1\.21 or newer/,
    );
    script(path.join(machine.bin, "go"), "exit 127");
    assert.match(failure(await machine.provide()), /needs Go, which is not on PATH\.\n {2}Install Go 1\.21 or newer/);
    assert.deepEqual(machine.cached(), []);
  });

  describe("interrupted", () => {
    for (const [how, message] of [
      ["killed", /^The system ended the compiler, most likely because memory ran out\.\n {2}Close other programs/],
      ["full", /^The disk became full while the engine was built\.\n {2}Free some space, or set SLIPWAY_CACHE/],
    ] as const) {
      it(`leaves no half part when the compiler is ${how === "full" ? "out of disk" : "killed"}, keeps what was compiled, and goes on the next time`, async () => {
        const text = failure(await machine.provide({ FAKE_GO: how }));
        assert.match(text, message);
        const log = /The whole output is in (\S+)\./.exec(text)?.[1] ?? "";
        assert.match(readFileSync(log, "utf8"), /^\$ go list .*\n[\s\S]*^\$ go build .*\n/m);
        assert.deepEqual(machine.cached(), []);
        assert.equal(existsSync(path.join(machine.cache, "go", "build")), true);
        assert.deepEqual(origins(provided(await machine.provide())), allBuilt);
      });
    }

    it("ends the compiler too when it is asked to end", async () => {
      const child = machine.start("provide.ts", { FAKE_GO_GATE: machine.gate });
      const ended = outcome(child);
      await waitFor(child, compiling);
      child.kill("SIGTERM");
      assert.equal((await ended).code, 128 + 15);
      const [{ pid } = { pid: 0 }] = machine.goCalls("build");
      assert.ok(await until(() => !isRunning(pid), 5000), "the compiler goes on alone");
      assert.deepEqual(origins(provided(await machine.provide())), allBuilt);
      assert.equal(machine.cached().length, 6, "what the ended build had begun is cleared away");
    });

    it("by kill -9 frees the lock, and the next run builds and clears away", async () => {
      const child = machine.start("provide.ts", { FAKE_GO_GATE: machine.gate });
      const ended = outcome(child);
      await waitFor(child, compiling);
      child.kill("SIGKILL");
      await ended;
      assert.deepEqual(origins(provided(await machine.provide())), allBuilt);
      assert.equal(machine.cached().length, 6);
    });
  });

  it("lets a second process wait for the first, and builds once", async () => {
    const first = machine.start("provide.ts", { FAKE_GO_GATE: machine.gate });
    const one = outcome(first);
    await waitFor(first, compiling);
    const second = machine.start("provide.ts");
    const other = outcome(second);
    await waitFor(second, ({ kind }) => kind === "waiting");
    machine.openGate();
    assert.deepEqual(provided(await other), provided(await one));
    assert.equal(machine.goCalls("build").length, 1);
    assert.deepEqual(
      said((await other).stdout).map(({ kind }) => kind),
      ["waiting", "done"],
    );
  });

  it("does not wait for anybody when all is there", async () => {
    provided(await machine.provide());
    await withMachineLock(path.join(machine.cache, "toolchain", "install.lock"), async () => {
      const { stdout } = await machine.provide();
      assert.deepEqual(
        said(stdout).map(({ kind }) => kind),
        ["done"],
      );
    });
  });

  describe("where the vendor", () => {
    let vendor: Vendor;
    const auto = () => ({ SLIPWAY_ENGINE: "auto", SLIPWAY_RELEASES: vendor.site });

    beforeEach(async () => {
      vendor = await Vendor.open();
    });

    afterEach(() => vendor.close());

    it("is there, takes the release and its plugins, and builds only our own cache server", async () => {
      const parts = provided(await machine.provide(auto()));
      const released = {
        engine: "release",
        "language-host": "release",
        "dynamic-provider": "release",
        random: "release",
        github: "release",
      };
      assert.deepEqual(origins(parts), { ...released, "cache-server": "built" });
      assert.deepEqual(origins(provided(await machine.provide(auto()))), { ...released, "cache-server": "built" });
      assert.equal(vendor.requests.length, 2, "a second time nothing is asked");
    });

    it("has no plugins to give, builds those", async () => {
      const parts = provided(await machine.provide({ ...auto(), FAKE_NO_PLUGINS: "1" }));
      assert.equal(parts.engine?.origin, "release");
      assert.equal(parts.random?.origin, "built");
    });

    for (const behaviour of ["silent", "unknown version"] as const) {
      it(`is ${behaviour === "silent" ? "slow to answer" : "without this version"}, builds everything`, async () => {
        vendor.behaviour = behaviour;
        assert.deepEqual(origins(provided(await machine.provide(auto()))), allBuilt);
        assert.equal(vendor.requests.length, 1);
      });
    }

    it("is out of reach but demanded, says so and builds nothing", async () => {
      vendor.behaviour = "unknown version";
      const text = failure(await machine.provide({ ...auto(), SLIPWAY_ENGINE: "release" }));
      assert.match(
        text,
        /^SLIPWAY_ENGINE is "release", but the vendor's download site cannot be reached\.\n {2}Check the network, or unset SLIPWAY_ENGINE/,
      );
      assert.deepEqual(machine.goCalls("build"), []);
    });

    for (const behaviour of ["wrong checksum", "breaks off", "other archives"] as const) {
      it(`answers with ${behaviour}, stops with the reason and installs nothing`, async () => {
        vendor.behaviour = behaviour;
        assert.match(failure(await machine.provide(auto())), /^The (download|vendor's checksums) of .*\n {2}/);
        assert.deepEqual(machine.cached(), []);
      });
    }
  });

  it("uses a cache server that is on PATH", async () => {
    const server = script(path.join(machine.bin, "redis-server"), "exit 0");
    assert.deepEqual(provided(await machine.provide())["cache-server"], { origin: "path", file: server });
  });

  it("uses plugins that the user has", async () => {
    const plugins = path.join(machine.home, ".pulumi", "plugins");
    const own = write(path.join(plugins, "resource-random-v4.21.2", "pulumi-resource-random"), "");
    assert.equal(
      provided(await machine.provide({ SLIPWAY_ENGINE: "auto", SLIPWAY_RELEASES: "http://127.0.0.1:1" })).random?.file,
      own,
    );
  });

  it("leaves a log of each build", async () => {
    provided(await machine.provide());
    assert.match(readdirSync(path.join(machine.cache, "logs")).join(), /^build-[\dT-]+Z\.log$/);
  });
});

/** Whether a process runs (a zombie that nobody has waited for does not). */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
