import fc from "fast-check";
import type { Flag, FlagSet } from "../../../delivery/flags/flag.ts";

/** Few keys and values, so that the same ones meet often; among them names that trip over object prototypes. */
const flagKey = fc.constantFrom("a", "b", "c.d", "constructor", "toString", "hasOwnProperty");

const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !/[\0\n]|: /.test(value));

export const flag: fc.Arbitrary<Flag> = fc
  .record({
    name: text.map((value) => `N${value}`),
    description: text,
    active: fc.boolean(),
    enabled: fc.boolean(),
    rollout: fc.constantFrom(0, 1, 50, 100),
    targeting: fc.oneof(
      fc.constant({}),
      fc
        .dictionary(text, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Flag["targeting"][string]>, { maxKeys: 2 })
        .filter((value) => !JSON.stringify(value).includes("\\u")), // what PostgreSQL cannot store
    ),
  })
  .map((value) => JSON.parse(JSON.stringify(value))); // ordinary objects, no -0: what a file can hold

export const flagSet: fc.Arbitrary<FlagSet> = fc.dictionary(flagKey, flag, { maxKeys: 5, noNullPrototype: true });
