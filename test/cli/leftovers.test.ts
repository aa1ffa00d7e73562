import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { describePending } from "../../delivery/cli/engine/interrupted.ts";
import { clearStaleLocks, pendingOperations } from "../../delivery/cli/engine/leftovers.ts";
import { stateFile } from "../../delivery/cli/engine/stacks.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

const locks = ".slipway/state/.pulumi/locks/organization/slipway";
const since = "2026-01-02T03:04:05Z";

describe("leftovers of runs that were ended by force", () => {
  let root: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    root = temporaryFolder();
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  const lock = (content: unknown, stack = "dev") =>
    write(
      path.join(root, locks, stack, `${crypto.randomUUID()}.json`),
      typeof content === "string" ? content : JSON.stringify(content),
    );

  /** A living process whose program has that name: a link to `cat`, which waits for its input. */
  async function living(program: string): Promise<number> {
    const folder = temporaryFolder("with spaces ");
    symlinkSync("/bin/cat", path.join(folder, program));
    const child = spawn(path.join(folder, program), { stdio: ["pipe", "ignore", "ignore"] });
    children.push(child);
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    return child.pid ?? 0;
  }

  async function ended(): Promise<number> {
    const child = spawn("/bin/true");
    await new Promise((resolve) => child.once("close", resolve));
    return child.pid ?? 0;
  }

  describe("clearStaleLocks", () => {
    it("finds nothing where no stack ever was", () => {
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: undefined, removed: 0 });
    });

    it("removes the lock of a process that is gone", async () => {
      const file = lock({ pid: await ended(), hostname: hostname(), timestamp: since });
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: undefined, removed: 1 });
      assert.equal(existsSync(file), false);
    });

    it("removes the lock whose number another program has now", async () => {
      lock({ pid: await living("pulumi-language-nodejs"), hostname: hostname(), timestamp: since });
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: undefined, removed: 1 });
    });

    it("keeps the lock of a living pulumi, also one in a folder with spaces", async () => {
      const pid = await living("pulumi");
      const file = lock({ pid, hostname: hostname(), timestamp: since });
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: { pid, since }, removed: 0 });
      assert.equal(existsSync(file), true);
    });

    it("keeps another machine's lock, and says whose it is and where", () => {
      const file = lock({ pid: 4711, hostname: "elsewhere", timestamp: since });
      assert.deepEqual(clearStaleLocks(root, "dev"), {
        holder: { pid: 4711, since, elsewhere: { hostname: "elsewhere", file } },
        removed: 0,
      });
    });

    it("removes a lock that was cut off while it was written", () => {
      lock('{"pid": 47');
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: undefined, removed: 1 });
    });

    it("leaves the locks of other stacks alone", () => {
      const file = lock('{"pid": 47', "prod");
      assert.deepEqual(clearStaleLocks(root, "dev"), { holder: undefined, removed: 0 });
      assert.equal(existsSync(file), true);
    });
  });

  describe("pendingOperations", () => {
    const state = (latest: unknown) =>
      write(stateFile(root, "dev"), JSON.stringify({ version: 3, checkpoint: { latest } }));
    const urn = "urn:pulumi:dev::slipway::slipway:index:Flags$pulumi-nodejs:dynamic:Resource::dev-flags";

    it("are none without a state, in an empty one and after a run that ended well", () => {
      assert.deepEqual(pendingOperations(root, "dev"), []);
      state(null);
      assert.deepEqual(pendingOperations(root, "dev"), []);
      state({ resources: [] });
      assert.deepEqual(pendingOperations(root, "dev"), []);
    });

    it("are named as the program names its resources", () => {
      state({
        pending_operations: [
          { type: "creating", resource: { urn, type: "pulumi-nodejs:dynamic:Resource", inputs: { a: 1 } } },
        ],
      });
      assert.deepEqual(pendingOperations(root, "dev"), [
        { operation: "creating", urn, type: "pulumi-nodejs:dynamic:Resource", name: "dev-flags", inputs: { a: 1 } },
      ]);
    });

    it("cannot be read from a damaged state, whose backup is named", () => {
      write(stateFile(root, "dev"), '{"checkpoint": ');
      assert.throws(
        () => pendingOperations(root, "dev"),
        /The state of dev is damaged: .*\n {2}at .*dev\.json\n.*copy dev\.json\.bak over it/,
      );
    });
  });

  it("describePending says what was going on", () => {
    const operation = (kind: string, name: string) => ({ operation: kind, name, urn: "", type: "", inputs: {} });
    assert.equal(describePending([operation("creating", "flags")]), "creating flags");
    assert.equal(
      describePending([operation("creating", "flags"), operation("updating", "dev")]),
      "creating flags and updating dev",
    );
  });
});
