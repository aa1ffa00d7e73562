import { promotionLine } from "../process/promotion-line.ts";
import { use } from "./actions.ts";
import { type AskedRole, gateJob } from "./environment-gate.ts";
import { evidenceSteps } from "./evidence.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import { type BuiltImage, builtImages } from "./images.ts";
import type { CallJob, Job, Permissions, Step, StepsJob, Workflow } from "./model.ts";
import { release, releaseRole, releaseRunner, releaseValues } from "./release-access.ts";
import { assumeRole, checkoutWithHistory, notify, script, setUpNode, stackValues } from "./steps.ts";

/** Below `.github/workflows`. */
const fileOf = (environment: string) => `environment-${environment}.yml`;

/**
 * How a promotion reaches one environment: the gate says which roles' approvals are missing, each of them is a job that waits in
 * that role's own GitHub environment, and the deploying job, the only one that may take the deploy role, needs them all.
 * @param roles whom the environment's promotions may need, in the process's order
 */
export function environmentWorkflow(facts: WorkflowFacts, environment: string, roles: readonly AskedRole[]): Workflow {
  const { process, stacks } = facts;
  const { stack: stackName, title } = process.environments[environment] ?? { stack: "", title: environment };
  const stack = stacks[stackName];
  const approvals = Object.fromEntries(roles.map((role) => [role.job, approvalJob(role)]));
  const runs = builtImages(process).filter(({ image }) => image !== undefined);
  const images = stack && runs.length > 0 ? imagesJob(facts, environment, stack, runs) : undefined;
  const asked = ["gate", ...Object.keys(approvals)];
  const last = images ? [...asked, "images"] : asked;
  const jobs: Record<string, Job> = { gate: gateJob(facts, environment, roles, images !== undefined), ...approvals };
  if (images) jobs.images = { ...images, needs: asked, if: whenAllAgree };
  jobs.deploy = { ...deployJob(facts, environment, stackName, stack), needs: last, if: whenAllAgree };
  jobs.report = reportJob(environment, [...last, "deploy"]);
  return {
    file: fileOf(environment),
    name: `Environment: ${title}`,
    about: [
      `Takes one promotion to the environment "${environment}": gate, approvals, deployment, verification.`,
      "Other workflows call it; nobody starts it by hand.",
    ],
    on: {
      workflow_call: {
        inputs: { promotion: { description: "Number of the promotion", required: true, type: "string" } },
        secrets: { SLIPWAY_GITHUB_TOKEN: { required: true }, SLACK_WEBHOOK_URL: { required: false } },
      },
    },
    jobs,
  };
}

/** What a job that calls {@link environmentWorkflow} has to let it do: as much as its jobs do together. */
const callPermissions: Permissions = { contents: "read", "id-token": "write", packages: "read" };

/**
 * A job that takes a promotion to an environment.
 * @param promotion an expression
 */
export function callEnvironment(
  { process }: WorkflowFacts,
  environment: string,
  promotion: string,
  condition: Pick<CallJob, "needs" | "if">,
): CallJob {
  return {
    name: process.environments[environment]?.title ?? environment,
    ...condition,
    permissions: callPermissions,
    uses: `./.github/workflows/${fileOf(environment)}`,
    with: { promotion },
    secrets: {
      SLIPWAY_GITHUB_TOKEN: "${{ secrets.SLIPWAY_GITHUB_TOKEN }}",
      SLACK_WEBHOOK_URL: "${{ secrets.SLACK_WEBHOOK_URL }}",
    },
  };
}

/** The gate was asked, and nobody said no: a role that is not needed is skipped, a rejection is a failure. */
const whenAllAgree =
  "${{ !cancelled() && needs.gate.result == 'success' && !contains(needs.*.result, 'failure') && !contains(needs.*.result, 'cancelled') }}";

/** Waits until somebody of the role lets it through, and does nothing. */
function approvalJob({ environment, role, title }: AskedRole): StepsJob {
  return {
    name: `Approval: ${title}`,
    needs: ["gate"],
    if: `contains(fromJSON(needs.gate.outputs.roles), '${role}')`,
    permissions: {},
    "runs-on": hostedRunner,
    "timeout-minutes": 5,
    environment,
    steps: [{ name: "Approved", run: script(`echo "Approved as ${title}." >> "$GITHUB_STEP_SUMMARY"`) }],
  };
}

/**
 * Copies the bundle's images from GitHub's registry into the stack's own, byte for byte, so that the digest stays what was scanned
 * and approved. On a hosted machine: the runner in the network need not have Docker.
 */
