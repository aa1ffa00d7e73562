import { environmentsOfStack } from "../process/gate-environments.ts";
import type { CloudStack, WorkflowFacts } from "./facts.ts";
import type { Workflow } from "./model.ts";

import { assumeRole, checkout, notify, script, setUpNode, stackValues } from "./steps.ts";
import { whenSetUp } from "./switches.ts";

/** The command that the workflow is made of; while there is none, there is no workflow. */
const command = "db refresh";

/** Every week: staging's data anew, from production's, without anybody's personal data. */
export function refreshWorkflow(facts: WorkflowFacts): Workflow[] {
  const stack = facts.stacks.staging;
  const environment = stack && environmentsOfStack(facts.process, stack.name)[0];
  if (!facts.commands.has(command) || !stack || environment === undefined) return [];
  return [planned(facts, stack, environment)];
}

function planned(facts: WorkflowFacts, stack: CloudStack, environment: string): Workflow {
  return {
    file: "staging-refresh.yml",
    name: "Staging refresh",
    about: ["Gives staging production's data once a week, without anybody's personal data."],
    on: { schedule: [{ cron: "23 5 * * 0" }], workflow_dispatch: { inputs: {} } },
    jobs: {
      refresh: {
        name: "Refresh",
        if: whenSetUp,
        permissions: { contents: "read", "id-token": "write" },
        "runs-on": stack.runner,
        "timeout-minutes": 115,
        environment,
        concurrency: { group: `stack-${stack.name}`, "cancel-in-progress": false },
        steps: [
          checkout,
          setUpNode,
          assumeRole(stack.deployRole, stack.region, 7200),
          {
            name: "Refresh",
            env: stackValues(facts, stack),
            run: script(`./slipway ${command} ${stack.name} --no-sandbox`),
          },
          notify("Tell of the failure", "The refresh of staging has failed.", "failure()"),
        ],
      },
    },
  };
}
