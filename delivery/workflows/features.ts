import { gateEnvironments } from "../process/gate-environments.ts";
import { isPassing } from "../process/promotion-line.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { Job, Step, StepsJob, Workflow } from "./model.ts";
import { assumeRole, checkout, notify, script, setUpNode, stackValues } from "./steps.ts";
import { sameRepository } from "./switches.ts";

/** The label of a pull request that is to have an environment. */
const label = "environment";

/** A pull request's stack is derived from staging's, so that it lives where staging lives. */
const base = "staging";

/** The environments of pull requests; none where the process knows none, or staging is not in AWS. */
export function featuresWorkflow(facts: WorkflowFacts): Workflow[] {
  const stack = facts.stacks[base];
  if (!stack || !Object.values(facts.process.environments).some(isPassing)) return [];
  const approvals = Object.fromEntries(
    gateEnvironments(facts.process, "pr-*").flatMap(({ name, role }) =>
      role === undefined ? [] : [[`approve-${role}`, approvalJob(facts, name, role)] as const],
    ),
  );
  const gates = gateEnvironments(facts.process, "pr-*").flatMap(({ name, role }) => (role === undefined ? [] : [name]));
  const jobs: Record<string, Job> = {
    ...approvals,
    up: upJob(facts, stack, Object.keys(approvals), gates),
    destroy: destroyJob(facts, stack),
    sweep: sweepJob(facts, stack),
  };
  return [
    {
      file: "feature-environments.yml",
      name: "Feature environments",
      about: [
        `Gives a pull request with the label "${label}" an environment of its own, removes it when the pull request is closed or the label`,
        "is taken away, and sweeps every night what has outlived its time.",
      ],
      on: {
        pull_request: { types: ["opened", "reopened", "synchronize", "labeled", "unlabeled", "closed"] },
        schedule: [{ cron: "41 2 * * *" }],
      },
      // One run at a time for a pull request; what is being built is finished before it is removed.
      concurrency: { group: "feature-${{ github.event.pull_request.number || 'sweep' }}", "cancel-in-progress": false },
      jobs,
    },
  ];
}

const labelled = `contains(github.event.pull_request.labels.*.name, '${label}')`;
const wanted = `${isPullRequest()} && github.event.action != 'closed' && ${labelled}`;

/** The role is the platform engineer's to make: without it there are no such environments. */
function isPullRequest(): string {
  return `github.event_name == 'pull_request' && ${sameRepository} && vars.SLIPWAY_FEATURE_ROLE != ''`;
}

function approvalJob({ process }: WorkflowFacts, environment: string, role: string): StepsJob {
  return {
    name: `Approval: ${process.roles[role]?.title ?? role}`,
    if: wanted,
    permissions: {},
    "runs-on": hostedRunner,
    "timeout-minutes": 5,
    environment,
    steps: [{ name: "Approved", run: script(`echo "Approved for $GITHUB_REF_NAME." >> "$GITHUB_STEP_SUMMARY"`) }],
  };
}

/** There is no gate here, so that the job itself looks whether people have approved. An environment that GitHub made by itself asks nobody. */
function upJob(facts: WorkflowFacts, stack: CloudStack, needs: readonly string[], gates: readonly string[]): StepsJob {
  const approved: Step = {
    name: "Look for the approvals",
    env: { GH_TOKEN: "${{ github.token }}" },
    run: script(
      'gh api "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" > approvals.json',
      `for environment in ${gates.join(" ")}; do`,
      `  if ! jq -e --arg name "$environment" 'any(.[]; .state == "approved" and any(.environments[]; .name == $name))' approvals.json > /dev/null; then`,
      '    echo "::error::Nobody approved $environment. Does it have its reviewers in GitHub?"',
      "    exit 1",
      "  fi",
      "done",
    ),
  };
  return {
    ...featureJob(
      facts,
      stack,
      "Up",
      gates.length > 0 ? [approved] : [],
      './slipway up "pr-$NUMBER" --no-sandbox --yes',
    ),
    ...(needs.length > 0 && { needs }),
    if: wanted,
    permissions: { actions: "read", contents: "read", "id-token": "write" },
  };
}

function destroyJob(facts: WorkflowFacts, stack: CloudStack): StepsJob {
  const closed = `github.event.action == 'closed' && ${labelled}`;
  const unlabelled = `github.event.action == 'unlabeled' && github.event.label.name == '${label}'`;
  return {
    ...featureJob(facts, stack, "Destroy", [], './slipway destroy "pr-$NUMBER" --no-sandbox --yes'),
    if: `${isPullRequest()} && ((${closed}) || (${unlabelled}))`,
  };
}

function sweepJob(facts: WorkflowFacts, stack: CloudStack): StepsJob {
  return {
    ...featureJob(facts, stack, "Sweep", [], "./slipway features sweep --no-sandbox"),
    if: "github.event_name == 'schedule' && vars.SLIPWAY_FEATURE_ROLE != ''",
  };
}

function featureJob(
  facts: WorkflowFacts,
  stack: CloudStack,
  name: string,
  before: readonly Step[],
  command: string,
): StepsJob {
  return {
    name,
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 60,
    steps: [
      ...before,
      checkout,
      setUpNode,
      assumeRole("${{ vars.SLIPWAY_FEATURE_ROLE }}", stack.region),
      {
        name,
        env: { ...stackValues(facts, stack), NUMBER: "${{ github.event.pull_request.number }}" },
        run: script(command),
      },
      notify("Tell of the failure", `${name} of a feature environment has failed.`, "failure()"),
    ],
  };
}
