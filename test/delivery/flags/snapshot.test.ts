import assert from "node:assert/strict";
import fc from "fast-check";
import { takeSnapshot } from "../../../delivery/flags/snapshot.ts";
import type { StoredFlag } from "../../../delivery/flags/translate.ts";
import { context, targeting } from "./sql/arbitraries.ts";

const flag: fc.Arbitrary<StoredFlag> = fc.record({
  enabled: fc.boolean(),
  rollout: fc.constantFrom(0, 50, 100),
  targeting,
});
const keys = ["f0", "f1", "f2", "f3", "f24"];
const set = fc.array(flag, { minLength: 2, maxLength: keys.length });
const named = (flags: readonly StoredFlag[]) =>
  Object.fromEntries(flags.map((one, index) => [keys[index] as string, one]));

describe("a snapshot", () => {
  it("that takes over what did not change answers as one that is taken anew", () => {
    fc.assert(
      fc.property(
        set,
        set,
        fc.array(fc.boolean(), { minLength: keys.length, maxLength: keys.length }),
        context,
        (one, other, kept, asked) => {
          const before = takeSnapshot(named(one));
          const flags = named(other.map((changed, index) => (kept[index] ? (one[index] ?? changed) : changed)));
          const [after, anew] = [takeSnapshot(flags, before), takeSnapshot(flags)];
          for (const key of keys) assert.deepEqual(after.flags.evaluate(key, asked), anew.flags.evaluate(key, asked));
          assert.deepEqual(
            [after.metadata, after.organizationFlags, after.digests],
            [anew.metadata, anew.organizationFlags, anew.digests],
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