function imagesJob(
  { repository }: WorkflowFacts,
  environment: string,
  stack: CloudStack,
  images: readonly BuiltImage[],
): StepsJob {
  return {
    name: "Images",
    permissions: { "id-token": "write", packages: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 30,
    environment,
    steps: [
      assumeRole(stack.deployRole, stack.region),
      { name: "Sign in to the stack's registry", id: "registry", uses: use("aws-actions/amazon-ecr-login") },
      signInToPackages,
      {
        name: "Copy by digest",
        env: {
          IMAGES: "${{ needs.gate.outputs.images }}",
          SOURCE: `ghcr.io/${repository}`,
          REGISTRY: "${{ steps.registry.outputs.registry }}",
        },
        run: script(
          "copy() {",
          `  digest=$(jq -r --arg name "$1" '.[$name] // empty' <<< "$IMAGES")`,
          '  if [ -z "$digest" ]; then return; fi',
          "  # The registry keeps what a release tagged; a tag there never moves.",
          '  target="$REGISTRY/$2:released-${digest:7:16}"',
          '  if docker buildx imagetools inspect "$target" > /dev/null 2>&1; then return; fi',
          '  docker buildx imagetools create --prefer-index=false --tag "$target" "$SOURCE/$1@$digest"',
          '  docker buildx imagetools inspect "$REGISTRY/$2@$digest" > /dev/null',
          "}",
          ...images.map(({ deployable, image = deployable }) => `copy ${deployable} ${stack.repository(image)}`),
        ),
      },
    ],
  };
}

/** GitHub's own registry, by the job's own token. */
export const signInToPackages: Step = {
  name: "Sign in to GitHub's registry",
  uses: use("docker/login-action"),
  with: { registry: "ghcr.io", username: "${{ github.actor }}", password: "${{ github.token }}" },
};

/** @param stack undefined for one on a developer's machine: it is then built in the sandbox of the job's own machine */
function deployJob(
  facts: WorkflowFacts,
  environment: string,
  stackName: string,
  stack: CloudStack | undefined,
): StepsJob {
  const role = stack ? [assumeRole(stack.deployRole, stack.region, 7200)] : releaseRole(facts);
  const env = {
    ...(stack ? stackValues(facts, stack) : releaseValues(facts)),
    PROMOTION: "${{ inputs.promotion }}",
  };
  return {
    name: "Deploy",
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": stack?.runner ?? releaseRunner(facts),
    // CodeBuild ends a machine after 120 minutes.
    "timeout-minutes": 115,
    environment,
    // By stack, whose state only one may write; whoever waits here waits for the end and never cuts it off.
    concurrency: { group: `stack-${stackName}`, "cancel-in-progress": false },
    steps: [
      // The command compares what the files were last changed by with the bundle.
      checkoutWithHistory,
      setUpNode,
      ...role,
      notify("Tell of the start", `Deployment to ${environment} has started (promotion \${{ inputs.promotion }}).`),
      {
        name: "Import the run's approvals",
        env,
        run: script(release("approvals import", '"$PROMOTION"', '--run "$GITHUB_RUN_ID"')),
      },
      {
        name: "Deploy",
        env,
        run: script(
          "code=0",
          `${release("deploy", '"$PROMOTION"')} || code=$?`,
          'if [ "$code" = 3 ]; then',
          '  echo "::notice title=Not now::What is missing stands above. When it is there, re-run the failed job; approvals stay."',
          "fi",
          'exit "$code"',
        ),
      },
      { name: "Verify", env, run: script(release("verify", environment)) },
      ...evidenceSteps(facts, "verification", bundleOfPromotion, nextOf(facts, environment)).map((step) => ({
        ...step,
        env: { ...env, ...step.env },
      })),
    ],
  };
}

/** Verified here is shown for what comes next. */
function nextOf({ process }: WorkflowFacts, environment: string): string[] {
  const line = promotionLine(process);
  return line.slice(line.indexOf(environment) + 1).slice(0, 1);
}

const bundleOfPromotion = { line: `BUNDLE=$(${release("status", '"$PROMOTION"', "--json")} | jq -er .bundle.digest)` };

/** How it ended, whatever happened. */
function reportJob(environment: string, needs: readonly string[]): StepsJob {
  const promotion = "promotion ${{ inputs.promotion }}";
  return {
    name: "Report",
    needs,
    if: "${{ always() }}",
    permissions: {},
    "runs-on": hostedRunner,
    "timeout-minutes": 5,
    steps: [
      notify(
        "Tell of the success",
        `Deployed to ${environment} and verified (${promotion}).`,
        "needs.deploy.result == 'success'",
      ),
      notify(
        "Tell of the failure",
        `Not deployed to ${environment} (${promotion}): rejected, refused, failed, or not now.`,
        "needs.deploy.result != 'success'",
      ),
    ],
  };
}
