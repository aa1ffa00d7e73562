import type { Handler } from "../call.ts";
import type { OperationId } from "../openapi/answered.ts";
import { deploymentHandlers } from "./deployments.ts";
import { environmentHandlers } from "./environments.ts";
import { repositoryHandlers } from "./repositories.ts";
import { rulesetHandlers } from "./rulesets.ts";
import { runHandlers } from "./runs.ts";
import { secretHandlers } from "./secrets.ts";
import { teamRepositoryHandlers } from "./team-repositories.ts";
import { teamHandlers } from "./teams.ts";
import { userHandlers } from "./users.ts";
import { variableHandlers } from "./variables.ts";

/** What answers each operation; the compiler finds one that is missing. */
export const handlers = {
  ...userHandlers,
  ...teamHandlers,
  ...teamRepositoryHandlers,
  ...repositoryHandlers,
  ...environmentHandlers,
  ...variableHandlers,
  ...secretHandlers,
  ...rulesetHandlers,
  ...runHandlers,
  ...deploymentHandlers,
} satisfies Record<OperationId, Handler>;
