import { created, type Handler, ok } from "../call.ts";
import { addDeployment } from "../domain/deployment.ts";
import { byId, repository, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import { type Deployment, type DeploymentStatus, newId } from "../state.ts";
import { deploymentStatusView, deploymentView } from "../views/deployments.ts";

type DeploymentBody = Parameters<typeof addDeployment>[3];
type StatusBody = Partial<DeploymentStatus> & Pick<DeploymentStatus, "state"> & { readonly auto_inactive?: boolean };

/** Deployments that somebody tells GitHub of, and what became of them. The newest come first, as with GitHub. */
export const deploymentHandlers = {
  "repos/list-deployments": (call) => {
    const within = repository(call);
    const asked = ["sha", "ref", "task", "environment"] as const;
    const wanted = within.deployments.filter((item) =>
      asked.every((key) => ["none", undefined].includes(call.query[key] as string) || call.query[key] === item[key]),
    );
    return page(call, wanted.toReversed(), (item) => deploymentView(call.links, call.state, within, item));
  },

  "repos/create-deployment": (call) => {
    const within = writableRepository(call, "push");
    const made = addDeployment(call.state, within, call.viewer, call.body as unknown as DeploymentBody, call.now);
    return created(deploymentView(call.links, call.state, within, made));
  },

  "repos/get-deployment": (call) => {
    const within = repository(call);
    return ok(deploymentView(call.links, call.state, within, byId(call, within.deployments, "deployment_id")));
  },

  "repos/list-deployment-statuses": (call) => {
    const within = repository(call);
    const deployment = byId(call, within.deployments, "deployment_id");
    return page(call, deployment.statuses.toReversed(), (status) =>
      deploymentStatusView(call.links, call.state, within, deployment, status),
    );
  },

  "repos/create-deployment-status": (call) => {
    const within = writableRepository(call, "push");
    const deployment = byId(call, within.deployments, "deployment_id");
    const body = call.body as unknown as StatusBody;
    const status: DeploymentStatus = {
      id: newId(call.state),
      state: body.state,
      creator_id: call.viewer.id,
      description: body.description ?? "",
      target_url: body.log_url ?? body.target_url ?? "",
      log_url: body.log_url ?? body.target_url ?? "",
      environment_url: body.environment_url ?? "",
      created_at: call.now,
      updated_at: call.now,
    };
    deployment.statuses.push(status);
    deployment.updated_at = call.now;
    if (body.state === "success" && body.auto_inactive !== false)
      retireOthers(call.state, within.deployments, status, deployment);
    return created(deploymentStatusView(call.links, call.state, within, deployment, status));
  },
} satisfies Partial<Record<OperationId, Handler>>;

/** Documented of `auto_inactive`: earlier successful, lasting, non-production deployments of the environment become inactive. */
function retireOthers(
  state: Parameters<typeof newId>[0],
  deployments: readonly Deployment[],
  success: DeploymentStatus,
  deployed: Deployment,
): void {
  for (const other of deployments) {
    if (other === deployed || other.environment !== deployed.environment) continue;
    if (other.transient_environment || other.production_environment || other.statuses.at(-1)?.state !== "success")
      continue;
    other.statuses.push({ ...success, id: newId(state), state: "inactive", description: "" });
  }
}
