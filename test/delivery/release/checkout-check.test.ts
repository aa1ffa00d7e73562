import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkoutProblems } from "../../../delivery/release/checkout-check.ts";
import { Repository } from "../../../delivery/release/repository.ts";

const rules = {
  deployables: {
    backend: { title: "Backend", paths: ["backend/**"], image: true },
    infrastructure: { title: "Infrastructure", paths: ["infra/**", "Pulumi.*.yaml"], image: false },
  },
};

describe("whether a checkout is what a bundle was made of", () => {
  const root = mkdtempSync(path.join(tmpdir(), "slipway-checkout-check-"));
  const repository = new Repository(root);
  const git = (...args: readonly string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", ...args],
      {
        cwd: root,
        encoding: "utf8",
      },
    ).trim();
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const commit = (file: string, text: string) => {
    write(file, text);
    git("add", "-A");
    git("commit", "-qm", file);
    return git("rev-parse", "HEAD");
  };
  const of = (commit: string) => ({ commit, version: "1.0.0" });
  let first: string;
  let second: string;
  before(() => {
    git("init", "-q");
    first = commit("infra/index.ts", "1");
    commit("backend/main.py", "1");
    second = commit("Pulumi.prod.yaml", "1");
    commit("backend/main.py", "2");
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("is, when the files that no image brings were last changed by the bundle's commit", async () => {
    const bundle = { infrastructure: of(second), backend: { ...of(first), image: `sha256:${"a".repeat(64)}` } };
    assert.deepEqual(await checkoutProblems(rules, bundle, {}, repository), []);
  });

  it("is not, when they were changed before or since", async () => {
    assert.deepEqual(await checkoutProblems(rules, { infrastructure: of(first) }, {}, repository), [
      `infrastructure was last changed here by ${second.slice(0, 12)}, in the bundle by ${first.slice(0, 12)}.`,
    ]);
  });

  it("has to have what stands where the bundle does not bring it, so that a fix of one thing brings no other", async () => {
    const bundle = { backend: of(first) };
    assert.deepEqual(await checkoutProblems(rules, bundle, { infrastructure: of(second) }, repository), []);
    assert.deepEqual(await checkoutProblems(rules, bundle, { infrastructure: of(first) }, repository), [
      `infrastructure was last changed here by ${second.slice(0, 12)}, in what runs there, which the bundle leaves as it is, by ${first.slice(0, 12)}.`,
    ]);
  });

  it("is of no matter where nobody knows what stands and the bundle says nothing", async () => {
    assert.deepEqual(await checkoutProblems(rules, { backend: of(first) }, {}, repository), []);
  });

  it("is not, with files that nobody committed, new ones too; others do not matter", async () => {
    write("infra/index.ts", "changed");
    write("infra/new file.ts", "new");
    write("backend/main.py", "changed");
    try {
      assert.deepEqual(await checkoutProblems(rules, { infrastructure: of(second) }, {}, repository), [
        "infrastructure has changes that are not committed: infra/index.ts, infra/new file.ts.",
      ]);
    } finally {
      git("checkout", "-q", ".");
      git("clean", "-fdq");
    }
  });

  it("is not, when nothing here ever touched what the bundle brings", async () => {
    const elsewhere = { deployables: { voice: { title: "Voice", paths: ["voice/**"], image: false } } };
    assert.deepEqual(await checkoutProblems(elsewhere, { voice: of(first) }, {}, repository), [
      `voice was last changed here by no commit, in the bundle by ${first.slice(0, 12)}.`,
    ]);
  });
});
