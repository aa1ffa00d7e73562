import type { Rule } from "../../rule.ts";
import { admissionControl } from "./admission-control.ts";
import { defaultNamespace } from "./default-namespace.ts";
import { ingressRoutes } from "./ingress-routes.ts";
import { namespaceDefaultDeny } from "./namespace-default-deny.ts";
import { namespaceLimits } from "./namespace-limits.ts";
import { namespacePodSecurity } from "./namespace-pod-security.ts";
import { networkPolicyEnforcement } from "./network-policy-enforcement.ts";
import { networkPolicyWidth } from "./network-policy-width.ts";
import { podCapabilities } from "./pod-capabilities.ts";
import { podEnvironmentSecrets } from "./pod-environment-secrets.ts";
import { podHostNamespaces } from "./pod-host-namespaces.ts";
import { podHostPorts } from "./pod-host-ports.ts";
import { podKernelSettings } from "./pod-kernel-settings.ts";
import { podPrivilegeEscalation } from "./pod-privilege-escalation.ts";
import { podPrivileged } from "./pod-privileged.ts";
import { podRootFilesystem } from "./pod-root-filesystem.ts";
import { podRootUser } from "./pod-root-user.ts";
import { podSeccomp } from "./pod-seccomp.ts";
import { podServiceAccount } from "./pod-service-account.ts";
import { podServiceAccountToken } from "./pod-service-account-token.ts";
import { podVolumes } from "./pod-volumes.ts";
import { serviceNodePorts } from "./service-node-ports.ts";

export const kubernetes: readonly Rule[] = [
  podPrivileged,
  podHostNamespaces,
  podVolumes,
  podHostPorts,
  podCapabilities,
  podPrivilegeEscalation,
  podRootUser,
  podKernelSettings,
  podSeccomp,
  podRootFilesystem,
  podServiceAccount,
  podServiceAccountToken,
  podEnvironmentSecrets,
  namespacePodSecurity,
  namespaceDefaultDeny,
  networkPolicyEnforcement,
  networkPolicyWidth,
  namespaceLimits,
  defaultNamespace,
  admissionControl,
  serviceNodePorts,
  ingressRoutes,
];
