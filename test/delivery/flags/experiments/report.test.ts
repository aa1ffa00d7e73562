import assert from "node:assert/strict";
import { readReport } from "../../../../delivery/flags/experiments/report.ts";
import { type FlagDatabase, flagDatabase, putFlag } from "../sql/database.ts";

const targeting = { variants: ["old", "new"].map((name) => ({ name, weight: 50 })) };
const flag = { name: "F", description: "", active: true, enabled: true, rollout: 100, targeting };

describe("the report of an experiment", () => {
  let database: FlagDatabase;
  beforeEach(async () => {
    database = await flagDatabase();
    await putFlag(database.admin, "f", { targeting });
  });
  afterEach(() => database.admin.end());

  const exposed = (units: string) =>
    database.admin.query(
      `INSERT INTO public.feature_flag_exposures (environment, flag_key, unit_kind, unit_id, variant, first_exposed_at)
       SELECT 'production', 'f', kind, unit, variant, now() + at FROM (${units}) u (kind, unit, variant, at)`,
    );
  const tracked = (events: string) =>
    database.admin.query(
      `INSERT INTO public.feature_flag_events (id, environment, metric, user_id, organization_id, value, occurred_at)
       SELECT gen_random_uuid(), 'production', 'm', "user", organization, value, now() + at FROM (${events}) e ("user", organization, value, at)`,
    );
  const arms = async (measure: "rate" | "sum") => {
    const { admin } = database;
    const report = await readReport(admin, { environment: "production", key: "f", flag, metric: "m", measure });
    return {
      arms: report.arms.map(({ variant, units, sum, sumOfSquares }) => [variant, units, sum, sumOfSquares]),
      warnings: report.warnings,
    };
  };

  it("counts a unit once, from when it was exposed, and none that saw two variants or was exposed before the variants changed", async () => {
    await exposed(`VALUES ('user', 'a', 'old', interval '1 h'), ('user', 'b', 'old', '1 h'), ('user', 'two', 'old', '1 h'), ('user', 'two', 'new', '2 h'),
      ('user', 'early', 'new', '-1 h'), ('organization', 'a', 'new', '1 h'), ('user', 'c', 'new', '1 h')`);
    await tracked(`VALUES ('a', NULL, 2::float8, interval '2 h'), ('a', NULL, 3, '3 h'), ('b', NULL, 7, '30 min'), ('two', NULL, 1, '3 h'),
      ('early', NULL, 1, '3 h'), ('nobody', 'a', 5, '2 h'), ('c', 'b', 1, '1 h')`);
    const rate = await arms("rate");
    assert.deepEqual(rate.arms, [
      ["old", 2, 1, 1],
      ["new", 2, 2, 2],
    ]);
    assert.ok(rate.warnings.includes("1 units saw more than one variant and are left out"));
    assert.deepEqual((await arms("sum")).arms, [
      ["old", 2, 5, 25],
      ["new", 2, 6, 26],
    ]);
  });

  it("takes no longer than reading takes, though the database has no statistics of the tables yet", async () => {
    await exposed(
      "SELECT 'user', 'u' || n, CASE n % 2 WHEN 0 THEN 'old' ELSE 'new' END, interval '1 s' FROM generate_series(1, 20000) n",
    );
    await tracked("SELECT 'u' || n, NULL, 1::float8, interval '2 s' FROM generate_series(1, 20000) n WHERE n % 4 < 2");
    await database.admin.query("SET statement_timeout = '20s'"); // every event beside every unit takes minutes
    assert.deepEqual((await arms("rate")).arms, [
      ["old", 10_000, 5_000, 5_000],
      ["new", 10_000, 5_000, 5_000],
    ]);
  });
});
