import type { Cases, Given } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";
import { deployment, object } from "../support/workloads.ts";
import { kubernetesPodCases } from "./kubernetes-pods.ts";

const enforce = "pod-security.kubernetes.io/enforce";
const admission = "kubernetes:admissionregistration.k8s.io/v1:";

const account = (automountServiceAccountToken?: boolean): Given => ({
  type: "kubernetes:core/v1:ServiceAccount",
  name: "account",
  props: { metadata: { name: "reader", namespace: "shop" }, automountServiceAccountToken },
});
const binding = (namespace: string): Given => ({
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  name: "binding",
  props: { metadata: { namespace }, subjects: [{ kind: "ServiceAccount", name: "reader" }] },
});
const reader = (pod = {}) => deployment({}, { serviceAccountName: "reader", ...pod });

const namespace: Given = { type: "kubernetes:core/v1:Namespace", props: { metadata: { name: "shop" } } };
const policy = (spec: Readonly<Record<string, unknown>>) => object("networking.k8s.io/v1:NetworkPolicy", spec);
const quota = object("core/v1:ResourceQuota", { hard: { "requests.cpu": "4", memory: "8Gi" } });
const limits = object("core/v1:LimitRange", { limits: [{ type: "Container", default: { memory: "256Mi" } }] });
const web = { podSelector: { matchLabels: { app: "web" } } };
const ports = [{ port: 443, protocol: "TCP" }];
const ingress = (spec: Readonly<Record<string, unknown>>) => object("networking.k8s.io/v1:Ingress", spec);

const eks = (enabled: boolean): Given => ({ type: "aws:eks/cluster:Cluster", props: { computeConfig: { enabled } } });
const cni = (enabled: string): Given => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: "cni",
  props: {
    metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
    data: { "enable-network-policy-controller": enabled },
  },
});
const addon = (configurationValues: string): Given => ({
  type: "aws:eks/addon:Addon",
  name: "addon",
  props: { addonName: "vpc-cni", configurationValues },
});

