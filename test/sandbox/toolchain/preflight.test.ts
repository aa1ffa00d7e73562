import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { UserError } from "../../../delivery/errors.ts";
import {
  awsNeeds,
  buildNeeds,
  buildParallelism,
  checkRoom,
  engineNeeds,
  measureRoom,
  type Room,
} from "../../../sandbox/toolchain/preflight.ts";
import { temporaryFolder } from "../../cli/support/temporary.ts";

const gib = 1024 ** 3;
const room = (changed: Partial<Room> = {}): Room => ({ disk: 50 * gib, memory: 8 * gib, cores: 4, ...changed });

describe("the room for a build", () => {
  it("is enough from the limits on", () => {
    for (const needs of Object.values(buildNeeds))
      checkRoom(room({ disk: needs.disk, memory: needs.memory }), "/cache", needs);
  });

  it("says how much disk is short, where, and what to do", () => {
    assert.throws(
      () => checkRoom(room({ disk: 1.5 * gib }), "/home/me/.cache/slipway", engineNeeds),
      (error: unknown) =>
        error instanceof UserError &&
        error.message ===
          "The disk is too full to build the engine: 1.5 GiB free at /home/me/.cache/slipway, 6.0 GiB needed while it builds (the result keeps 0.3 GiB).\n  Free some space, or set SLIPWAY_CACHE to a folder on a larger disk.",
    );
  });

  it("says how much memory is short, and what to do", () => {
    assert.throws(
      () => checkRoom(room({ memory: 0.9 * gib }), "/cache", engineNeeds),
      /too little free memory to build the engine: 0\.9 GiB free, 2\.0 GiB needed\.\n {2}Close other programs, or put a ready-made pulumi on PATH/,
    );
  });

  it("is larger for the AWS plugin, which is said by its name", () => {
    assert.throws(
      () => checkRoom(room({ disk: 7 * gib }), "/cache", awsNeeds),
      /too full to build the AWS plugin: 7\.0 GiB free at \/cache, 9\.0 GiB needed/,
    );
    assert.throws(() => checkRoom(room({ memory: 3 * gib }), "/cache", awsNeeds), /memory to build the AWS plugin/);
    assert.equal(buildParallelism(room({ memory: 6 * gib, cores: 2 }), awsNeeds), 1);
  });

  for (const [memory, cores, jobs] of [
    [2, 8, 1],
    [3.9, 8, 1],
    [4, 2, 2],
    [5, 32, 2],
    [64, 8, 8],
    [0, 4, 1],
  ] as const) {
    it(`compiles ${jobs} at once with ${memory} GiB and ${cores} cores`, () => {
      assert.equal(buildParallelism(room({ memory: memory * gib, cores }), engineNeeds), jobs);
    });
  }

  it("never compiles more at once than there are cores, nor less than one", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 512 * 1024 }),
        fc.integer({ min: 1, max: 256 }),
        fc.constantFrom(...Object.values(buildNeeds)),
        (mebibytes, cores, needs) => {
          const jobs = buildParallelism(room({ memory: mebibytes * 1024 ** 2, cores }), needs);
          return jobs >= 1 && jobs <= cores;
        },
      ),
    );
  });

  it("is measured where the folder is going to be", () => {
    const folder = temporaryFolder();
    const measured = measureRoom(path.join(folder, "not", "yet", "there"));
    assert.ok(measured.disk > 0 && measured.memory > 0 && measured.cores >= 1);
    const limit = process.constrainedMemory();
    if (limit > 0) assert.ok(measured.memory <= limit, "a container's limit counts");
  });
});
