import type { Rule } from "../../rule.ts";
import { cacheAuthentication } from "./cache-authentication.ts";
import { cacheUserPermissions } from "./cache-user-permissions.ts";
import { confusedDeputy } from "./confused-deputy.ts";
import { databaseIamAuthentication } from "./database-iam-authentication.ts";
import { ecsTaskRoles } from "./ecs-task-roles.ts";
import { eksAuthentication } from "./eks-authentication.ts";
import { iamAdministration } from "./iam-administration.ts";
import { iamBoundaryHolds } from "./iam-boundary-holds.ts";
import { iamDataAccess } from "./iam-data-access.ts";
import { iamNegatedGrants } from "./iam-negated-grants.ts";
import { iamPassRole } from "./iam-pass-role.ts";
import { iamPermissionsBoundary } from "./iam-permissions-boundary.ts";
import { iamPrivilegeEscalation } from "./iam-privilege-escalation.ts";
import { iamServiceWildcards } from "./iam-service-wildcards.ts";
import { iamSessionLength } from "./iam-session-length.ts";
import { iamTrustAccount } from "./iam-trust-account.ts";
import { iamTrustAnyone } from "./iam-trust-anyone.ts";
import { iamTrustFederation } from "./iam-trust-federation.ts";
import { iamTrustPods } from "./iam-trust-pods.ts";
import { iamUsers } from "./iam-users.ts";
import { iamWideChanges } from "./iam-wide-changes.ts";
import { kubernetesAdministrators } from "./kubernetes-administrators.ts";
import { kubernetesOpenBindings } from "./kubernetes-open-bindings.ts";
import { kubernetesRoleEscalation } from "./kubernetes-role-escalation.ts";
import { kubernetesRoleWildcards } from "./kubernetes-role-wildcards.ts";
import { kubernetesSecretReaders } from "./kubernetes-secret-readers.ts";
import { serviceAccountTokens } from "./service-account-tokens.ts";

export const identity: readonly Rule[] = [
  iamAdministration,
  iamTrustAnyone,
  iamTrustFederation,
  iamPrivilegeEscalation,
  iamDataAccess,
  kubernetesAdministrators,
  kubernetesOpenBindings,
  iamBoundaryHolds,
  iamServiceWildcards,
  iamWideChanges,
  iamNegatedGrants,
  iamPassRole,
  iamPermissionsBoundary,
  iamTrustAccount,
  iamUsers,
  eksAuthentication,
  kubernetesRoleWildcards,
  kubernetesRoleEscalation,
  kubernetesSecretReaders,
  cacheAuthentication,
  ecsTaskRoles,
  confusedDeputy,
  iamTrustPods,
  databaseIamAuthentication,
  cacheUserPermissions,
  serviceAccountTokens,
  iamSessionLength,
];
