import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { StepsJob } from "../../../delivery/workflows/model.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { script, temporaryFolder, write } from "../../cli/support/temporary.ts";
import { fullFacts, jobOf, processes } from "./support/planned.ts";

const workflows = planWorkflows(fullFacts(processes["the default process"]));

/** Runs a step's script as the machine of a workflow does. */
function runStep(job: StepsJob, name: string, folder: string, env: Record<string, string> = {}) {
  const run = job.steps.find((step) => step.name === name)?.run ?? assert.fail(`no step "${name}"`);
  const output = path.join(folder, "output");
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: path.join(folder, "summary"), ...env },
  });
  const outputs = existsSync(output) ? readFileSync(output, "utf8").trim().split("\n") : [];
  return { status, stdout, stderr, outputs };
}

describe("a release's scripts", () => {
  const check = jobOf(workflows, "release.yml", "check");

  const forms: Readonly<Record<string, boolean>> = {
    "v1.2.3": true,
    "v0.10.0": true,
    "v1.2": false,
    "1.2.3": false,
    "v1.2.3-rc.1": false,
    "v01.2.3": false,
    "v1.2.3.4": false,
    v1x2x3: false,
    "v1.2.3; true": false,
  };
  for (const [tag, good] of Object.entries(forms))
    it(`${good ? "take" : "refuse"} the tag "${tag}"`, () => {
      const { status } = runStep(check, "Check the tag's form", temporaryFolder(), { GITHUB_REF_NAME: tag });
      assert.equal(status, good ? 0 : 1);
    });

  const changelog =
    "# Changelog\n\n## [Unreleased]\n\n- Later\n\n## [1.2.3] - 2026-12-01\n\n- Ours\n\n## [1.2.2]\n\n## [1.2.30]\n\n- No\n";
  const notes = (tag: string) => {
    const folder = temporaryFolder();
    write(path.join(folder, "CHANGELOG.md"), changelog);
    const { status, stdout } = runStep(check, "Check that release notes exist", folder, { GITHUB_REF_NAME: tag });
    return { status, stdout, text: readFileSync(path.join(folder, "notes.md"), "utf8").trim() };
  };

  it("take the notes under the version's own heading", () => {
    assert.deepEqual([notes("v1.2.3").status, notes("v1.2.3").text], [0, "- Ours"]);
  });

  it("refuse a version whose heading is missing or has nothing under it", () => {
    for (const tag of ["v1.2.2", "v9.9.9"]) {
      const { status, stdout } = notes(tag);
      assert.equal(status, 1);
      assert.match(stdout, /::error file=CHANGELOG\.md.*There is nothing under ## \[/);
    }
  });
});

describe("an image's key", () => {
  const build = jobOf(workflows, "deliver.yml", "build-backend");
  const git = (folder: string, ...args: readonly string[]) =>
    execFileSync("git", ["-c", "init.defaultBranch=main", ...args], { cwd: folder, stdio: "pipe" });
  const keyOf = (files: Readonly<Record<string, string>>) => {
    const folder = temporaryFolder();
    git(folder, "init", "--quiet");
    for (const [file, text] of Object.entries(files)) write(path.join(folder, file), text);
    git(folder, "add", ".");
    const { outputs, status } = runStep(build, "Find what it is made of", folder);
    assert.equal(status, 0);
    return outputs;
  };

  it("is that of its files alone, wherever they are committed", () => {
    const key = keyOf({ "backend/app.py": "1", "backend/deep/er.py": "2" });
    assert.match(key.join(), /^key=[0-9a-f]{40}$/);
    assert.deepEqual(keyOf({ "backend/app.py": "1", "backend/deep/er.py": "2", "frontend/app.ts": "3" }), key);
    assert.notDeepEqual(keyOf({ "backend/app.py": "1", "backend/deep/er.py": "other" }), key);
    assert.notDeepEqual(keyOf({ "backend/app.py": "1", "backend/deep/other.py": "2" }), key);
  });

  it("is not there where the repository holds no file of it", () => {
    assert.deepEqual(keyOf({ "frontend/app.ts": "3" }), []);
  });
});

describe("the gate's and the deployment's scripts", () => {
  const gate = jobOf(workflows, "environment-production.yml", "gate");
  const deploy = jobOf(workflows, "environment-production.yml", "deploy");

  /** A folder whose `./slipway` prints this and ends so. */
  const folderWith = (answer: string, code: number) => {
    const folder = temporaryFolder();
    script(path.join(folder, "slipway"), `cat <<'END'\n${answer}\nEND\nexit ${code}`);
    return folder;
  };
  const asked = (answer: object, code: number) =>
    runStep(gate, "Ask the gate", folderWith(JSON.stringify(answer), code), {
      PROMOTION: "7",
      KNOWN_ROLES: '["cto","security-lead"]',
    });
  const waiting = {
    verdict: "waiting",
    obstacles: [{ kind: "approval", what: "The CTO has not approved.", remedy: "Ask." }],
    approvals: [
      { role: "cto", deployables: ["backend"] },
      { role: "security-lead", deployables: ["backend"], actor: "github:ada" },
      { role: "ceo", deployables: ["backend"] },
    ],
    validations: [],
  };

  before(function () {
    if (spawnSync("bash", ["-c", "command -v jq"]).status !== 0) this.skip(); // GitHub's machines have it
  });

  it("ask for the roles that are missing and that have an environment", () => {
    const { outputs, status } = asked(waiting, 3);
    assert.equal(status, 0);
    assert.deepEqual(outputs, ['roles=["cto"]', "waiting=cto"]);
  });

  it("ask nobody when the gate is open", () => {
    assert.deepEqual(asked({ verdict: "open", obstacles: [], approvals: [], validations: [] }, 0).outputs, [
      "roles=[]",
      "waiting=",
    ]);
  });

  it("end with what is refused, and with what failed before the gate could answer", () => {
    assert.equal(asked({ ...waiting, verdict: "refused" }, 1).status, 1);
    const broken = runStep(gate, "Ask the gate", folderWith("", 2), { PROMOTION: "7", KNOWN_ROLES: "[]" });
    assert.notEqual(broken.status, 0);
    assert.deepEqual(broken.outputs, []);
  });

  it("say of a deployment that only has to wait what to do later", () => {
    const { status, stdout } = runStep(deploy, "Deploy", folderWith("", 3), { PROMOTION: "7" });
    assert.equal(status, 3);
    assert.match(stdout, /::notice title=Not now::.*re-run the failed job/);
    assert.equal(runStep(deploy, "Deploy", folderWith("", 0), { PROMOTION: "7" }).status, 0);
  });

  const back = jobOf(workflows, "rollback.yml", "production");
  const wentBack = (code: number) => {
    const folder = temporaryFolder();
    const waiting = [
      { promotion: { id: 8, environment: "staging", rollback: { how: "immediate" } } },
      { promotion: { id: 7, environment: "production", rollback: { how: "immediate" } } },
      { promotion: { id: 9, environment: "production" } },
    ];
    write(path.join(folder, "answer.json"), JSON.stringify({ waiting }));
    script(path.join(folder, "slipway"), `if [ "$2" = status ]; then cat answer.json; else exit ${code}; fi`);
    const { outputs, status } = runStep(back, "Go back", folder, { REASON: "errors" });
    return { outputs, status };
  };

  it("go on to ask for the approvals that a rollback waits for", () => {
    assert.deepEqual(wentBack(3), { status: 0, outputs: ["promotion=7"] });
  });

  it("wait for nobody when the rollback has gone through or failed", () => {
    assert.deepEqual(wentBack(0), { status: 0, outputs: [] });
    assert.deepEqual(wentBack(1), { status: 1, outputs: [] });
  });
});
