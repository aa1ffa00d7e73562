import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { processFileSchema } from "../../delivery/process/json-schema.ts";
import { parseProcess, processFilePath } from "../../delivery/process/read.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";

const page = readFileSync(path.join(checkoutRoot, "docs/process.md"), "utf8");

describe("docs/process.md", () => {
  it("explains every key that a process may have", () => {
    const keys = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return;
      if ("properties" in schema) for (const key of Object.keys(schema.properties as object)) keys.add(key);
      for (const inner of Object.values(schema)) visit(inner);
    };
    visit(processFileSchema());
    const figures = ["successRate", "approvalTime", "rollbackRate", "emergencyShare", "deploymentFrequency"];
    const said = (key: string) => new RegExp(`[\`.]${key}[\`:.]`).test(page);
    assert.ok(keys.size > 50);
    assert.deepEqual(
      [...keys].filter((key) => !figures.includes(key) && !said(key)),
      [],
    );
  });

  it("shows what a slip really gives", () => {
    const text = readFileSync(path.join(checkoutRoot, processFilePath), "utf8")
      .replace("backend: [qa-lead, tech-lead]", "backend: [qa-lead, tech-leed]")
      .replace("      voice-ai: [release-manager, cto]\n", "");
    assert.throws(
      () => parseProcess(text, "delivery/process.yaml"),
      (error: Error) => page.includes(`\`\`\`\n${error.message}\n\`\`\``),
    );
  });
});
