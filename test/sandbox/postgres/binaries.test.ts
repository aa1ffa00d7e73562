import assert from "node:assert/strict";
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isRoot, serverAccount } from "../../../sandbox/postgres/account.ts";
import { provideBinaries } from "../../../sandbox/postgres/binaries.ts";

const quiet = () => undefined;

describe("sandbox: PostgreSQL's programs", () => {
  let directory: string;

  /** The package as npm unpacks it when it holds back the install script: without a link. */
  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "slipway-binaries-"));
    const { directory: native } = await provideBinaries(undefined, quiet);
    cpSync(native, path.join(directory, "native"), { recursive: true, verbatimSymlinks: true });
    for (const entry of readdirSync(path.join(directory, "native", "lib"), { withFileTypes: true })) {
      if (entry.isSymbolicLink()) rmSync(path.join(entry.parentPath, entry.name));
    }
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("get the links that npm's install script would have made", async () => {
    const { directory: native, major } = await provideBinaries(undefined, quiet, { directory, version: "18.4.0-test" });
    assert.deepEqual([native, major], [path.join(directory, "native"), "18"]);
    const links = readdirSync(path.join(native, "lib"), { withFileTypes: true }).filter((entry) =>
      entry.isSymbolicLink(),
    );
    assert.ok(process.platform !== "linux" || links.length >= 14);
  });

  it("are copied, once, to where root's unprivileged account can reach them", async function () {
    if (!isRoot) return this.skip();
    const account = serverAccount("/nonexistent");
    chmodSync(directory, 0o700);
    const reports: string[] = [];
    const asked = { directory, version: "18.4.0-test" };
    const first = await provideBinaries(account, (detail) => reports.push(detail), asked);
    try {
      assert.equal(first.directory, `/var/lib/slipway/postgresql-18.4.0-test-${process.platform}-${process.arch}`);
      assert.equal(statSync(path.join(first.directory, "bin", "postgres")).mode & 0o777, 0o755);
      assert.equal(lstatSync(path.join(first.directory, "share", "postgresql", "postgres.bki")).mode & 0o777, 0o644);
      await provideBinaries(account, (detail) => reports.push(detail), asked);
      assert.equal(reports.length, 1);
    } finally {
      rmSync(first.directory, { recursive: true });
    }
  });

  it("are refused with what the machine says when they do not run", async () => {
    writeFileSync(path.join(directory, "native", "bin", "postgres"), "#!/bin/sh\necho wrong machine >&2; exit 1\n");
    const cache = process.env.SLIPWAY_CACHE;
    process.env.SLIPWAY_CACHE = path.join(directory, "cache");
    try {
      await assert.rejects(provideBinaries(undefined, quiet, { directory, version: "18.4.0-test" }), {
        name: "SandboxError",
        message: /do not run on this machine: wrong machine\n {2}at .*postgresql-18\.4\.0-test/,
      });
    } finally {
      if (cache === undefined) delete process.env.SLIPWAY_CACHE;
      else process.env.SLIPWAY_CACHE = cache;
    }
  });
});
