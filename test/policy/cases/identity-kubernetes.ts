import type { Cases } from "../support/cases.ts";

const clusterType = "aws:eks/cluster:Cluster";
const entryType = "aws:eks/accessEntry:AccessEntry";
const associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const bindingType = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding";
const clusterRoleType = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const roleType = "kubernetes:rbac.authorization.k8s.io/v1:Role";

const binding = (role: string, ...names: readonly string[]) => ({
  type: bindingType,
  props: { roleRef: { kind: "ClusterRole", name: role }, subjects: names.map((name) => ({ kind: "Group", name })) },
});
const role = (rule: Readonly<Record<string, unknown>>, type = clusterRoleType) => ({ type, props: { rules: [rule] } });
const access = (policy: string, accessScope: object) => ({
  type: associationType,
  props: { policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`, accessScope },
});

export const kubernetesIdentityCases: Cases = {
  "eks-authentication": [
    {
      title: "accepts access entries alone",
      resource: {
        type: clusterType,
        props: { accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false } },
      },
      findings: [],
    },
    {
      title: "refuses the ConfigMap beside them",
      resource: {
        type: clusterType,
        props: {
          accessConfig: { authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false },
        },
      },
      findings: ['takes access by "API_AND_CONFIG_MAP" instead of access entries alone.'],
    },
    {
      title: "refuses EKS's defaults",
      resource: { type: clusterType, props: { accessConfig: {} } },
      findings: [
        'takes access by "CONFIG_MAP" instead of access entries alone.',
        "makes its creator an administrator.",
      ],
    },
  ],
  "kubernetes-administrators": [
    {
      title: "accepts a group of one's own",
      resource: { type: entryType, props: { kubernetesGroups: ["deployers"] } },
      findings: [],
    },
    { title: "accepts a role of one's own", resource: binding("deployers", "deployers"), findings: [] },
    {
      title: "accepts to administer a namespace",
      resource: access("AmazonEKSAdminPolicy", { type: "namespace", namespaces: ["x"] }),
      findings: [],
    },
    {
      title: "refuses cluster-admin, and system:masters",
      resource: binding("cluster-admin", "system:masters"),
      findings: ["binds cluster-admin.", "binds a role to system:masters."],
    },
    {
      title: "refuses an entry for system:masters",
      resource: { type: entryType, props: { kubernetesGroups: ["system:masters"] } },
      findings: ["puts its principal into system:masters."],
    },
    {
      title: "refuses EKS's administrators",
      resource: access("AmazonEKSClusterAdminPolicy", { type: "cluster" }),
      findings: ["makes its principal an administrator by AmazonEKSClusterAdminPolicy."],
    },
    {
      title: "refuses the ConfigMap of old",
      resource: {
        type: "kubernetes:core/v1:ConfigMap",
        props: { metadata: { name: "aws-auth" }, data: { mapUsers: "groups: [system:masters]" } },
      },
      findings: ["puts somebody into system:masters."],
    },
  ],
  "kubernetes-open-bindings": [
    { title: "accepts a group", resource: binding("view", "auditors"), findings: [] },
    {
      title: "refuses everybody",
      resource: binding("view", "system:authenticated", "system:unauthenticated"),
      findings: ["binds a role to system:authenticated.", "binds a role to system:unauthenticated."],
    },
    {
      title: "refuses every service account",
      resource: binding("view", "system:serviceaccounts"),
      findings: ["binds a role to system:serviceaccounts."],
    },
  ],
  "kubernetes-role-wildcards": [
    { title: "accepts what is named", resource: role({ resources: ["pods"], verbs: ["get"] }), findings: [] },
    {
      title: "refuses verbs and resources by wildcard",
      resource: role({ resources: ["*"], verbs: ["*"] }),
      findings: ["allows every verb in its rule 1.", "allows every resource in its rule 1."],
    },
    {
      title: "refuses every path",
      resource: role({ nonResourceURLs: ["*"], verbs: ["get"] }, roleType),
      findings: ["allows every path in its rule 1."],
    },
  ],
  "kubernetes-role-escalation": [
    { title: "accepts to write roles", resource: role({ resources: ["roles"], verbs: ["create"] }), findings: [] },
    {
      title: "accepts to bind a named role",
      resource: role({ resources: ["clusterroles"], resourceNames: ["view"], verbs: ["bind"] }),
      findings: [],
    },
    {
      title: "refuses to bind and to escalate",
      resource: role({ resources: ["clusterroles"], verbs: ["get", "bind", "escalate"] }),
      findings: ["allows bind on clusterroles.", "allows escalate on clusterroles."],
    },
    {
      title: "refuses to impersonate, and to make tokens",
      resource: role({ resources: ["users", "serviceaccounts/token"], verbs: ["impersonate", "create"] }, roleType),
      findings: ["allows impersonate on users.", "allows create on serviceaccounts/token."],
    },
  ],
  "kubernetes-secret-readers": [
    {
      title: "accepts one Secret",
      resource: role({ resources: ["secrets"], resourceNames: ["app"], verbs: ["get"] }, roleType),
      findings: [],
    },
    { title: "accepts to make them", resource: role({ resources: ["secrets"], verbs: ["create"] }), findings: [] },
    {
      title: "refuses all of the cluster",
      resource: role({ resources: ["pods", "secrets"], verbs: ["get", "list"] }),
      findings: ["reads Secrets of every namespace (get, list)."],
    },
    {
      title: "refuses all of a namespace",
      resource: role({ resources: ["secrets"], verbs: ["list"] }, roleType),
      findings: ["reads every Secret of its namespace (list)."],
    },
  ],
  "service-account-tokens": [
    {
      title: "accepts no token",
      resource: { type: "kubernetes:core/v1:ServiceAccount", props: { automountServiceAccountToken: false } },
      findings: [],
    },
    {
      title: "refuses Kubernetes's default",
      resource: { type: "kubernetes:core/v1:ServiceAccount", props: { metadata: {} } },
      findings: ["has its token mounted into every pod that uses it."],
    },
    {
      title: "refuses a token",
      resource: { type: "kubernetes:core/v1:ServiceAccount", props: { automountServiceAccountToken: true } },
      findings: ["has its token mounted into every pod that uses it."],
    },
  ],
};
