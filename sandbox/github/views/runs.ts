import { nodeId } from "../domain/node-id.ts";
import { mayReview, type PendingGate, statusOf } from "../domain/run.ts";
import type { Environment, Repository, Run, State, User } from "../state.ts";
import { simpleUser } from "./accounts.ts";
import { environmentView, reviewerView } from "./environments.ts";
import type { Links } from "./links.ts";
import { minimalRepository } from "./repositories.ts";

/** What every answer about runs is made with. */
interface RunScope {
  readonly links: Links;
  readonly state: State;
  readonly repository: Repository;
  readonly viewer: User;
  /** ISO 8601 */
  readonly now: string;
}

/** `workflow-run`. Its commit is not known: there is no git. */
export function runView(scope: RunScope, run: Run): Record<string, unknown> {
  const { links, now, repository, state, viewer } = scope;
  const source = `${state.organization.login}/${repository.name}`;
  const url = `${links.api}/repos/${source}/actions/runs/${run.id}`;
  const actor = state.users.find(({ id }) => id === run.actor_id);
  const shown = minimalRepository(links, state, repository, { user: viewer });
  const name = run.workflow.replace(/\.ya?ml$/, "");
  return {
    id: run.id,
    name,
    node_id: nodeId("Run", run.id),
    head_branch: run.ref.replace(/^refs\/(heads|tags)\//, ""),
    head_sha: run.head_sha,
    path: `.github/workflows/${run.workflow}`,
    display_title: name,
    run_number: repository.runs.filter(({ id, workflow }) => workflow === run.workflow && id <= run.id).length,
    run_attempt: 1,
    event: run.event,
    ...statusOf(repository, run, now),
    workflow_id: run.workflow_id,
    url,
    html_url: `${links.web}/${source}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.created_at,
    updated_at: run.updated_at,
    ...(actor && { actor: simpleUser(links, actor), triggering_actor: simpleUser(links, actor) }),
    run_started_at: run.created_at,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${links.api}/repos/${source}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${links.api}/repos/${source}/actions/workflows/${run.workflow_id}`,
    head_commit: null,
    repository: shown,
    head_repository: shown,
  };
}

/** `pending-deployment`. */
export function pendingView(scope: RunScope, run: Run, { environment, since }: PendingGate): Record<string, unknown> {
  const { links, state, viewer } = scope;
  const { created_at: _, updated_at: __, ...shown } = shortEnvironment(scope, environment);
  return {
    environment: shown,
    wait_timer: environment.wait_timer,
    wait_timer_started_at: environment.wait_timer > 0 ? since : null,
    current_user_can_approve: mayReview(state, run, environment, viewer),
    reviewers: environment.reviewers.flatMap((item) => reviewerView(links, state, item)),
  };
}

/** `environment-approvals`. An environment that was deleted since is left out. */
export function reviewView(scope: RunScope, review: Run["reviews"][number]): Record<string, unknown> {
  const user = scope.state.users.find(({ id }) => id === review.user_id);
  return {
    environments: scope.repository.environments
      .filter(({ id }) => review.environment_ids.includes(id))
      .map((environment) => shortEnvironment(scope, environment)),
    state: review.state,
    ...(user && { user: simpleUser(scope.links, user) }),
    comment: review.comment,
  };
}

function shortEnvironment({ links, repository, state }: RunScope, environment: Environment): Record<string, unknown> {
  const { id, node_id, name, url, html_url, created_at, updated_at } = environmentView(
    links,
    state,
    repository,
    environment,
  );
  return { id, node_id, name, url, html_url, created_at, updated_at };
}
