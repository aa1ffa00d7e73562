import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "../../../delivery/database/rehearsal-compare.ts";
import type { Portrait, TablePortrait } from "../../../delivery/database/rehearsal-portrait.ts";

const guard = { enabled: true, forced: true, policies: ["members"] };
const untouched = { inserted: 100, updated: 10, deleted: 5 };
const users: TablePortrait = { rows: 95, newest: "2026-03-01T10:00:00Z", guard, written: untouched };
const first = { name: "0001_baseline", checksum: "a".repeat(64), appliedAt: new Date("2026-01-01") };
const second = { name: "0002_flags", checksum: "b".repeat(64), appliedAt: new Date("2026-02-01") };
const portrait = (tables: Readonly<Record<string, TablePortrait>>, migrations = [first, second]): Portrait => ({
  takenAt: new Date("2026-03-01T12:00:00Z"),
  migrations,
  tables,
});
const live = portrait({ "public.users": users });

describe("comparing a restored database with the live one", () => {
  it("finds nothing between equals", () => {
    const { migrations, problems, remarks, tables } = compare({ before: live, after: live, copy: live });
    assert.deepEqual([migrations, problems, remarks], [2, [], []]);
    assert.deepEqual(tables, [
      {
        name: "public.users",
        live: [95, 95],
        copy: 95,
        between: [95, 95],
        newest: { live: users.newest, copy: users.newest },
      },
    ]);
  });

  const copies: [string, Portrait, RegExp][] = [
    ["a row too few", portrait({ "public.users": { ...users, rows: 94 } }), /has 94 rows in the copy, at least 95/],
    ["a row too many", portrait({ "public.users": { ...users, rows: 96 } }), /has 96 rows in the copy, at most 95/],
    ["a table too few", portrait({}), /public.users is missing/],
    ["an older last row", portrait({ "public.users": { ...users, newest: "2026-02-01" } }), /ends at 2026-02-01/],
    [
      "no row-level security",
      portrait({ "public.users": { ...users, guard: { ...guard, enabled: false } } }),
      /no row-level security/,
    ],
    [
      "another policy",
      portrait({ "public.users": { ...users, guard: { ...guard, policies: [] } } }),
      /guarded otherwise/,
    ],
    ["a migration too few", portrait({ "public.users": users }, [first]), /missing in the copy: 0002_flags/],
    [
      "another migration's file",
      portrait({ "public.users": users }, [first, { ...second, checksum: "c".repeat(64) }]),
      /0002_flags \(cccccccccccc\)/,
    ],
  ];
  for (const [what, copy, expected] of copies) {
    it(`finds ${what}`, () => {
      assert.match(compare({ before: live, after: live, copy }).problems.join("\n"), expected);
    });
  }

  it("proves nothing by a database without tables", () => {
    const empty = portrait({});
    assert.match(compare({ before: empty, after: empty, copy: empty }).problems.join(), /no tables/);
  });

  it("allows for exactly what was written meanwhile, whenever the restored moment was", () => {
    const writes = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(writes, fc.nat(40), (all, moment) => {
        const state = (count: number): TablePortrait => {
          const done = all.slice(0, count);
          const [inserted, deleted] = [done.filter(Boolean).length, done.filter((each) => !each).length];
          return {
            ...users,
            rows: 95 + inserted - deleted,
            newest: `2026-03-01T10:00:${String(count).padStart(2, "0")}Z`,
            written: { ...untouched, inserted: 100 + inserted, deleted: 5 + deleted },
          };
        };
        const at = (count: number) => portrait({ "public.users": state(count) });
        const copy = at(Math.min(moment, all.length));
        assert.deepEqual(compare({ before: at(0), after: at(all.length), copy }).problems, []);
        const deleted = all.filter((each) => !each).length;
        const few = portrait({ "public.users": { ...state(0), rows: 95 - deleted - 1 } });
        if (all.filter(Boolean).length === 0 && deleted === 0) return;
        const lost = compare({ before: at(0), after: at(all.length), copy: few });
        assert.match(lost.problems.join(), /at least/);
      }),
    );
  });

  describe("at an earlier moment", () => {
    const at = new Date("2026-02-15");

    it("takes the rows that are younger for granted, and no others", () => {
      const before = portrait({ "public.users": { ...users, after: 20 } });
      const copy = (rows: number) => portrait({ "public.users": { ...users, rows } });
      assert.deepEqual(compare({ before, after: before, copy: copy(75), at }).problems, []);
      assert.deepEqual(compare({ before, after: before, copy: copy(120), at }).problems, []);
      assert.match(compare({ before, after: before, copy: copy(74), at }).problems.join(), /at least 75/);
    });

    it("says of a table whose rows bear no times that it was not judged", () => {
      const { problems, remarks } = compare({ before: live, after: live, copy: live, at });
      assert.deepEqual(
        [problems, remarks],
        [[], ["public.users was not judged by its rows: none of them bears a time"]],
      );
    });

    it("wants the migrations of then, and says which came later", () => {
      const then = new Date("2026-01-15");
      const before = portrait({ "public.users": { ...users, after: 0 }, "public.flags": { ...users, after: 95 } });
      const copy = portrait({ "public.users": users }, [first]);
      const { problems, remarks } = compare({ before, after: before, copy, at: then });
      assert.deepEqual(problems, []);
      assert.deepEqual(remarks, [
        "1 migrations were applied after the restored moment",
        "public.flags is missing in the copy",
      ]);
    });
  });
});
