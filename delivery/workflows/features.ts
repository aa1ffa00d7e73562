import { gateEnvironments } from "../process/gate-environments.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { Job, Step, StepsJob, Workflow } from "./model.ts";
import { assumeRole, checkout, notify, script, setUpNode, stackValues } from "./steps.ts";
import { sameRepository } from "./switches.ts";

/** The label of a pull request that is to have an environment. */
const label = "environment";

/** A pull request's stack is derived from staging's, so that it lives where staging lives. */
const base = "staging";

/** What all jobs of the workflow are made with. */
interface FeatureScope {
  readonly facts: WorkflowFacts;
  readonly stack: CloudStack;
  /** GitHub's environment for what is built. */
  readonly environment: string;
  /** Those in which roles approve. */
  readonly gates: readonly { readonly name: string; readonly role: string }[];
}

/** The environments of pull requests; none where the process knows none, or staging is not in AWS. */
export function featuresWorkflow(facts: WorkflowFacts): Workflow[] {
  const stack = facts.stacks[base];
  const planned = gateEnvironments(facts.process, "pr-*");
  const environment = planned.find(({ role }) => role === undefined)?.name;
  if (!stack || environment === undefined) return [];
  const gates = planned.flatMap(({ name, role }) => (role === undefined ? [] : [{ name, role }]));
  const scope: FeatureScope = { facts, stack, environment, gates };
  const jobs: Record<string, Job> = Object.fromEntries(gates.map((gate) => [idOf(gate), approvalJob(facts, gate)]));
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
      jobs: { ...jobs, up: upJob(scope), destroy: destroyJob(scope), sweep: sweepJob(scope) },
    },
  ];
}

const pullRequest = "${{ github.event.pull_request.number }}";
const labelled = `contains(github.event.pull_request.labels.*.name, '${label}')`;

/** The role is the platform engineer's to make: without it there are no such environments. */
const possible = `github.event_name == 'pull_request' && ${sameRepository} && vars.SLIPWAY_FEATURE_ROLE != ''`;
const wanted = `${possible} && github.event.action != 'closed' && ${labelled}`;

function idOf({ role }: { readonly role: string }): string {
  return `approve-${role}`;
}

function approvalJob({ process }: WorkflowFacts, { name, role }: FeatureScope["gates"][number]): StepsJob {
  return {
    name: `Approval: ${process.roles[role]?.title ?? role}`,
    if: wanted,
    permissions: {},
    "runs-on": hostedRunner,
    "timeout-minutes": 5,
    environment: name,
    // A newer push takes the place of an older one that still waits.
    concurrency: { group: `${name}-${pullRequest}`, "cancel-in-progress": true },
    steps: [{ name: "Approved", run: script('echo "Approved for $GITHUB_REF_NAME." >> "$GITHUB_STEP_SUMMARY"') }],
  };
}

function upJob(scope: FeatureScope): StepsJob {
  const { gates } = scope;
  return {
    ...featureJob(scope, "Up", './slipway up "pr-$NUMBER" --no-sandbox --yes', [lookForApprovals(gates)]),
    ...(gates.length > 0 && { needs: gates.map(idOf) }),
    if: wanted,
    permissions: { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  };
}

/**
 * No gate of the release database stands here, so that the job itself looks: somebody may approve a run long after its pull request
 * was closed, and an environment that GitHub made by itself, because it was missing, asks nobody.
 */
function lookForApprovals(gates: FeatureScope["gates"]): Step {
  return {
    name: "Look whether it is still wanted, and approved",
    env: { GH_TOKEN: "${{ github.token }}", NUMBER: pullRequest, GATES: gates.map(({ name }) => name).join(" ") },
    run: script(
      'state=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$NUMBER" --jq .state)',
      'if [ "$state" != open ]; then echo "::error::The pull request has been closed meanwhile."; exit 1; fi',
      'gh api "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" > approvals.json',
      "for gate in $GATES; do",
      `  if ! jq -e --arg name "$gate" 'any(.[]; .state == "approved" and any(.environments[]; .name == $name))' approvals.json > /dev/null; then`,
      '    echo "::error::Nobody approved $gate. Does it have its reviewers in GitHub?"',
      "    exit 1",
      "  fi",
      "done",
    ),
  };
}

function destroyJob(scope: FeatureScope): StepsJob {
  const closed = `github.event.action == 'closed' && ${labelled}`;
  const unlabelled = `github.event.action == 'unlabeled' && github.event.label.name == '${label}'`;
  return {
    ...featureJob(scope, "Destroy", './slipway destroy "pr-$NUMBER" --no-sandbox --yes'),
    if: `${possible} && ((${closed}) || (${unlabelled}))`,
  };
}

function sweepJob(scope: FeatureScope): StepsJob {
  return {
    ...featureJob(scope, "Sweep", "./slipway features sweep --no-sandbox"),
    if: "github.event_name == 'schedule' && vars.SLIPWAY_FEATURE_ROLE != ''",
  };
}

function featureJob(
  { environment, facts, stack }: FeatureScope,
  name: string,
  command: string,
  before: readonly Step[] = [],
): StepsJob {
  return {
    name,
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 60,
    environment,
    // What is being built is finished before it is removed. Of jobs, since a run that waits for an approval would hold up its removal.
    concurrency: { group: "feature-${{ github.event.pull_request.number || 'sweep' }}", "cancel-in-progress": false },
    steps: [
      ...before,
      checkout,
      setUpNode,
      assumeRole("${{ vars.SLIPWAY_FEATURE_ROLE }}", stack.region),
      { name, env: { ...stackValues(facts, stack), NUMBER: pullRequest }, run: script(command) },
      notify("Tell of the failure", `${name} of a feature environment has failed.`, "failure()"),
    ],
  };
}
