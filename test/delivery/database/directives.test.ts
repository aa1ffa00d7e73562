import assert from "node:assert/strict";
import { parseDirectives } from "../../../delivery/database/directives.ts";

describe("the directives of a migration's file", () => {
  for (const [sql, directives] of [
    ["SELECT 1;", { mode: { kind: "transaction" } }],
    ["-- slipway: transaction none\nSELECT 1;", { mode: { kind: "statements" } }],
    [
      "-- Why.\r\n\r\n-- slipway: backfill batch=2000 pause=10ms\r\n-- slipway: phase 8.5\r\nSELECT 1;",
      { mode: { kind: "backfill", batch: 2000, pauseMilliseconds: 10 }, phase: "8.5" },
    ],
    ["-- slipway: backfill batch=1\nSELECT 1;", { mode: { kind: "backfill", batch: 1, pauseMilliseconds: 0 } }],
    ["SELECT '-- slipway is a tool';\n-- slipways: none", { mode: { kind: "transaction" } }],
  ] as const) {
    it(`are read from ${JSON.stringify(sql)}`, () => {
      assert.deepEqual(parseDirectives(sql), { directives, problems: [] });
    });
  }

  for (const [sql, problem] of [
    ["-- slipway: backfill", /unknown directive "backfill" in line 1/],
    ["-- slipway: backfill batch=0", /unknown directive/],
    ["-- slipway: backfill batch=10 pause=1s", /unknown directive/],
    ["-- slipway: transactions none", /unknown directive "transactions none"/],
    ["SELECT 1;\n-- slipway: transaction none", /line 2, after its first statement/],
    ["-- slipway: transaction none\n-- slipway: backfill batch=1", /says twice/],
  ] as const) {
    it(`are refused in ${JSON.stringify(sql)}`, () => {
      const { problems } = parseDirectives(sql);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", problem);
    });
  }
});
