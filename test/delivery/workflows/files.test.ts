import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { compareWorkflows, workflowsFolder, writeWorkflows } from "../../../delivery/workflows/files.ts";
import type { Workflow } from "../../../delivery/workflows/model.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { header, renderWorkflow } from "../../../delivery/workflows/render.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { temporaryFolder } from "../../cli/support/temporary.ts";
import { everyWorkflow, factsOf, processes } from "./support/planned.ts";

const one: Workflow = {
  file: "one.yml",
  name: "One",
  about: ["Does one thing."],
  on: { push: { branches: ["main"] } },
  jobs: {
    only: {
      name: "Only",
      permissions: { contents: "read" },
      "runs-on": "ubuntu-24.04",
      "timeout-minutes": 5,
      steps: [{ name: "Say it", run: "set -euo pipefail\necho it\n" }],
    },
  },
};

describe("the workflows' files", () => {
  const folder = () => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, workflowsFolder), { recursive: true });
    return root;
  };
  const kinds = (root: string, workflows: readonly Workflow[]) =>
    compareWorkflows(root, workflows).map(({ file, kind }) => `${path.basename(file)} ${kind}`);

  it("in this repository are those of the process", () => {
    const workflows = planWorkflows(factsOf(processes["the default process"]));
    assert.deepEqual(
      compareWorkflows(checkoutRoot, workflows).map(({ file, kind }) => `${file} ${kind}`),
      [],
      "run ./slipway workflows generate",
    );
  });

  it("are written, and are then what they should be", () => {
    const root = temporaryFolder();
    const differences = compareWorkflows(root, [one]);
    assert.deepEqual(kinds(root, [one]), ["one.yml missing"]);
    writeWorkflows(root, differences);
    assert.deepEqual(kinds(root, [one]), []);
  });

  it("are mended when somebody has changed one, and removed when nothing asks for one any more", () => {
    const root = folder();
    writeWorkflows(root, compareWorkflows(root, [one, { ...one, file: "two.yml" }]));
    const file = path.join(root, workflowsFolder, "one.yml");
    writeFileSync(file, readFileSync(file, "utf8").replace("contents: read", "contents: write"));
    assert.deepEqual(kinds(root, [one]), ["one.yml changed", "two.yml superfluous"]);
    writeWorkflows(root, compareWorkflows(root, [one]));
    assert.deepEqual(kinds(root, [one]), []);
  });

  it("leave alone what is somebody's own", () => {
    const root = folder();
    const own = path.join(root, workflowsFolder, "own.yml");
    writeFileSync(own, "name: Own\n");
    writeWorkflows(root, compareWorkflows(root, [one]));
    assert.equal(readFileSync(own, "utf8"), "name: Own\n");
    assert.deepEqual(kinds(root, [one]), []);
  });

  it("refuse to take the place of somebody's own", () => {
    const root = folder();
    writeFileSync(path.join(root, workflowsFolder, "one.yml"), "name: Own\n");
    assert.throws(() => compareWorkflows(root, [one]), { name: "UserError", message: /one\.yml is somebody's own/ });
  });
});

describe("renderWorkflow", () => {
  it("begins with where the file comes from, and says what it is for", () => {
    assert.ok(renderWorkflow(one).startsWith(`${header}\n#\n# Does one thing.\n\nname: One\n`));
  });

  it("prints a workflow the same, in whichever order it was planned", () => {
    const { about, file, jobs, name, on } = one;
    const turned = Object.fromEntries(
      Object.entries(jobs).map(([id, job]) => [id, Object.fromEntries(Object.entries(job).reverse())]),
    );
    assert.equal(
      renderWorkflow({ jobs: turned as unknown as Workflow["jobs"], on, about, name, file }),
      renderWorkflow(one),
    );
  });

  it("loses nothing on the way to YAML", () => {
    for (const workflow of everyWorkflow()) {
      const { about: _, file: __, ...rest } = workflow;
      const { defaults, permissions, ...read } = parse(renderWorkflow(workflow)) as Record<string, unknown>;
      assert.deepEqual(read, JSON.parse(JSON.stringify(rest)));
      assert.deepEqual([defaults, permissions], [{ run: { shell: "bash" } }, {}]);
    }
  });
});
