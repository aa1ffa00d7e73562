import type { WorkflowFacts } from "./facts.ts";
import type { Workflow } from "./model.ts";
import { release, releaseJob } from "./release-access.ts";
import { script } from "./steps.ts";
import { whenSetUp } from "./switches.ts";

/** The shortest time between two runs that GitHub has. */
const everyFiveMinutes = "*/5 * * * *";

/** Tells whoever is next in an incident's chain of contacts, until somebody has it in hand. */
export function escalationWorkflow(facts: WorkflowFacts): Workflow {
  return {
    file: "escalation.yml",
    name: "Escalation",
    about: [
      "Tells the contacts of an emergency, one after the other as their time comes, until somebody acknowledges. GitHub may start a schedule",
      "some minutes late: where minutes count, let a machine of yours run `./slipway release notify --watch` beside it.",
    ],
    on: { schedule: [{ cron: everyFiveMinutes }], workflow_dispatch: { inputs: {} } },
    concurrency: { group: "escalation", "cancel-in-progress": false },
    jobs: {
      tell: releaseJob(facts, {
        name: "Tell who is next",
        if: whenSetUp,
        steps: [
          {
            name: "Tell who is next",
            env: { SLACK_WEBHOOK_URL: "${{ secrets.SLACK_WEBHOOK_URL }}" },
            run: script(
              'if [ -z "$SLACK_WEBHOOK_URL" ]; then echo "::notice::No secret SLACK_WEBHOOK_URL: nobody can be told."; exit 0; fi',
              release("notify"),
            ),
          },
        ],
      }),
    },
  };
}
