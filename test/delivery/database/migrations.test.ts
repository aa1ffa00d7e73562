import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readMigrations } from "../../../delivery/database/migrations.ts";

describe("the migrations' files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "slipway-migrations-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (name: string, sql = "SELECT 1;") => writeFile(path.join(folder, name), sql);

  it("are read as pairs in the order of their numbers", async () => {
    for (const name of ["0002_b", "0010_c", "0001_a"]) {
      await write(`${name}.up.sql`);
      await write(`${name}.down.sql`);
    }
    await write("README.md");
    assert.deepEqual(
      readMigrations(folder).map(({ name }) => name),
      ["0001_a", "0002_b", "0010_c"],
    );
  });

  it("have a checksum that depends on the up file alone, and not on its line ends", async () => {
    await write("0001_a.down.sql");
    const checksum = async (sql: string) => {
      await write("0001_a.up.sql", sql);
      return readMigrations(folder)[0]?.checksum;
    };
    assert.equal(await checksum("SELECT 1;\nSELECT 2;"), await checksum("SELECT 1;\r\nSELECT 2;"));
    assert.notEqual(await checksum("SELECT 1;"), await checksum("SELECT 2;"));
    const before = readMigrations(folder)[0]?.checksum;
    await write("0001_a.down.sql", "SELECT 3;");
    assert.equal(readMigrations(folder)[0]?.checksum, before);
  });

  it("are refused with all problems at once", async () => {
    await write("0001_a.up.sql");
    await write("0002_b.down.sql");
    await write("3_c.up.sql");
    await write("0004_d.up.sql", " \n");
    await write("0004_d.down.sql");
    await write("0004_e.up.sql");
    await write("0004_e.down.sql");
    assert.throws(
      () => readMigrations(folder),
      (error: Error) => {
        assert.equal(error.name, "UserError");
        for (const problem of [
          /0001_a\.down\.sql is missing/,
          /0002_b\.up\.sql is missing/,
          /3_c\.up\.sql is not named like 0001/,
          /0004_d\.up\.sql is empty/,
          /0004_e and 0004_d have the same number/,
        ]) {
          assert.match(error.message, problem);
        }
        return true;
      },
    );
  });

  it("are refused when there is no folder", () => {
    assert.throws(() => readMigrations(path.join(folder, "nowhere")), /cannot be read/);
  });
});
