import { gateEnvironments } from "../process/gate-environments.ts";
import { promotionLine } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";
import { deliverWorkflow } from "./deliver.ts";
import { driftWorkflow } from "./drift.ts";
import { environmentWorkflow } from "./environment.ts";
import type { AskedRole } from "./environment-gate.ts";
import { escalationWorkflow } from "./escalation.ts";
import type { WorkflowFacts } from "./facts.ts";
import { featuresWorkflow } from "./features.ts";
import type { Workflow } from "./model.ts";
import { emergencyWorkflow, promoteWorkflow } from "./promotions.ts";
import { pullRequestWorkflow } from "./pull-request.ts";
import { refreshWorkflow } from "./refresh.ts";
import { releaseWorkflow } from "./release.ts";
import { rollbackWorkflow } from "./rollback.ts";

/** Every workflow that the process and the stacks ask for. Pure: the same facts always give the same workflows. */
export function planWorkflows(facts: WorkflowFacts): Workflow[] {
  const line = promotionLine(facts.process);
  return [
    pullRequestWorkflow(facts),
    deliverWorkflow(facts),
    ...line.map((environment) => environmentWorkflow(facts, environment, askedRoles(facts.process, environment))),
    promoteWorkflow(facts),
    releaseWorkflow(facts),
    emergencyWorkflow(facts),
    escalationWorkflow(facts),
    rollbackWorkflow(facts),
    ...(Object.keys(facts.stacks).length > 0 ? [driftWorkflow(facts)] : []),
    ...refreshWorkflow(facts),
    ...featuresWorkflow(facts),
  ];
}

/** The roles for which GitHub has an environment of their own beside this one. */
function askedRoles(process: Process, environment: string): AskedRole[] {
  return gateEnvironments(process, process.environments[environment]?.stack ?? "").flatMap((gate) =>
    gate.role === undefined || gate.environment !== environment
      ? []
      : [
          {
            role: gate.role,
            title: process.roles[gate.role]?.title ?? gate.role,
            environment: gate.name,
            job: `approve-${gate.role}`,
          },
        ],
  );
}
