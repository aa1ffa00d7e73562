import assert from "node:assert/strict";
import { renderWorkflow } from "../../../delivery/workflows/render.ts";
import { everyWorkflow } from "./support/planned.ts";
import { securityRules } from "./support/security-rules.ts";

describe("the derived workflows", () => {
  const workflows = everyWorkflow();

  for (const rule of securityRules) {
    it(`each: ${rule.title}`, () => {
      assert.deepEqual(
        workflows.flatMap((workflow) => rule.find(workflow)),
        [],
      );
    });

    it(`would be found out otherwise: ${rule.title}`, () => {
      for (const workflow of workflows.filter(({ file }) => file === "deliver.yml"))
        assert.notDeepEqual(rule.find(rule.breach(workflow)), []);
    });
  }

  it("give nothing by default, and say the release beside the commit of every action", () => {
    for (const workflow of workflows) {
      const text = renderWorkflow(workflow);
      assert.match(text, /^permissions: \{\}$/m);
      for (const [line] of text.matchAll(/^.*uses: [^.].*$/gm)) assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });
});
