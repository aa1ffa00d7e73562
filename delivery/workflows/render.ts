import { Document, isScalar, visit } from "yaml";
import { versionOf } from "./actions.ts";
import { hasSteps, type Job, type Step, type Workflow } from "./model.ts";

/** The first line of every file that we wrote; only such files are ever changed or removed. */
export const header = "# derived from delivery/process.yaml by ./slipway workflows generate; do not edit";

/**
 * Prints a workflow. The order of keys is ours and never that in which a planner happened to write them, so that the same
 * workflow is always the same text.
 */
export function renderWorkflow(workflow: Workflow): string {
  const document = new Document(
    {
      name: workflow.name,
      "run-name": workflow["run-name"],
      on: workflow.on,
      // Nothing by default; each job says what its token may do.
      permissions: {},
      concurrency: workflow.concurrency,
      defaults: { run: { shell: "bash" } },
      jobs: Object.fromEntries(Object.entries(workflow.jobs).map(([id, job]) => [id, orderedJob(job)])),
    },
    { aliasDuplicateObjects: false, keepUndefined: false },
  );
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === "uses" && isScalar<string>(value)) {
        const version = versionOf(value.value);
        if (version !== undefined) value.comment = ` ${version}`;
      }
    },
  });
  const about = workflow.about.map((line) => `# ${line}\n`).join("");
  return `${header}\n#\n${about}\n${document.toString({ lineWidth: 0 })}`;
}

function orderedJob(job: Job): object {
  const { name, needs, permissions } = job;
  const common = { name, needs, if: job.if, permissions };
  if (!hasSteps(job)) return { ...common, uses: job.uses, with: job.with, secrets: job.secrets };
  return {
    ...common,
    "runs-on": job["runs-on"],
    "timeout-minutes": job["timeout-minutes"],
    environment: job.environment,
    concurrency: job.concurrency,
    outputs: job.outputs,
    env: job.env,
    steps: job.steps.map(orderedStep),
  };
}

function orderedStep(step: Step): object {
  const { env, id, name, run, uses } = step;
  return { name, id, if: step.if, uses, with: step.with, env, run };
}
