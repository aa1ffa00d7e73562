import type { Rule } from "../../rule.ts";
import { dataIngress } from "./data-ingress.ts";
import { dataNetwork } from "./data-network.ts";
import { dataSubnetRoutes } from "./data-subnet-routes.ts";
import { environmentRoles } from "./environment-roles.ts";
import { environmentTags } from "./environment-tags.ts";
import { foreignEnvironments } from "./foreign-environments.ts";
import { networkPeering } from "./network-peering.ts";
import { stackReferences } from "./stack-references.ts";
import { taskHostNamespaces } from "./task-host-namespaces.ts";
import { taskPrivileges } from "./task-privileges.ts";
import { taskRootFilesystem } from "./task-root-filesystem.ts";
import { taskRootUser } from "./task-root-user.ts";

export const isolation: readonly Rule[] = [
  foreignEnvironments,
  environmentRoles,
  networkPeering,
  dataNetwork,
  dataSubnetRoutes,
  dataIngress,
  environmentTags,
  stackReferences,
  taskPrivileges,
  taskHostNamespaces,
  taskRootUser,
  taskRootFilesystem,
];
