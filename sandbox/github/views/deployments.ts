import { nodeId } from "../domain/node-id.ts";
import type { Deployment, DeploymentStatus, Repository, State } from "../state.ts";
import { simpleUser } from "./accounts.ts";
import type { Links } from "./links.ts";

/** `deployment`. */
export function deploymentView(
  links: Links,
  state: State,
  repository: Repository,
  deployment: Deployment,
): Record<string, unknown> {
  const { statuses: _, creator_id, ...told } = deployment;
  const source = `${links.api}/repos/${state.organization.login}/${repository.name}`;
  const url = `${source}/deployments/${deployment.id}`;
  return {
    ...told,
    node_id: nodeId("Deployment", deployment.id),
    original_environment: deployment.environment,
    creator: creatorOf(links, state, creator_id),
    url,
    statuses_url: `${url}/statuses`,
    repository_url: source,
  };
}

/** `deployment-status`. */
export function deploymentStatusView(
  links: Links,
  state: State,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
): Record<string, unknown> {
  const { creator_id, ...told } = status;
  const source = `${links.api}/repos/${state.organization.login}/${repository.name}`;
  const url = `${source}/deployments/${deployment.id}`;
  return {
    ...told,
    node_id: nodeId("DeploymentStatus", status.id),
    environment: deployment.environment,
    creator: creatorOf(links, state, creator_id),
    url: `${url}/statuses/${status.id}`,
    deployment_url: url,
    repository_url: source,
  };
}

function creatorOf(links: Links, state: State, id: number): Record<string, unknown> | null {
  const user = state.users.find((item) => item.id === id);
  return user ? simpleUser(links, user) : null;
}
