import { parse } from "yaml";
import { z } from "zod";
import { readTextFile } from "../delivery/yaml-file.ts";

/** Where the derived workflow of pull requests is, from the project's folder. */
const file = ".github/workflows/pull-request.yml";

const workflow = z.object({ jobs: z.record(z.string(), z.object({ name: z.string() })) });

/**
 * The checks that a pull request has to pass: every job of the derived workflow. Those that do not concern one (a fork's) are
 * skipped, which GitHub takes for passed.
 * @throws UserError when the workflow is not there.
 */
export function requiredChecks(): string[] {
  const text = readTextFile(file, "Run ./slipway workflows generate.", 512 * 1024);
  return Object.values(workflow.parse(parse(text)).jobs).map(({ name }) => name);
}
