import { KubernetesApplication, type KubernetesApplicationArgs } from "../../components/kubernetes-application.ts";
import { parseSettings } from "../../infra/settings.ts";
import type { Door, Party } from "./kubernetes-network.ts";
import type { AnyObject, Workload } from "./kubernetes-objects.ts";
import { type MockedRun, runMocked } from "./pulumi-mocks.ts";
import { rawSettings } from "./stack-settings.ts";

/* An environment as prod's settings have it, planned without a cluster. */

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
export const account = "123456789012";
const { edge, kubernetes, services } = parseSettings("prod", rawSettings("prod"));

/** What prod's stack gives to its main environment, in short. */
export const environmentArgs: KubernetesApplicationArgs = {
  context: { application: "teamflow", stack: "prod", environment: "production" },
  namespace: kubernetes?.namespace ?? "",
  platform: { clusterName: "teamflow-prod", clusterArn: `arn:aws:eks:us-west-2:${account}:cluster/teamflow-prod` },
  region: "us-west-2",
  services,
  rollout: { bakeMinutes: 5, minReadySeconds: 10, patienceSeconds: 600 },
  hosts: edge?.hosts ?? { frontend: "" },
  zones: ["us-west-2a", "us-west-2b", "us-west-2c"],
  cidrs: {
    loadBalancer: ["10.2.1.0/24", "10.2.2.0/24", "10.2.3.0/24"],
    data: ["10.2.9.0/24", "10.2.10.0/24", "10.2.11.0/24"],
    endpoints: ["10.2.16.0/20", "10.2.32.0/20", "10.2.48.0/20"],
    apiServer: ["10.2.16.0/20", "10.2.32.0/20", "10.2.48.0/20"],
  },
  images: {
    backend: `registry/backend@${digest("a")}`,
    frontend: `registry/frontend@${digest("b")}`,
    operator: `registry/operator@${digest("c")}`,
  },
  given: {
    backend: {
      environment: { ENVIRONMENT: "production", LOG_LEVEL: "error", DATABASE_HOST: "database.internal" },
      statements: [{ Sid: "Connect", Effect: "Allow", Action: "rds-db:connect", Resource: "database-user" }],
    },
    frontend: { environment: { VITE_API_URL: "https://api.teamflow.app" }, statements: [] },
    operator: {
      environment: { SLIPWAY_STACK: "prod", DATABASE_SECRET_ARN: "master-secret" },
      statements: [
        { Sid: "Master", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "master-secret" },
      ],
    },
  },
  secrets: {
    arns: { SECRET_KEY: `arn:aws:secretsmanager:us-west-2:${account}:secret:secret-key` },
    keyArn: "secrets-key",
  },
  certificateArn: "certificate-arn",
  firewallArn: "firewall-arn",
  alarmTopicArn: "topic-arn",
};

interface Environment {
  readonly run: MockedRun<unknown>;
  /** What would be sent to the API server. */
  readonly objects: readonly AnyObject[];
}

/** Plans an environment. */
export async function planEnvironment(changes: Partial<KubernetesApplicationArgs> = {}): Promise<Environment> {
  const run = await runMocked(
    () => {
      const { hostname, loadBalancerName, migrated } = new KubernetesApplication("prod-application", {
        ...environmentArgs,
        ...changes,
      });
      return { hostname, loadBalancerName, migrated };
    },
    {
      stack: "prod",
      answer: ({ token }) => (token.startsWith("aws:lb/") ? { arnSuffix: "app/teamflow/1" } : undefined),
      outputs: ({ name, type }) => ({
        arn: `arn:${name}`,
        ...(type.endsWith(":Ingress") && { status: { loadBalancer: { ingress: [{ hostname: "lb.example" }] } } }),
      }),
    },
  );
  const objects = run.resources.flatMap(({ inputs, type }) =>
    type.startsWith("kubernetes:") ? [inputs as AnyObject] : [],
  );
  return { run, objects };
}

/** A pod of each workload, at an address of the private subnets. */
export const partiesOf = (workloads: readonly Workload[]): Party[] =>
  workloads.map(({ name, namespace, template }, index) => ({
    name: name.replace(/-[0-9a-f]{10}$/, ""),
    address: `10.2.17.${index + 1}`,
    pod: { namespace, labels: template.metadata?.labels ?? {} },
  }));

const outside = (name: string, address: string): Party => ({ name, address });

/** Who is outside the namespace. */
export const outsiders = {
  agent: outside("pod-identity-agent", "169.254.170.23"),
  apiServer: outside("api-server", "172.20.0.1"),
  data: outside("data", "10.2.9.5"),
  dns: outside("dns", "172.20.0.10"),
  endpoint: outside("aws-endpoint", "10.2.32.7"),
  internet: outside("internet", "203.0.113.9"),
  loadBalancer: outside("load-balancer", "10.2.2.8"),
  metadata: outside("instance-metadata", "169.254.169.254"),
  neighbour: {
    name: "other-namespace",
    address: "10.2.17.200",
    pod: { namespace: "teamflow-pre", labels: { app: "backend" } },
  },
} satisfies Record<string, Party>;

/** Whatever is listened to, by pods and outside. */
export function doorsOf(pods: readonly Party[]): Door[] {
  const at = (party: Party, ...ports: readonly number[]): Door[] => ports.map((port) => ({ party, port }));
  return [
    ...pods.flatMap((pod) => at(pod, 8000, 3000, 443)),
    ...at(outsiders.data, 5432, 6379, 22),
    { party: outsiders.dns, port: 53, protocol: "UDP" },
    ...at(outsiders.agent, 80),
    ...at(outsiders.apiServer, 443),
    ...at(outsiders.endpoint, 443),
    ...at(outsiders.internet, 443, 80),
    ...at(outsiders.metadata, 80),
    ...at(outsiders.neighbour, 8000, 5432),
  ];
}