export const kubernetesCases: Cases = {
  ...kubernetesPodCases,
  "pod-service-account-token": [
    accepts("no token", reader({ automountServiceAccountToken: false })),
    accepts("an account that gives none", reader(), [account(false)]),
    accepts("a token with a role", reader({ automountServiceAccountToken: true }), [account(false), binding("shop")]),
    refuses(
      "Kubernetes' default",
      deployment(),
      'mounts a token of the service account "default", to which no role is bound.',
    ),
    refuses(
      "a token without a role",
      reader({ automountServiceAccountToken: true }),
      'mounts a token of the service account "reader", to which no role is bound.',
      [account(false), binding("other")],
    ),
    refuses(
      "a token that the account gives",
      reader(),
      'mounts a token of the service account "reader", to which no role is bound.',
      [account()],
    ),
  ],
  "namespace-pod-security": [
    accepts("the restricted standard", {
      ...namespace,
      props: { metadata: { name: "shop", labels: { [enforce]: "restricted" } } },
    }),
    refuses("none", namespace, "holds its pods to no pod security standard."),
    refuses(
      "a warning only",
      { ...namespace, props: { metadata: { labels: { "pod-security.kubernetes.io/warn": "restricted" } } } },
      "holds its pods to no pod security standard.",
    ),
    refuses(
      "a weaker one",
      { ...namespace, props: { metadata: { labels: { [enforce]: "baseline" } } } },
      'holds its pods to the pod security standard "baseline" only.',
    ),
  ],
  "namespace-default-deny": [
    accepts("one policy for both ways", namespace, [policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]),
    accepts("one policy that is not named yet", namespace, [
      {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "policy",
        from: { metadata: ["it"] },
        props: { metadata: {}, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
      },
    ]),
    refuses("no policy", namespace, [
      "has no network policy that denies ingress by default.",
      "has no network policy that denies egress by default.",
    ]),
    refuses("the default types", namespace, "has no network policy that denies egress by default.", [
      policy({ podSelector: {} }),
    ]),
    refuses(
      "a policy for some pods, and one that allows",
      namespace,
      ["has no network policy that denies ingress by default.", "has no network policy that denies egress by default."],
      [
        policy({ ...web, policyTypes: ["Ingress", "Egress"] }),
        {
          ...policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] }),
          name: "all",
        },
      ],
    ),
  ],
  "network-policy-enforcement": [
    accepts("no policies to enforce", eks(true)),
    accepts("Auto Mode's switch", eks(true), [policy({}), cni("true")]),
    accepts("the add-on's switch", eks(false), [policy({}), addon('{"enableNetworkPolicy": "true"}')]),
    refuses("EKS's default", eks(true), "enforces no network policies.", [policy({})]),
    refuses("a switch that is off", eks(true), "enforces no network policies.", [policy({}), cni("false")]),
    refuses("an add-on without", eks(false), "enforces no network policies.", [policy({}), addon("{}"), cni("true")]),
  ],
  "network-policy-width": [
    accepts("no rules", policy({ podSelector: {}, policyTypes: ["Ingress"] })),
    accepts("peers and ports", policy({ ...web, ingress: [{ from: [{ podSelector: {} }], ports }] })),
    accepts(
      "named ports of the internet",
      policy({ ...web, egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports }] }),
    ),
    accepts(
      "chosen pods of every namespace",
      policy({
        ...web,
        egress: [{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { a: "dns" } } }], ports }],
      }),
    ),
    refuses("empty rules", policy({ ...web, ingress: [{}], egress: [{}] }), [
      "lets everybody in.",
      "lets traffic in on every port.",
      "lets its pods out to everywhere.",
      "lets traffic out on every port.",
    ]),
    refuses(
      "the internet",
      policy({ ...web, ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }], ports }] }),
      "lets the whole internet in.",
    ),
    refuses(
      "every namespace",
      policy({
        ...web,
        ingress: [{ from: [{ namespaceSelector: {} }], ports }],
        egress: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: "TCP" }] }],
      }),
      ["lets every namespace in.", "lets its pods out to every namespace.", "lets traffic out on every port."],
    ),
  ],
  "namespace-limits": [
    accepts("a quota and limits", namespace, [quota, limits]),
    refuses("none", namespace, [
      "has no quota of processors.",
      "has no quota of memory.",
      "has no default limit of memory for containers.",
    ]),
    refuses(
      "a quota of other things",
      namespace,
      ["has no quota of processors.", "has no quota of memory."],
      [object("core/v1:ResourceQuota", { hard: { pods: "10" } }), limits],
    ),
    refuses("limits of another kind", namespace, "has no default limit of memory for containers.", [
      quota,
      object("core/v1:LimitRange", { limits: [{ type: "Pod", max: { memory: "1Gi" } }] }),
    ]),
  ],
  "default-namespace": [
    accepts("one of the application", deployment()),
    refuses(
      "none named",
      { type: "kubernetes:core/v1:Service", props: { metadata: { name: "web" } } },
      "stands in the default namespace.",
    ),
    refuses(
      "default",
      { type: "kubernetes:core/v1:ConfigMap", props: { metadata: { namespace: "default" } } },
      "stands in the default namespace.",
    ),
  ],
  "admission-control": [
    accepts("Kubernetes' default", { type: `${admission}ValidatingAdmissionPolicy`, props: { spec: {} } }),
    accepts("a binding that denies", {
      type: `${admission}ValidatingAdmissionPolicyBinding`,
      props: { spec: { policyName: "guard", validationActions: ["Deny", "Audit"] } },
    }),
    accepts("a webhook that fails closed", {
      type: `${admission}ValidatingWebhookConfiguration`,
      props: { webhooks: [{ name: "guard", failurePolicy: "Fail" }] },
    }),
    refuses(
      "a policy that fails open",
      { type: `${admission}ValidatingAdmissionPolicy`, props: { spec: { failurePolicy: "Ignore" } } },
      "lets pass what it could not judge.",
    ),
    refuses(
      "a binding that warns",
      {
        type: `${admission}ValidatingAdmissionPolicyBinding`,
        props: { spec: { validationActions: ["Warn"], paramRef: { parameterNotFoundAction: "Allow" } } },
      },
      ["does not deny what its policy refuses.", "lets everything pass where its parameters are missing."],
    ),
    refuses(
      "a webhook that fails open",
      {
        type: `${admission}ValidatingWebhookConfiguration`,
        props: { webhooks: [{ name: "guard", failurePolicy: "Ignore" }] },
      },
      'lets pass what its webhook "guard" could not judge.',
    ),
  ],
  "ingress-routes": [
    accepts("a class and a host", ingress({ ingressClassName: "alb", rules: [{ host: "shop.example" }] })),
    refuses("no class", ingress({ rules: [{ host: "shop.example" }] }), "names no class."),
    refuses(
      "every host",
      ingress({ ingressClassName: "alb", defaultBackend: { service: {} }, rules: [{}, { host: "*.example" }] }),
      ["answers for every host by its default backend.", "has a rule for every host."],
    ),
  ],
  "service-node-ports": [
    accepts("Kubernetes' default", object("core/v1:Service", { ports })),
    accepts("the cluster", object("core/v1:Service", { type: "ClusterIP", ports })),
    refuses("a node port", object("core/v1:Service", { type: "NodePort" }), "opens a port on every node."),
    refuses(
      "addresses of others",
      object("core/v1:Service", { externalIPs: ["203.0.113.7"] }),
      "claims addresses outside the cluster.",
    ),
  ],
};
