import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gitChanges } from "../../../delivery/metrics/git-changes.ts";
import { digest, smallProcess } from "./support/facts.ts";

describe("the commits of a bundle, from a checkout", () => {
  let root: string;
  const commits: string[] = [];

  function git(...words: readonly string[]): string {
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: root,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@b.example",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@b.example",
      GIT_COMMITTER_DATE: `2026-11-0${commits.length + 1}T10:00:00Z`,
    };
    return execFileSync("git", [...words], { cwd: root, env, encoding: "utf8" }).trim();
  }
  function commit(file: string): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), String(commits.length));
    git("add", "-A");
    git("commit", "-qm", file);
    commits.push(git("rev-parse", "HEAD"));
  }

  before(() => {
    root = mkdtempSync(path.join(tmpdir(), "slipway-changes-"));
    git("init", "-q");
    for (const file of ["frontend/a/b.ts", "backend/c.py", "frontend/d.ts"]) commit(file);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const bundle = (at: number, name: string) => ({
    digest: digest(name),
    deployables: { frontend: { commit: commits[at] ?? "", version: "1.0.0" } },
  });
  const found = async (bundles: Parameters<typeof gitChanges>[2], since = "2026-01-01T00:00:00Z") =>
    (await gitChanges(root, smallProcess, bundles, since)).map(({ bundle: of, commit: sha, committedAt }) => [
      of,
      commits.indexOf(sha),
      committedAt,
    ]);

  it("are those up to its commit that touch the deployable's paths, with when they were committed", async () => {
    assert.deepEqual(await found([bundle(1, "old"), bundle(2, "new")]), [
      [digest("old"), 0, "2026-11-01T10:00:00.000Z"],
      [digest("new"), 2, "2026-11-03T10:00:00.000Z"],
      [digest("new"), 0, "2026-11-01T10:00:00.000Z"],
    ]);
  });

  it("go no further back than was asked", async () => {
    assert.deepEqual(await found([bundle(2, "new")], "2026-11-02T00:00:00Z"), [
      [digest("new"), 2, "2026-11-03T10:00:00.000Z"],
    ]);
  });

  it("are unknown for a commit that the checkout does not have, and for what is no commit", async () => {
    for (const commit of ["f".repeat(40), "--output=/tmp/x"])
      assert.deepEqual(
        await found([{ digest: digest("x"), deployables: { frontend: { commit, version: "1.0.0" } } }]),
        [],
      );
  });
});
