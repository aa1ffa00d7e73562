import * as k8s from "@pulumi/kubernetes";
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";

/** What differs between the editions of the program. */
export interface Edition {
  readonly kubeconfig: string;
  readonly image?: string;
  readonly greeting?: string;
  readonly jobImage?: string;
  /** Seconds to wait for the Deployment. */
  readonly patience?: number;
}

const labels = { app: "web" };
const container = (image: string) => ({
  name: "web",
  image,
  ports: [{ containerPort: 8080 }],
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "0.5Gi" } },
});

/** A program with every kind of object that Slipway's stacks make. */
export function everyKind(edition: Edition): () => Promise<Record<string, Output<unknown>>> {
  return async () => {
    const provider = new k8s.Provider("cluster", { kubeconfig: edition.kubeconfig });
    const options = { provider };
    const namespace = new k8s.core.v1.Namespace("space", { metadata: { name: "space" } }, options);
    const inside = (name: string, extra: object = {}) => ({ name, namespace: namespace.metadata.name, ...extra });
    new k8s.core.v1.ResourceQuota("quota", { metadata: inside("quota"), spec: { hard: { pods: "20" } } }, options);
    new k8s.core.v1.LimitRange(
      "limits",
      { metadata: inside("limits"), spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m" } }] } },
      options,
    );
    const config = new k8s.core.v1.ConfigMap(
      "config",
      { metadata: { namespace: namespace.metadata.name }, data: { greeting: edition.greeting ?? "hello" } },
      options,
    );
    new k8s.core.v1.Secret("secret", { metadata: inside("secret"), stringData: { password: "planted" } }, options);
    const account = new k8s.core.v1.ServiceAccount(
      "account",
      { metadata: inside("web"), automountServiceAccountToken: false },
      options,
    );
    const role = new k8s.rbac.v1.Role(
      "role",
      { metadata: inside("scaler"), rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] }] },
      options,
    );
    new k8s.rbac.v1.RoleBinding(
      "binding",
      {
        metadata: inside("scaler"),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: namespace.metadata.name }],
      },
      options,
    );
    const job = migration(inside("migrate"), edition.jobImage ?? "migrations", options);
    const deployment = workload(inside("web"), edition, account.metadata.name, {
      ...options,
      dependsOn: [job],
      customTimeouts: { create: `${edition.patience ?? 60}s`, update: `${edition.patience ?? 60}s` },
    });
    traffic(inside, deployment, options);
    guards(inside, options);
    extensions(inside, options);
    return {
      config: config.metadata.name,
      ready: deployment.status.readyReplicas,
      uid: deployment.metadata.uid,
    };
  };
}

interface Options {
  readonly provider: k8s.Provider;
}
type Inside = (name: string, extra?: object) => { name: string; namespace: Input<string> };

function migration(metadata: object, image: string, options: Options): k8s.batch.v1.Job {
  const spec = { restartPolicy: "Never", containers: [{ name: "migrate", image }] };
  return new k8s.batch.v1.Job("migrate", { metadata, spec: { backoffLimit: 0, template: { spec } } }, options);
}

function workload(
  metadata: object,
  edition: Edition,
  serviceAccountName: Input<string>,
  options: CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const template = {
    metadata: { labels },
    spec: { serviceAccountName, containers: [container(edition.image ?? "web:1")] },
  };
  const strategy = { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  const spec = { replicas: 2, selector: { matchLabels: labels }, strategy, template };
  return new k8s.apps.v1.Deployment("web", { metadata, spec }, options);
}

function traffic(inside: Inside, deployment: k8s.apps.v1.Deployment, options: Options): void {
  const service = new k8s.core.v1.Service(
    "service",
    { metadata: inside("web"), spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } },
    { ...options, dependsOn: [deployment] },
  );
  const parameters = new k8s.apiextensions.CustomResource(
    "parameters",
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "IngressClassParams",
      metadata: { name: "public" },
      spec: { scheme: "internet-facing" },
    },
    options,
  );
  const ingressClass = new k8s.networking.v1.IngressClass(
    "class",
    {
      metadata: { name: "public" },
      spec: {
        controller: "eks.amazonaws.com/alb",
        parameters: {
          apiGroup: "eks.amazonaws.com",
          kind: "IngressClassParams",
          name: parameters.metadata.apply((metadata) => metadata.name ?? ""),
        },
      },
    },
    options,
  );
  new k8s.networking.v1.Ingress(
    "ingress",
    {
      metadata: inside("web"),
      spec: {
        ingressClassName: ingressClass.metadata.name,
        rules: [
          {
            host: "teamflow.test",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: service.metadata.name, port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
    { ...options, customTimeouts: { create: "60s" } },
  );
}

function guards(inside: Inside, options: Options): void {
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    "scaler",
    {
      metadata: inside("web"),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 4,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ],
      },
    },
    options,
  );
  new k8s.policy.v1.PodDisruptionBudget(
    "budget",
    { metadata: inside("web"), spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
    options,
  );
  new k8s.networking.v1.NetworkPolicy(
    "deny",
    { metadata: inside("deny"), spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
    options,
  );
}

function extensions(inside: Inside, options: Options): void {
  new k8s.apiextensions.CustomResource(
    "secrets",
    {
      apiVersion: "secrets-store.csi.x-k8s.io/v1",
      kind: "SecretProviderClass",
      metadata: inside("app-secrets"),
      spec: { provider: "aws", parameters: { usePodIdentity: "true" } },
    },
    options,
  );
}
