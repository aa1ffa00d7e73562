import type { WorkflowFacts } from "./facts.ts";
import type { Step, StepsJob } from "./model.ts";
import { release, releaseJob } from "./release-access.ts";
import { notify, script } from "./steps.ts";

/** A role that the gate may ask for, with the GitHub environment whose reviewers hold it. */
export interface AskedRole {
  readonly role: string;
  readonly title: string;
  readonly environment: string;
  /** The id of the job that waits for it. */
  readonly job: string;
}

/**
 * Asks the gate. What only waits (for approvals, for a window) goes on: the roles are asked meanwhile, and the deployment asks again.
 * What can never be ends here.
 * @param images whether another job wants to know the bundle's images
 */
export function gateJob(
  facts: WorkflowFacts,
  environment: string,
  roles: readonly AskedRole[],
  images: boolean,
): StepsJob {
  const known = JSON.stringify(roles.map(({ role }) => role));
  return releaseJob(facts, {
    name: "Gate",
    outputs: {
      roles: "${{ steps.gate.outputs.roles }}",
      ...(images && { images: "${{ steps.bundle.outputs.images }}" }),
    },
    steps: [
      {
        name: "Ask the gate",
        id: "gate",
        env: { PROMOTION: "${{ inputs.promotion }}", KNOWN_ROLES: known },
        run: script(
          "code=0",
          `${release("gate", '"$PROMOTION"', "--json")} > gate.json || code=$?`,
          `if [ -s gate.json ]; then jq -r '"Gate: \\(.verdict)", (.obstacles[]? | "- \\(.what) \\(.remedy)"), (.opensAt // empty | "Opens next: \\(.)")' gate.json >> "$GITHUB_STEP_SUMMARY"; fi`,
          'if [ "$code" != 0 ] && [ "$code" != 3 ]; then exit "$code"; fi',
          "# Roles that this file has no job for are approved by ./slipway release approve.",
          `roles=$(jq -c --argjson known "$KNOWN_ROLES" '[.approvals[] | select(.actor == null) | .role] | map(select(IN($known[]))) | unique' gate.json)`,
          `waiting=$(jq -r 'join(", ")' <<< "$roles")`,
          'printf "%s\\n" "roles=$roles" "waiting=$waiting" >> "$GITHUB_OUTPUT"',
        ),
      },
      ...(images ? [imagesStep] : []),
      notify(
        "Tell who is waited for",
        `Promotion \${{ inputs.promotion }} to ${environment} waits for: \${{ steps.gate.outputs.waiting }}.`,
        "steps.gate.outputs.waiting != ''",
      ),
    ],
  });
}

/** The digests that the bundle names, by deployable. */
const imagesStep: Step = {
  name: "Find the bundle's images",
  id: "bundle",
  env: { PROMOTION: "${{ inputs.promotion }}" },
  run: script(
    `${release("status", '"$PROMOTION"', "--json")} > status.json`,
    "images=$(jq -c '.bundle.deployables | map_values(.image) | with_entries(select(.value != null))' status.json)",
    'echo "images=$images" >> "$GITHUB_OUTPUT"',
  ),
};
