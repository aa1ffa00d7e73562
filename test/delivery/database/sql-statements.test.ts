import assert from "node:assert/strict";
import fc from "fast-check";
import { splitStatements } from "../../../delivery/database/sql-statements.ts";

describe("splitting a file into statements", () => {
  for (const [sql, statements] of [
    ["", []],
    [" -- nothing; at all\n /* a; /* b; */ c; */ ;", []],
    ["SELECT 1", ["SELECT 1"]],
    ["SELECT 1;\n-- two;\nSELECT 2 -- no; end\n + 1;", ["SELECT 1", "SELECT 2 -- no; end\n + 1"]],
    [`SELECT ';', "a;""b", E'\\';', 'it''s;'; SELECT 2`, [`SELECT ';', "a;""b", E'\\';', 'it''s;'`, "SELECT 2"]],
    ["SELECT 'back\\'; SELECT 2", ["SELECT 'back\\'", "SELECT 2"]],
    ["DO $$ BEGIN; ' END $$; SELECT 2", ["DO $$ BEGIN; ' END $$", "SELECT 2"]],
    ["DO $a$ $$;$b$; $a$; SELECT 2", ["DO $a$ $$;$b$; $a$", "SELECT 2"]],
    ["SELECT a$b$c; SELECT $1; SELECT 3", ["SELECT a$b$c", "SELECT $1", "SELECT 3"]],
    ["/* a */ SELECT /* ; */ 1;", ["SELECT /* ; */ 1"]],
  ] as const) {
    it(`finds ${statements.length} in ${JSON.stringify(sql)}`, () => {
      assert.deepEqual(
        splitStatements(sql).map((statement) => statement.sql),
        statements,
      );
    });
  }

  it("knows the line of each", () => {
    const lines = splitStatements("-- head\n\nSELECT 1;\n/* two\nlines */ SELECT 2;SELECT 3;").map(({ line }) => line);
    assert.deepEqual(lines, [3, 5, 5]);
  });

  it("finds again what was joined, whatever hides semicolons in it", () => {
    const part = fc.constantFrom("SELECT 1", "'a;b'", '"x;y"', "$$;$$", "$q$;'$q$", "/* ; */ x", "E'\\';'", "a -- ;\n");
    const statement = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `SELECT ${parts.join(" ")} , z`);
    fc.assert(
      fc.property(fc.array(statement), (wanted) => {
        assert.deepEqual(
          splitStatements(wanted.map((sql) => `${sql};`).join("\n")).map(({ sql }) => sql),
          wanted,
        );
      }),
    );
  });
});
