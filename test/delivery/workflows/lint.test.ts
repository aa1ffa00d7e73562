import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { compareWorkflows, writeWorkflows } from "../../../delivery/workflows/files.ts";
import type { Workflow } from "../../../delivery/workflows/model.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { provideToolchain } from "../../../sandbox/toolchain/provide.ts";
import { temporaryFolder } from "../../cli/support/temporary.ts";
import { fullFacts, processes } from "./support/planned.ts";

describe("the derived workflows before actionlint", function () {
  this.timeout(60_000);
  let checker: string;

  /** What it says of the workflows, as the files of a repository. */
  const findings = (workflows: readonly Workflow[]): string[] => {
    const root = temporaryFolder();
    // It looks for the repository that calls of other workflows are relative to.
    mkdirSync(path.join(root, ".git"));
    writeWorkflows(root, compareWorkflows(root, workflows));
    // Without the tools that a machine may happen to have: the same answer everywhere.
    const { status, stdout, stderr } = spawnSync(checker, ["-shellcheck=", "-pyflakes=", "-oneline"], {
      cwd: root,
      encoding: "utf8",
    });
    assert.ok(status === 0 || status === 1, stderr);
    return stdout.split("\n").filter((line) => line !== "");
  };

  before(async function () {
    this.timeout(900_000); // A machine that has not built the checker yet does so now.
    const built = async () => (await provideToolchain(["actionlint"], () => undefined)).get("actionlint")?.file;
    checker = process.env.SLIPWAY_WORKFLOW_CHECKER ?? (await built()) ?? assert.fail("no checker");
  });

  for (const [title, file] of Object.entries(processes))
    it(`have no finding: those of ${title}`, () => {
      assert.deepEqual(findings(planWorkflows(fullFacts(file))), []);
    });

  it("would be found out if they were bad", () => {
    const bad = planWorkflows(fullFacts(processes["the default process"])).map((workflow) => ({
      ...workflow,
      jobs: Object.fromEntries(
        Object.entries(workflow.jobs).map(([id, job]) => [
          id,
          { ...job, needs: ["nobody"], if: "steps.none.outputs.x" },
        ]),
      ),
    }));
    const found = findings(bad);
    assert.ok(
      found.some((line) => line.includes('job "nobody" which does not exist')),
      found[0],
    );
    assert.ok(
      found.some((line) => line.includes('context "steps" is not allowed here')),
      found[0],
    );
  });
});
