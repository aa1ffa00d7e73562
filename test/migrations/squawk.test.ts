import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";

const folder = path.join(checkoutRoot, "migrations");
const squawk = path.join(checkoutRoot, "node_modules", ".bin", "squawk");
const files = readMigrations(folder).flatMap(({ up, down }) => [up, down]);
const inTransaction = files.filter(({ directives }) => directives.mode.kind !== "statements");
const byStatement = files.filter(({ directives }) => directives.mode.kind === "statements");

describe("squawk finds nothing that .squawk.toml does not explain", () => {
  const check = (config: string, chosen: typeof files) =>
    promisify(execFile)(squawk, ["--config", config, "--reporter", "gcc", ...chosen.map((file) => file.path)]);

  it("in the migrations that are one transaction", () => check(path.join(folder, ".squawk.toml"), inTransaction));

  it("in those that are run statement by statement, which must bear being run again", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "slipway-squawk-"));
    const config = path.join(directory, "squawk.toml");
    const shared = await readFile(path.join(folder, ".squawk.toml"), "utf8");
    await writeFile(
      config,
      shared
        .replace("assume_in_transaction = true", "assume_in_transaction = false")
        .replace('"prefer-robust-stmts",', ""),
    );
    await check(config, byStatement).finally(() => rm(directory, { recursive: true }));
  });
});
