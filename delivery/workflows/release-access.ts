import { promotionLine } from "../process/promotion-line.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { Step, StepsJob, Values } from "./model.ts";
import { assumeRole, checkout, gitHubValues, setUpNode } from "./steps.ts";

/*
 * Jobs that speak with the release database and change nothing in a stack: they ask the gate, record a bundle, request a promotion.
 * The database is in the network of the last environment's stack. Their role, which the repository's variable
 * SLIPWAY_RELEASE_ROLE names, may reach that database and nothing else.
 */

/** A release command as a line of a script, against the real release database. */
export function release(...words: readonly string[]): string {
  return ["./slipway release", ...words, "--no-sandbox"].join(" ");
}

/** The stack that holds the release database: the last environment's. */
function releaseStack({ process, stacks }: WorkflowFacts): CloudStack | undefined {
  const last = promotionLine(process).at(-1);
  return last === undefined ? undefined : stacks[process.environments[last]?.stack ?? ""];
}

/** The machine from which the release database can be reached. */
export function releaseRunner(facts: WorkflowFacts): string {
  return releaseStack(facts)?.runner ?? hostedRunner;
}

/** The sign-in of such a job. */
export function releaseRole(facts: WorkflowFacts): Step[] {
  const stack = releaseStack(facts);
  return stack ? [assumeRole("${{ vars.SLIPWAY_RELEASE_ROLE }}", stack.region)] : [];
}

/** A job that runs release commands; its token says who acts. */
export function releaseJob(
  facts: WorkflowFacts,
  job: Pick<StepsJob, "name" | "needs" | "if" | "outputs"> & {
    readonly steps: readonly Step[];
    readonly checkout?: Step;
  },
): StepsJob {
  const { checkout: files = checkout, name, outputs, steps } = job;
  return {
    name,
    ...(job.needs && { needs: job.needs }),
    ...(job.if !== undefined && { if: job.if }),
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": releaseRunner(facts),
    "timeout-minutes": 15,
    ...(outputs && { outputs }),
    steps: [
      files,
      setUpNode,
      ...releaseRole(facts),
      ...steps.map((step) =>
        step.run === undefined ? step : { ...step, env: { ...releaseValues(facts), ...step.env } },
      ),
    ],
  };
}

/** What release commands have to know where they run in no stack's environment. */
export function releaseValues(facts: WorkflowFacts): Values {
  const stack = releaseStack(facts);
  return { ...gitHubValues(facts.owner), ...(stack && { PULUMI_BACKEND_URL: stack.backend }) };
}
