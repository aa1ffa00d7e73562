import { type Call, type Handler, ok } from "../call.ts";
import { addDeployment } from "../domain/deployment.ts";
import { mayReview, pendingGates } from "../domain/run.ts";
import { forbidden, type GitHubError, validationFailed } from "../errors.ts";
import { byId, repository, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import type { Run } from "../state.ts";
import { deploymentView } from "../views/deployments.ts";
import { pendingView, reviewView, runView } from "../views/runs.ts";

/** The body of actions/review-pending-deployments-for-run. */
interface ReviewBody {
  readonly environment_ids: readonly number[];
  readonly state: "approved" | "rejected";
  readonly comment: string;
}

function found(call: Call) {
  const within = repository(call);
  const run = byId(call, within.runs, "run_id");
  const scope = { links: call.links, state: call.state, repository: within, viewer: call.viewer, now: call.now };
  return { within, run, scope };
}

function invalid(message: string): GitHubError {
  return validationFailed({ resource: "Deployment", field: "environment_ids", code: "custom", message });
}

/** Refuses a review of a gate at which the run does not wait, or by somebody whom the gate does not know. */
function check(call: Call, run: Run, environmentIds: readonly number[]): void {
  const pending = pendingGates(repository(call), run, call.now);
  for (const id of environmentIds) {
    const gate = pending.find(({ environment }) => environment.id === id);
    if (!gate || run.reviews.some(({ environment_ids }) => environment_ids.includes(id))) {
      throw invalid(`No job of this run waits for a review of the environment ${id}.`);
    }
    if (!mayReview(call.state, run, gate.environment, call.viewer)) {
      throw forbidden(`${call.viewer.login} may not review deployments of this run to ${gate.environment.name}.`);
    }
  }
}

/** Runs of workflows, and the gates that hold them up. Runs begin by `POST /_slipway/runs` (slipway-routes.ts). */
export const runHandlers = {
  "actions/get-workflow-run": (call) => {
    const { run, scope } = found(call);
    return ok(runView(scope, run));
  },

  "actions/get-reviews-for-run": (call) => {
    const { run, scope } = found(call);
    return page(call, run.reviews, (review) => reviewView(scope, review));
  },

  "actions/get-pending-deployments-for-run": (call) => {
    const { run, scope, within } = found(call);
    return ok(pendingGates(within, run, call.now).map((gate) => pendingView(scope, run, gate)));
  },

  "actions/review-pending-deployments-for-run": (call) => {
    const within = writableRepository(call, "pull");
    const { run } = found(call);
    const { comment, environment_ids, state } = call.body as unknown as ReviewBody;
    if (environment_ids.length === 0) throw invalid("No environment is named.");
    check(call, run, environment_ids);
    const names = within.environments.filter(({ id }) => environment_ids.includes(id)).map(({ name }) => name);
    run.reviews.push({
      user_id: call.viewer.id,
      environment_ids: [...environment_ids],
      state,
      comment,
      created_at: call.now,
    });
    run.updated_at = call.now;
    const made = names.map((environment) =>
      addDeployment(call.state, within, call.viewer, { ref: run.ref, sha: run.head_sha, environment }, call.now),
    );
    return ok(made.map((deployment) => deploymentView(call.links, call.state, within, deployment)));
  },
} satisfies Partial<Record<OperationId, Handler>>;
