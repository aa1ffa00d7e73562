import { use } from "./actions.ts";
import type { CloudStack, WorkflowFacts } from "./facts.ts";
import type { Step, Values } from "./model.ts";

/** A script that stops at the first thing that fails, in a pipe too, and at a variable that is not set. */
export function script(...lines: readonly string[]): string {
  return ["set -euo pipefail", ...lines, ""].join("\n");
}

/** The files of the commit that started the run. */
export const checkout: Step = {
  name: "Check out",
  uses: use("actions/checkout"),
  with: { "persist-credentials": false },
};

/** With every commit and tag: changelogs are made from them. */
export const checkoutWithHistory: Step = { ...checkout, with: { "persist-credentials": false, "fetch-depth": 0 } };

/** The launcher would fetch a Node of its own; this one is on the machine already more often than not. */
export const setUpNode: Step = {
  name: "Set up Node.js",
  uses: use("actions/setup-node"),
  // No cache between runs: what a pull request left there must not end up in a deployment.
  with: { "node-version": 24, "package-manager-cache": false },
};

/** Credentials for an hour (or as long as said) by the job's own token; nothing is stored anywhere. */
export function assumeRole(role: string, region: string, seconds = 3600): Step {
  return {
    name: "Sign in to AWS",
    uses: use("aws-actions/configure-aws-credentials"),
    with: { "role-to-assume": role, "aws-region": region, "role-duration-seconds": seconds },
  };
}

/** Where the state is, and as whom GitHub is asked: what every run against a real stack has to know. */
export function stackValues({ owner }: WorkflowFacts, stack: CloudStack): Values {
  return { ...gitHubValues(owner), PULUMI_BACKEND_URL: stack.backend };
}

/** A token that may read teams, which a job's own may not; in a deploying environment one that may write environments. */
export function gitHubValues(owner: string): Values {
  return { GITHUB_OWNER: owner, GITHUB_TOKEN: "${{ secrets.SLIPWAY_GITHUB_TOKEN }}" };
}

/** The page of the run, for people. */
export const runPage = "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}";

/**
 * Tells people in the chat; does nothing where no webhook is set. It never fails a run.
 * @param text may hold expressions of trusted values only: keys of the process, ids, names of people in GitHub
 */
export function notify(name: string, text: string, when?: string): Step {
  const webhook = "env.SLACK_WEBHOOK_URL != ''";
  return {
    name,
    if: when === undefined ? webhook : `${when} && ${webhook}`,
    uses: use("slackapi/slack-github-action"),
    env: { SLACK_WEBHOOK_URL: "${{ secrets.SLACK_WEBHOOK_URL }}" },
    with: {
      webhook: "${{ secrets.SLACK_WEBHOOK_URL }}",
      "webhook-type": "incoming-webhook",
      payload: JSON.stringify({ text: `${text} ${runPage}` }),
    },
  };
}
