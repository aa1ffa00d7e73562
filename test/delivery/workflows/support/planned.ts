import path from "node:path";
import { runnerLabel } from "../../../../components/delivery-runner-plan.ts";
import { commandsOf } from "../../../../delivery/cli/commands/workflows.ts";
import { createProgram } from "../../../../delivery/cli/program.ts";
import { processFilePath, readProcess } from "../../../../delivery/process/read.ts";
import { readWorkflowFacts, type WorkflowFacts } from "../../../../delivery/workflows/facts.ts";
import { hasSteps, type Step, type StepsJob, type Workflow } from "../../../../delivery/workflows/model.ts";
import { planWorkflows } from "../../../../delivery/workflows/plan.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";

/** The two processes that the repository holds. */
export const processes = {
  "the default process": processFilePath,
  "the second process": path.join("delivery", "process", "examples", "three-environments.yaml"),
} as const;

/** The facts behind a process's workflows, as the command reads them. */
export function factsOf(file: string): WorkflowFacts {
  const { process } = readProcess(path.join(checkoutRoot, file));
  return readWorkflowFacts(checkoutRoot, process, commandsOf(createProgram()));
}

/** The runner that {@link fullFacts} gives to a stack. */
export function runnerOf(stack: string): string {
  return runnerLabel(`teamflow-${stack}-runner`);
}

/** As if every optional command were there and every stack had a runner in its network: as many workflows and jobs as can be. */
export function fullFacts(file: string): WorkflowFacts {
  const facts = factsOf(file);
  const stacks = Object.values(facts.stacks).map((stack) => [stack.name, { ...stack, runner: runnerOf(stack.name) }]);
  return {
    ...facts,
    stacks: Object.fromEntries(stacks),
    commands: new Set([...facts.commands, "db refresh", "release evidence"]),
  };
}

/** @throws Error when there is no such workflow or job */
export function jobOf(workflows: readonly Workflow[], file: string, id: string): StepsJob {
  const job = workflowOf(workflows, file).jobs[id];
  if (!job || !hasSteps(job)) throw new Error(`${file} has no job "${id}" with steps`);
  return job;
}

/** @throws Error when there is no such workflow */
export function workflowOf(workflows: readonly Workflow[], file: string): Workflow {
  const workflow = workflows.find((one) => one.file === file);
  if (!workflow) throw new Error(`there is no ${file} among ${workflows.map((one) => one.file).join(", ")}`);
  return workflow;
}

/** Every job with steps, with a name for messages. */
export function stepsJobs(
  workflow: Workflow,
): { readonly id: string; readonly where: string; readonly job: StepsJob }[] {
  return Object.entries(workflow.jobs).flatMap(([id, job]) =>
    hasSteps(job) ? [{ id, where: `${workflow.file}: ${id}`, job }] : [],
  );
}

/** Every step, with a name for messages. */
export function stepsOf(workflow: Workflow): { readonly where: string; readonly step: Step }[] {
  return stepsJobs(workflow).flatMap(({ job, where }) =>
    job.steps.map((step) => ({ where: `${where}: ${step.name}`, step })),
  );
}

/** Both processes' workflows, as full as they can be. */
export function everyWorkflow(): Workflow[] {
  return Object.values(processes).flatMap((file) => planWorkflows(fullFacts(file)));
}
