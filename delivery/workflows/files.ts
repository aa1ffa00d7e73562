import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Workflow } from "./model.ts";
import { header, renderWorkflow } from "./render.ts";

/** Where GitHub looks for workflows, from the checkout's root. */
export const workflowsFolder = path.join(".github", "workflows");

/** How a derived file differs from what it should be. */
export interface Difference {
  /** From the checkout's root. */
  readonly file: string;
  readonly kind: "missing" | "changed" | "superfluous";
  /** What it should hold; absent when it should not be there. */
  readonly text?: string;
}

/**
 * Compares the derived files with what they should be. Files without our header are somebody's own.
 * @throws UserError when somebody's own file has the name of one of ours
 */
export function compareWorkflows(root: string, workflows: readonly Workflow[]): Difference[] {
  const folder = path.join(root, workflowsFolder);
  const wanted = new Map(workflows.map((workflow) => [workflow.file, renderWorkflow(workflow)]));
  const differences: Difference[] = [];
  for (const [name, text] of wanted) {
    const file = path.join(workflowsFolder, name);
    const there = read(path.join(folder, name));
    if (there === text) continue;
    if (there === undefined) differences.push({ file, kind: "missing", text });
    else if (isOurs(there)) differences.push({ file, kind: "changed", text });
    else
      throw new UserError(
        `${file} is somebody's own: it does not begin with "${header}".\n  Rename it; a workflow of that name is derived from the process.`,
      );
  }
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (wanted.has(name) || !name.endsWith(".yml")) continue;
    if (isOurs(read(path.join(folder, name)) ?? ""))
      differences.push({ file: path.join(workflowsFolder, name), kind: "superfluous" });
  }
  return differences.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Makes the derived files what they should be. */
export function writeWorkflows(root: string, differences: readonly Difference[]): void {
  for (const { file, text } of differences) {
    const target = path.join(root, file);
    if (text === undefined) rmSync(target);
    else {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }
}

function isOurs(text: string): boolean {
  return text.startsWith(`${header}\n`);
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
