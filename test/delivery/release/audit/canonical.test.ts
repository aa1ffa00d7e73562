import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import { canonicalJson, canonicalText } from "../../../../delivery/release/audit/canonical.ts";
import { connectAs, releaseDatabase } from "../store/support.ts";

describe("the canonical text of JSON", () => {
  let client: pg.Client;
  before(async () => {
    client = await connectAs((await releaseDatabase()).name);
  });
  after(() => client.end());

  /** What SQL makes of each text, and how it prints it. */
  async function inSql(texts: readonly string[]): Promise<{ canonical: string; printed: string }[]> {
    const { rows } = await client.query(
      "SELECT release.canonical(t::jsonb) AS canonical, (t::jsonb)::text AS printed FROM unnest($1::text[]) WITH ORDINALITY u (t, n) ORDER BY n",
      [texts],
    );
    return rows;
  }

  const known: readonly (readonly [string, string])[] = [
    ['{"b": 1, "a": {"d": null, "c": [true, false, {}]}}', '{"a":{"c":[true,false,{}],"d":null},"b":1}'],
    ['{"a": 1, "a": 2}', '{"a":2}'],
    ['{"": [], "aa": 1, "b": 2, "a": 3, "A": 4, "10": 5, "9": 6}', '{"":[],"10":5,"9":6,"A":4,"a":3,"aa":1,"b":2}'],
    // By UTF-16 the second key would come first.
    ['{"\uFF5E": 1, "\u{1F600}": 2, "é": 3}', '{"é":3,"\uFF5E":1,"\u{1F600}":2}'],
    ['{"__proto__": {"x": 1}, "constructor": 2}', '{"__proto__":{"x":1},"constructor":2}'],
    [
      "[1.0, 1.50, 0.10, -0, -0.0, 0e5, 1e2, 1.5e3, 1.50e1, 12e-4, 1E+2, -1.5e-3]",
      "[1.0,1.50,0.10,0,0.0,0,100,1500,15.0,0.0012,100,-0.0015]",
    ],
    [
      "[12345678901234567890123.456789012345678901, 1e30, 1e-30]",
      `[12345678901234567890123.456789012345678901,1${"0".repeat(30)},0.${"0".repeat(29)}1]`,
    ],
    [
      String.raw`"\u0041\/\n\t\b\f\r\u001f\u007f\"\\\u2028\ud83d\ude00"`,
      '"A/\\n\\t\\b\\f\\r\\u001f\u007f\\"\\\\\u2028😀"',
    ],
    ["null", "null"],
    ["true", "true"],
    ['" a  b "', '" a  b "'],
  ];

  it("is the known one for awkward values, in SQL as in TypeScript", async () => {
    const sql = await inSql(known.map(([text]) => text));
    for (const [index, [text, wanted]] of known.entries()) {
      assert.equal(canonicalText(text), wanted);
      assert.equal(sql[index]?.canonical, wanted, text);
      assert.equal(canonicalText(sql[index]?.printed ?? ""), wanted, text);
    }
  });

  it("is the same in SQL for long text and for deep nesting", async () => {
    const long = JSON.stringify({ text: "ø\n".repeat(300_000) });
    const deep = `${"[".repeat(300)}{"a":1}${"]".repeat(300)}`;
    const sql = await inSql([long, deep]);
    assert.ok(sql[0]?.canonical === canonicalText(long));
    assert.equal(sql[1]?.canonical, canonicalText(deep));
  });

  it("is the same in SQL for 500 random values", async () => {
    // PostgreSQL keeps neither U+0000 nor half a surrogate pair.
    const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\u0000", "").toWellFormed());
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        number,
        fc.boolean(),
        fc.constant(null),
        tie("list"),
        tie("record"),
      ),
      list: fc.array(tie("value"), { maxLength: 5 }),
      record: fc.dictionary(text, tie("value"), { maxKeys: 6 }),
    }));
    const values = fc.sample(value, 500);
    const sql = await inSql(values.map((one) => JSON.stringify(one)));
    for (const [index, one] of values.entries()) {
      assert.equal(canonicalJson(one), sql[index]?.canonical);
      assert.equal(canonicalText(sql[index]?.printed ?? ""), sql[index]?.canonical);
    }
  });

  it("does not depend on the order in which keys were written", () => {
    const shuffled = fc
      .dictionary(fc.string(), fc.integer())
      .chain((record) =>
        fc.tuple(
          fc.constant(record),
          fc.shuffledSubarray(Object.keys(record), { minLength: Object.keys(record).length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([record, keys]) => {
        const again = Object.fromEntries(keys.map((key) => [key, record[key]]));
        assert.equal(canonicalJson(again), canonicalJson(record));
      }),
    );
  });

  it("refuses what is no JSON", () => {
    assert.throws(() => canonicalText("{a: 1}"), SyntaxError);
  });
});
