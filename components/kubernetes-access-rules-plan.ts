/* What the two roles of delivery may do in a cluster: whole Kubernetes objects. Pure. */

/**
 * The groups in the cluster that the roles of delivery belong to by their access entries.
 *
 * Neither is given one of EKS's own policies. AmazonEKSAdminPolicy makes no namespace, quota or ingress class;
 * AmazonEKSClusterAdminPolicy, which does, also reads every Secret and changes kube-system.
 */
export const deliveryGroups = { deploy: "slipway:deployers", preview: "slipway:previewers" } as const;

/** One rule of RBAC. */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the program writes, by API group. Secrets are not among it: the CSI driver makes them from Secrets Manager. */
const written: Readonly<Record<string, readonly string[]>> = {
  "": ["configmaps", "limitranges", "namespaces", "resourcequotas", "serviceaccounts", "services"],
  apps: ["deployments"],
  autoscaling: ["horizontalpodautoscalers"],
  batch: ["jobs"],
  "eks.amazonaws.com": ["ingressclassparams"],
  "networking.k8s.io": ["ingressclasses", "ingresses", "networkpolicies"],
  policy: ["poddisruptionbudgets"],
  "rbac.authorization.k8s.io": ["rolebindings", "roles"],
  "secrets-store.csi.x-k8s.io": ["secretproviderclasses"],
};

/** What is read beside it: to wait until pods are ready and say why not, and to compare with the state. */
const seen: Readonly<Record<string, readonly string[]>> = {
  "": ["endpoints", "events", "nodes", "pods", "pods/log", "replicationcontrollers"],
  "admissionregistration.k8s.io": ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
  apps: ["deployments/scale", "replicasets"],
  "discovery.k8s.io": ["endpointslices"],
  "events.k8s.io": ["events"],
  "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles"],
};

const read = ["get", "list", "watch"];
const write = ["create", "delete", "patch", "update"];

/**
 * The rules of both groups. They are alike: for a preview the API server is asked to try each write without keeping it
 * (`dryRun=All`), for which it wants the right to the write itself. What keeps a pull request from changing anything is the guard.
 */
export function planAccessRules(): AccessRule[] {
  const rules = (resources: typeof written, verbs: readonly string[]) =>
    Object.entries(resources).map(([group, names]) => ({ apiGroups: [group], resources: names, verbs }));
  return [
    ...rules(written, [...read, ...write]),
    ...rules(seen, read),
    // Nobody may give a right in RBAC that they have not: the analysis of a rollout takes its canary away by this one.
    { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["patch", "update"] },
  ];
}

/** The switch of network policies in Auto Mode: a ConfigMap of kube-system, the one thing there that is the program's. */
export const networkPolicySwitch = { namespace: "kube-system", name: "amazon-vpc-cni" } as const;

/** A sentence of CEL and what somebody is told whom it stops. */
interface Validation {
  readonly expression: string;
  readonly message: string;
}

/**
 * What the API server checks of each request of either group, whatever RBAC allows: a preview keeps nothing, and both stay in the
 * stack's namespaces. It judges no one else, so that a fault in it can stop a deployment but never the cluster.
 */
export function planGuard(namespaces: readonly string[]): {
  readonly matchCondition: string;
  readonly validations: readonly Validation[];
} {
  const own = JSON.stringify([...namespaces].sort());
  const inGroup = (group: string) => `"${group}" in request.userInfo.groups`;
  const { name, namespace } = networkPolicySwitch;
  return {
    matchCondition: `has(request.userInfo.groups) && (${inGroup(deliveryGroups.deploy)} || ${inGroup(deliveryGroups.preview)})`,
    validations: [
      {
        expression: `!(${inGroup(deliveryGroups.preview)}) || (has(request.dryRun) && request.dryRun)`,
        message: "a preview may try a change but not make it: deploy by a workflow of the environment",
      },
      {
        // A request for a namespace itself counts as made in it, but for one that makes it.
        expression: [
          `(has(request.namespace) && request.namespace != "" && request.resource.resource != "namespaces")`,
          `? (request.namespace in ${own} || (request.namespace == "${namespace}" && request.resource.resource == "configmaps" && request.name == "${name}"))`,
          `: (request.resource.resource != "namespaces" || request.name in ${own})`,
        ].join(" "),
        message: `deployments of this stack write in the namespaces ${namespaces.join(", ")} only`,
      },
    ],
  };
}
