import assert from "node:assert/strict";
import path from "node:path";
import { countedBackfills } from "../../../delivery/database/backfill-counts.ts";
import { compareMigrations } from "../../../delivery/database/migration-status.ts";
import { type Migration, readMigrations } from "../../../delivery/database/migrations.ts";
import { migrationNumbered, planRollback } from "../../../delivery/database/rollback-plan.ts";
import { functionBodies } from "../../../delivery/database/sql-text.ts";
import { wayBack } from "../../../delivery/database/way-back.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const ours = readMigrations(path.join(checkoutRoot, "migrations"));
const made = (name: string, down: string, up = "SELECT 1;"): Migration => ({
  name,
  checksum: name,
  up: { path: `${name}.up.sql`, sql: up, directives: { mode: { kind: "transaction" } } },
  down: { path: `${name}.down.sql`, sql: down, directives: { mode: { kind: "transaction" } } },
});
const applied = (...names: string[]) =>
  compareMigrations(
    ours,
    names.map((name) => ({
      name,
      checksum: ours.find((m) => m.name === name)?.checksum ?? "",
      appliedAt: new Date(0),
      appliedBy: "x",
    })),
  );

describe("the way back of a migration", () => {
  for (const migration of ours)
    it(`keeps all data: ${migration.name}`, () => {
      assert.deepEqual(wayBack(migration, functionBodies(ours)).loses, []);
    });

  for (const [down, loses] of [
    ["DROP TABLE public.a;", ["the table public.a"]],
    ["SELECT slipway.archive('public.a'); DROP TABLE IF EXISTS public.a, public.b CASCADE;", ["the table public.b"]],
    ["-- SELECT slipway.archive('public.a');\nDROP TABLE public.a;", ["the table public.a"]],
    ["ALTER TABLE public.a DROP COLUMN b;", ["the column public.a.b"]],
    [
      "SELECT slipway.archive_column('public.a', 'id', 'c'); ALTER TABLE public.a DROP COLUMN IF EXISTS b, DROP COLUMN c;",
      ["the column public.a.b"],
    ],
    ["ALTER TABLE public.a DROP CONSTRAINT b;", []],
    ["DELETE FROM public.a WHERE id = 1;", ["rows of public.a"]],
    ["SELECT slipway.move_to_archive('public.a', 'id = 1'); DELETE FROM public.a WHERE id = 1;", []],
    ["SELECT slipway.move_to_archive('public.a', 'id = 1'); DROP TABLE public.a;", ["the table public.a"]],
    ["UPDATE public.a SET b = NULL;", ["values of public.a.b"]],
    ["TRUNCATE public.a;", ["rows of public.a"]],
    ["DROP SCHEMA enterprise CASCADE;", ["all that is in the schema enterprise"]],
    ["DROP TABLE slipway.baseline_objects;", []],
    ["SELECT app.clear();", ["rows of public.a"]],
    ["DROP FUNCTION app.clear();", []],
    [
      "DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['public.a', 'public.b'] LOOP EXECUTE format('DROP TABLE %s', t); END LOOP; END $$;",
      ["the table public.a", "the table public.b"],
    ],
  ] as const)
    it(`${loses.length === 0 ? "keeps all data" : `loses ${loses.join(", ")}`}: ${down.slice(0, 100)}`, () => {
      const clear = made(
        "0001_a",
        down,
        "CREATE FUNCTION app.clear() RETURNS void LANGUAGE sql AS $$ DELETE FROM public.a $$;",
      );
      assert.deepEqual(wayBack(clear, functionBodies([clear])).loses, loses);
    });

  it("says what it puts aside: tables, columns, and what a function of ours does", () => {
    const of = (name: string) => wayBack(ours.find((m) => m.name === name) as Migration, functionBodies(ours)).archives;
    assert.deepEqual(of("0005_enterprise_api_keys"), [{ table: "enterprise.organization_api_keys", part: false }]);
    assert.deepEqual(of("0007_organization_columns")[0], {
      table: "public.profiles",
      column: "organization_id",
      part: false,
    });
    assert.ok(of("0012_move_users").some(({ part, table }) => table === "enterprise.organizations" && part));
    assert.deepEqual(of("0011_move_functions"), []);
  });
});

describe("a rollback", () => {
  const three = ["0001_application_baseline", "0002_feature_flags", "0003_enterprise_organizations"];

  it("takes back the last ones, or all behind one, newest first", () => {
    const names = (wanted: Parameters<typeof planRollback>[2]) =>
      planRollback(ours, applied(...three), wanted).map(({ migration }) => migration.name);
    assert.deepEqual(names({ count: 1 }), three.slice(2));
    assert.deepEqual(names({ count: 2 }), three.slice(1).reverse());
    assert.deepEqual(names({ to: "0001_application_baseline" }), three.slice(1).reverse());
    assert.deepEqual(names({ to: "" }), [...three].reverse());
    assert.deepEqual(names({ to: "0003_enterprise_organizations" }), []);
  });

  it("is refused when it asks for more than there is, or for what cannot come back", () => {
    assert.throws(() => planRollback(ours, applied(...three), { count: 4 }), /Only 3 migrations are applied; 4 cannot/);
    assert.throws(() => planRollback(ours, applied(), { count: 1 }), /Only 0 migrations are applied/);
    assert.throws(
      () => planRollback(ours, applied(...three, "9999_theirs"), { count: 1 }),
      /nothing was:\n {2}9999_theirs is applied, but this checkout does not have it/,
    );
    const lossy = [...ours, made("9999_lossy", "DROP TABLE public.a;")];
    const status = compareMigrations(lossy, [
      { name: "9999_lossy", checksum: "9999_lossy", appliedAt: new Date(0), appliedBy: "x" },
    ]);
    assert.throws(
      () => planRollback(lossy, status, { count: 1 }),
      /9999_lossy\.down\.sql would lose the table public\.a/,
    );
    assert.throws(
      () =>
        planRollback(ours, applied("0003_enterprise_organizations", "0001_application_baseline"), {
          to: "0002_feature_flags",
        }),
      /0001_application_baseline was applied after later ones/,
    );
  });

  it("names migrations by their number, with or without zeros, and says which there are", () => {
    assert.equal(migrationNumbered(ours, "12"), "0012_move_users");
    assert.equal(migrationNumbered(ours, "0012"), "0012_move_users");
    for (const number of ["9998", "", "x", "-1", "00012", "0012_move_users"])
      assert.throws(() => migrationNumbered(ours, number), /There is no migration with the number ".*".*0001 to/s);
  });
});

describe("a backfill", () => {
  it("has its rows counted, each of them", () => {
    const backfills = ours.filter(({ up }) => up.directives.mode.kind === "backfill").map(({ name }) => name);
    assert.deepEqual([...countedBackfills].sort(), backfills.sort());
  });
});
