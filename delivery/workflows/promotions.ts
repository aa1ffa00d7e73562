import { promotionLine } from "../process/promotion-line.ts";
import { callEnvironment } from "./environment.ts";
import type { WorkflowFacts } from "./facts.ts";
import type { Job, StepsJob, Workflow } from "./model.ts";
import { release, releaseJob } from "./release-access.ts";
import { script } from "./steps.ts";

/** The version that a bundle of a branch has: what people see of its commit. */
export const versionOfCommit = "${GITHUB_SHA::12}";

/**
 * For each of these environments in turn: the request, and, when there is one, the way there. A push goes to one environment after
 * the other, so that the next one is asked when the one before is done.
 * @param push `when` it has come so far, and the expressions that hold the `route` (environments, as JSON) and the `bundle`. @default
 *   the bundle of the run's commit
 */
export function promotionJobs(
  facts: WorkflowFacts,
  environments: readonly string[],
  push: {
    readonly needs: readonly string[];
    readonly when: string;
    readonly route: string;
    readonly bundle?: string;
  },
): Record<string, Job> {
  const jobs: Record<string, Job> = {};
  let before: readonly string[] = push.needs;
  for (const environment of environments) {
    const request = `request-${environment}`;
    jobs[request] = {
      ...requestJob(facts, environment, push.bundle),
      needs: before,
      if: `\${{ !cancelled() && !failure() && ${push.when} && contains(fromJSON(${push.route}), '${environment}') }}`,
    };
    jobs[environmentJob(environment)] = callEnvironment(
      facts,
      environment,
      `\${{ needs.${request}.outputs.promotion }}`,
      {
        needs: [request],
        if: `\${{ !cancelled() && needs.${request}.result == 'success' }}`,
      },
    );
    before = [...push.needs, request, environmentJob(environment)];
  }
  return jobs;
}

/** The id of the job that takes a promotion to an environment; no other job is called so. */
function environmentJob(environment: string): string {
  return `to-${environment}`;
}

function requestJob(facts: WorkflowFacts, environment: string, bundle: string | undefined): StepsJob {
  return releaseJob(facts, {
    name: `Request: ${facts.process.environments[environment]?.title ?? environment}`,
    outputs: promotionOutput,
    steps: [
      {
        name: "Request the promotion",
        id: "request",
        ...(bundle !== undefined && { env: { BUNDLE: bundle } }),
        run: script(
          ...(bundle === undefined ? [`BUNDLE="${versionOfCommit}"`] : []),
          `${release("promote", '"$BUNDLE"', `--to ${environment}`, "--json")} > promotion.json`,
          ...publishPromotion,
        ),
      },
    ],
  });
}

const promotionOutput = { promotion: "${{ steps.request.outputs.promotion }}" };

/** Hands the number of the promotion on. */
const publishPromotion = ['echo "promotion=$(jq -er .id promotion.json)" >> "$GITHUB_OUTPUT"'] as const;

/** Takes a bundle to the environment that somebody names: by hand, the way to whatever does not start by itself. */
export function promoteWorkflow(facts: WorkflowFacts): Workflow {
  const environments = promotionLine(facts.process);
  return {
    file: "promote.yml",
    name: "Promote",
    about: [
      "Takes a bundle to an environment: start it on the branch or tag that may deploy there.",
      "Whoever starts it asks for the promotion, and cannot approve it.",
    ],
    "run-name": "Promote ${{ inputs.bundle }} to ${{ inputs.environment }}",
    on: {
      workflow_dispatch: {
        inputs: {
          bundle: { description: "The bundle: its digest or version", required: true, type: "string" },
          environment: { description: "Where to", required: true, type: "choice", options: environments },
        },
      },
    },
    jobs: {
      request: releaseJob(facts, {
        name: "Request",
        outputs: promotionOutput,
        steps: [
          {
            name: "Request the promotion",
            id: "request",
            env: { BUNDLE: "${{ inputs.bundle }}", ENVIRONMENT: "${{ inputs.environment }}" },
            run: script(
              `${release("promote", '"$BUNDLE"', '--to "$ENVIRONMENT"', "--json")} > promotion.json`,
              ...publishPromotion,
            ),
          },
        ],
      }),
      ...Object.fromEntries(
        environments.map((environment) => [
          environmentJob(environment),
          callEnvironment(facts, environment, "${{ needs.request.outputs.promotion }}", {
            needs: ["request"],
            if: `inputs.environment == '${environment}'`,
          }),
        ]),
      ),
    },
  };
}

/** The short path: to the last environment, for a fix that cannot wait. */
export function emergencyWorkflow(facts: WorkflowFacts): Workflow {
  const last = promotionLine(facts.process).at(-1) ?? "";
  return {
    file: "emergency.yml",
    name: "Emergency",
    about: [
      `Takes a fix to ${last} by the short path. Whoever starts it declares the emergency; the contacts are told, and reviews are`,
      "owed afterwards. A bundle may differ from what stands there in the named deployables only.",
    ],
    "run-name": "Emergency (${{ inputs.severity }}): ${{ inputs.incident }}",
    on: {
      workflow_dispatch: {
        inputs: {
          bundle: { description: "The bundle: its digest or version", required: true, type: "string" },
          severity: {
            description: "How bad it is",
            required: true,
            type: "choice",
            options: Object.keys(facts.process.emergency.severities),
          },
          incident: { description: "The incident, as the incident system names it", required: true, type: "string" },
          reason: { description: "Why the normal path is too slow", required: true, type: "string" },
          deployables: {
            description: `What the fix changes, by commas: ${Object.keys(facts.process.deployables).join(", ")}`,
            required: true,
            type: "string",
          },
          customersHit: { description: "Customers are hit", required: true, type: "boolean" },
        },
      },
    },
    jobs: {
      request: releaseJob(facts, {
        name: "Declare",
        outputs: promotionOutput,
        steps: [
          {
            name: "Declare the emergency",
            id: "request",
            env: {
              BUNDLE: "${{ inputs.bundle }}",
              SEVERITY: "${{ inputs.severity }}",
              INCIDENT: "${{ inputs.incident }}",
              REASON: "${{ inputs.reason }}",
              DEPLOYABLES: "${{ inputs.deployables }}",
              CUSTOMERS_HIT: "${{ inputs.customersHit }}",
            },
            run: script(
              'options=(--severity "$SEVERITY" --incident "$INCIDENT" --reason "$REASON" --deployables "$DEPLOYABLES")',
              'if [ "$CUSTOMERS_HIT" = true ]; then options+=(--customers-hit); fi',
              `${release("emergency", '"$BUNDLE"', '"${options[@]}"', "--json")} > promotion.json`,
              ...publishPromotion,
            ),
          },
        ],
      }),
      [environmentJob(last)]: callEnvironment(facts, last, "${{ needs.request.outputs.promotion }}", {
        needs: ["request"],
      }),
    },
  };
}
