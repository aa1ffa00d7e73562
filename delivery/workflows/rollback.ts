import { promotionLine } from "../process/promotion-line.ts";
import { callEnvironment } from "./environment.ts";
import type { WorkflowFacts } from "./facts.ts";
import type { Job, StepsJob, Workflow } from "./model.ts";
import { release, releaseRole, releaseRunner, releaseValues } from "./release-access.ts";
import { assumeRole, checkout, notify, script, setUpNode, stackValues } from "./steps.ts";

/** One click takes an environment back to its last verified bundle. */
export function rollbackWorkflow(facts: WorkflowFacts): Workflow {
  const environments = promotionLine(facts.process);
  return {
    file: "rollback.yml",
    name: "Rollback",
    about: [
      "Takes an environment back to its last verified bundle: start it on the branch or tag that may deploy there. No window and no",
      "blackout keeps it; who may do it is the process's to say, and the command checks it. Where an approval is needed the run goes on",
      "to ask for it.",
    ],
    "run-name": "Rollback of ${{ inputs.environment }}",
    on: {
      workflow_dispatch: {
        inputs: {
          environment: { description: "What goes back", required: true, type: "choice", options: environments },
          reason: { description: "Why", required: true, type: "string" },
        },
      },
    },
    jobs: Object.fromEntries(
      environments.flatMap((environment): [string, Job][] => {
        const waits = `needs.${environment}.outputs.promotion`;
        return [
          [environment, rollbackJob(facts, environment)],
          [
            `wait-${environment}`,
            callEnvironment(facts, environment, `\${{ ${waits} }}`, { needs: [environment], if: `${waits} != ''` }),
          ],
        ];
      }),
    ),
  };
}

/** It has gone back already, and waits for nobody. */
const gone = "steps.back.outputs.promotion == ''";

function rollbackJob(facts: WorkflowFacts, environment: string): StepsJob {
  const { stack: stackName, title } = facts.process.environments[environment] ?? { stack: "", title: environment };
  const stack = facts.stacks[stackName];
  const env = stack ? stackValues(facts, stack) : releaseValues(facts);
  return {
    name: title,
    if: `inputs.environment == '${environment}'`,
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": stack?.runner ?? releaseRunner(facts),
    "timeout-minutes": 115,
    environment,
    // Apart from deployments: of those that wait in one group, GitHub keeps the newest alone. Pulumi's lock keeps them apart.
    concurrency: { group: `rollback-${stackName}`, "cancel-in-progress": false },
    outputs: { promotion: "${{ steps.back.outputs.promotion }}" },
    steps: [
      checkout,
      setUpNode,
      ...(stack ? [assumeRole(stack.deployRole, stack.region, 7200)] : releaseRole(facts)),
      notify("Tell of the start", `Rollback of ${environment} has started, asked for by \${{ github.actor }}.`),
      {
        name: "Go back",
        id: "back",
        env: { ...env, REASON: "${{ inputs.reason }}" },
        run: script(
          "code=0",
          `${release("rollback", environment, '--reason "$REASON"')} || code=$?`,
          'if [ "$code" = 3 ]; then',
          `  ${release("status", "--json")} > status.json`,
          `  promotion=$(jq -er '[.waiting[].promotion | select(.environment == "${environment}" and .rollback != null)] | max_by(.id).id' status.json)`,
          '  echo "promotion=$promotion" >> "$GITHUB_OUTPUT"',
          "  exit 0",
          "fi",
          'exit "$code"',
        ),
      },
      { name: "Verify", if: gone, env, run: script(release("verify", environment)) },
      notify("Tell of the success", `${title} is back at its last verified bundle.`, `success() && ${gone}`),
      notify("Tell of the failure", `The rollback of ${environment} has failed.`, "failure()"),
    ],
  };
}
