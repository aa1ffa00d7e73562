import { environmentsOfStack } from "../process/gate-environments.ts";
import { use } from "./actions.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { StepsJob, Workflow } from "./model.ts";

import { assumeRole, checkout, notify, script, setUpNode, stackValues } from "./steps.ts";
import { whenSetUp } from "./switches.ts";

/** Every night: is each stack as it was built? */
export function driftWorkflow(facts: WorkflowFacts): Workflow {
  const stacks = Object.values(facts.stacks);
  return {
    file: "drift.yml",
    name: "Drift",
    about: [
      "Compares every stack with how it really is, each night, and keeps one issue for each that has drifted. A stack is looked at with",
      "the code that it was built from, so that the schedule starts a run for each stack on the branch or tag that deploys it.",
    ],
    "run-name": "Drift ${{ inputs.stack }}",
    on: {
      schedule: [{ cron: "17 3 * * *" }],
      workflow_dispatch: {
        inputs: {
          stack: {
            description: "Which stack",
            required: true,
            type: "choice",
            options: stacks.map(({ name }) => name),
          },
        },
      },
    },
    jobs: {
      start: startJob(facts, stacks),
      ...Object.fromEntries(stacks.map((stack) => [stack.name, driftJob(facts, stack)])),
      report: reportJob(stacks),
    },
  };
}

function startJob(facts: WorkflowFacts, stacks: readonly CloudStack[]): StepsJob {
  return {
    name: "Start",
    if: `github.event_name == 'schedule' && ${whenSetUp}`,
    permissions: { actions: "write", contents: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [
      {
        name: "Start a run for each stack",
        env: { GH_TOKEN: "${{ github.token }}" },
        run: script(
          "start() {",
          '  gh workflow run drift.yml --repo "$GITHUB_REPOSITORY" --ref "$2" --raw-field "stack=$1"',
          "}",
          ...stacks.map(({ name }) => `start ${name} ${deployingRef(facts, name)}`),
        ),
      },
    ],
  };
}

/** The branch that deploys a stack, or else the newest release. As a word of a script. */
function deployingRef({ process }: WorkflowFacts, stack: string): string {
  const branches = environmentsOfStack(process, stack).flatMap((name) => process.environments[name]?.branches ?? []);
  const branch = branches.find((pattern) => /^[\w./-]+$/.test(pattern));
  return branch ?? `"$(gh release view --repo "$GITHUB_REPOSITORY" --json tagName --jq .tagName)"`;
}

/** In the stack's first environment, whose role may read what a preview may not: what the database says of the flags. */
function driftJob(facts: WorkflowFacts, stack: CloudStack): StepsJob {
  const environment = environmentsOfStack(facts.process, stack.name)[0] ?? stack.name;
  return {
    name: `Drift: ${stack.name}`,
    if: `inputs.stack == '${stack.name}'`,
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": stack.runner,
    "timeout-minutes": 60,
    environment,
    concurrency: { group: `drift-${stack.name}`, "cancel-in-progress": false },
    steps: [
      checkout,
      setUpNode,
      assumeRole(stack.deployRole, stack.region),
      {
        name: "Compare",
        env: stackValues(facts, stack),
        run: script(
          "code=0",
          `./slipway drift ${stack.name} --no-sandbox > drift.txt || code=$?`,
          "cat drift.txt",
          "# Exit code 1 is drift as well as a failure; only drift is an issue's matter.",
          `if [ "$code" != 0 ] && ! grep -q '^Drift of' drift.txt; then exit "$code"; fi`,
          'if [ "$code" = 0 ]; then : > drift.txt; fi',
        ),
      },
      {
        name: "Hand it to the report",
        uses: use("actions/upload-artifact"),
        with: { name: "drift", path: "drift.txt", "if-no-files-found": "error", "retention-days": 30 },
      },
    ],
  };
}

function reportJob(stacks: readonly CloudStack[]): StepsJob {
  return {
    name: "Issue",
    needs: stacks.map(({ name }) => name),
    if: "${{ !cancelled() && !failure() && inputs.stack != '' }}",
    permissions: { issues: "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [
      { name: "Fetch what was found", uses: use("actions/download-artifact"), with: { name: "drift" } },
      {
        name: "Open, renew or close the issue",
        id: "issue",
        env: { GH_TOKEN: "${{ github.token }}", GH_REPO: "${{ github.repository }}", STACK: "${{ inputs.stack }}" },
        run: script(
          'title="Drift of $STACK"',
          "number=$(TITLE=\"$title\" gh issue list --state open --limit 200 --json number,title --jq 'map(select(.title == $ENV.TITLE)) | .[0].number // empty')",
          "if [ ! -s drift.txt ]; then",
          '  if [ -n "$number" ]; then gh issue close "$number" --comment "No drift any more: $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"; fi',
          "  exit 0",
          "fi",
          "{",
          '  echo "\\`./slipway drift $STACK\\` found this ($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID):"',
          "  echo",
          "  head -c 60000 drift.txt | sed 's/^/    /'",
          "} > issue.md",
          'if [ -n "$number" ]; then',
          '  gh issue edit "$number" --body-file issue.md',
          "else",
          '  gh issue create --title "$title" --body-file issue.md',
          "fi",
          'echo "found=true" >> "$GITHUB_OUTPUT"',
        ),
      },
      notify(
        "Tell of the drift",
        "Drift of ${{ inputs.stack }}: see its issue.",
        "steps.issue.outputs.found == 'true'",
      ),
    ],
  };
}
