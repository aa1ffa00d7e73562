import assert from "node:assert/strict";
import { objectionsTo } from "../support/kubernetes-admission.ts";
import { blockedConnections, blockingBudgets, blockingQuotas } from "../support/kubernetes-blocking.ts";
import {
  digest,
  doorsOf,
  environmentArgs,
  outsiders,
  partiesOf,
  planEnvironment,
} from "../support/kubernetes-environment.ts";
import { connections } from "../support/kubernetes-network.ts";
import { type AnyObject, named, ofKind, workloadsOf } from "../support/kubernetes-objects.ts";

describe("KubernetesApplication", () => {
  let objects: readonly AnyObject[] = [];
  let run: Awaited<ReturnType<typeof planEnvironment>>["run"];
  before(async () => {
    ({ objects, run } = await planEnvironment());
  });

  it("makes pods that restricted pod security admits", async () => {
    const workloads = workloadsOf(objects);
    assert.equal(workloads.length, 7);
    assert.deepEqual(
      workloads.flatMap(({ name, template }) =>
        template.spec ? objectionsTo(template.spec).map((what) => `${name}: ${what}`) : [],
      ),
      [],
    );
  });

  it("writes nowhere but to folders of its own, and mounts no token but where the API server is asked", async () => {
    for (const { name, template } of workloadsOf(objects)) {
      const [container] = template.spec?.containers ?? [];
      assert.equal(container?.securityContext?.readOnlyRootFilesystem, true, name);
      assert.equal(template.spec?.automountServiceAccountToken, name.includes("analysis"), name);
    }
  });

  it("lets nobody talk to anybody but by this table", async () => {
    const pods = partiesOf(workloadsOf(objects));
    const table = connections(ofKind(objects, "NetworkPolicy"), [...pods, ...Object.values(outsiders)], doorsOf(pods));
    const own = table.filter((line) =>
      pods.some(({ name }) => line.startsWith(`${name} `) || line.includes(`> ${name}:`)),
    );
    const inAws = (name: string) => [
      `${name} -> aws-endpoint:443`,
      `${name} -> dns:53`,
      `${name} -> pod-identity-agent:80`,
    ];
    const data = (name: string, ...ports: number[]) => ports.map((port) => `${name} -> data:${port}`);
    assert.deepEqual(
      own,
      [
        ...["backend", "backend-canary"].flatMap((name) => [
          ...inAws(name),
          ...data(name, 5432, 6379),
          `load-balancer -> ${name}:8000`,
        ]),
        ...["frontend", "frontend-canary"].flatMap((name) => [`${name} -> dns:53`, `load-balancer -> ${name}:3000`]),
        ...inAws("migration"),
        ...data("migration", 5432),
        ...["backend-analysis", "frontend-analysis"].flatMap((name) => [...inAws(name), `${name} -> api-server:443`]),
      ].sort(),
    );
  });

  it("stands nowhere in its own way", async () => {
    const pods = new Map(partiesOf(workloadsOf(objects)).map((party) => [party.name, party]));
    const pod = (name: string) => pods.get(name) ?? assert.fail(`there is no ${name}`);
    assert.deepEqual([...blockingQuotas(objects), ...blockingBudgets(objects)], []);
    assert.deepEqual(
      blockedConnections(objects, [
        [outsiders.loadBalancer, { party: pod("backend-canary"), port: 8000 }],
        [outsiders.loadBalancer, { party: pod("frontend-canary"), port: 3000 }],
        [pod("migration"), { party: outsiders.data, port: 5432 }],
        [pod("backend-analysis"), { party: outsiders.apiServer, port: 443 }],
      ]),
      [],
    );
  });

  it("names its objects as the source document does, and each Job after what it runs", async () => {
    const names = objects.map(
      ({ kind, metadata }) => `${kind} ${metadata?.name?.replace(/-[0-9a-f]{10}$/, "-<hash>")}`,
    );
    assert.deepEqual(names.sort(), [
      "ConfigMap app-config",
      "ConfigMap app-config-canary",
      "Deployment backend",
      "Deployment backend-canary",
      "Deployment frontend",
      "Deployment frontend-canary",
      "HorizontalPodAutoscaler backend-hpa",
      "HorizontalPodAutoscaler frontend-hpa",
      "Ingress teamflow-ingress",
      "IngressClass alb-teamflow",
      "IngressClassParams alb-teamflow",
      "Job backend-analysis-<hash>",
      "Job frontend-analysis-<hash>",
      "Job migration-<hash>",
      "LimitRange container-defaults",
      "Namespace teamflow",
      ...["analysis", "backend", "default-deny", "dns", "frontend", "migration"].map((name) => `NetworkPolicy ${name}`),
      "PodDisruptionBudget backend",
      "PodDisruptionBudget frontend",
      "ResourceQuota environment",
      "Role teamflow-analysis",
      "RoleBinding teamflow-analysis",
      "SecretProviderClass app-secrets",
      "Service backend-service",
      "Service frontend-service",
      ...["analysis", "backend", "frontend", "migration"].map((name) => `ServiceAccount teamflow-${name}`),
    ]);
  });

  it("never holds a value of a secret, only where it is", async () => {
    assert.deepEqual(
      objects.filter(({ kind }) => kind === "Secret"),
      [],
    );
    const { inputs } = run.one("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass");
    const { parameters } = inputs.spec as { parameters: Record<string, string> };
    assert.equal(parameters.usePodIdentity, "true");
    assert.deepEqual(JSON.parse(parameters.objects ?? ""), [
      { objectName: environmentArgs.secrets.arns.SECRET_KEY, objectType: "secretsmanager", objectAlias: "SECRET_KEY" },
    ]);
    const variables = named(objects, "Deployment", "backend").spec?.template.spec?.containers[0]?.env ?? [];
    assert.deepEqual(
      variables.find(({ name }) => name === "SECRET_KEY"),
      { name: "SECRET_KEY", valueFrom: { secretKeyRef: { name: "app-secrets", key: "SECRET_KEY" } } },
    );
  });

  it("runs the watch again for another image, for another configuration, and also back to what there was", async () => {
    const jobs = async (changes: Parameters<typeof planEnvironment>[0] = {}) =>
      ofKind((await planEnvironment(changes)).objects, "Job").map(({ metadata }) => metadata?.name);
    const { given, images } = environmentArgs;
    const [migration, backend, frontend] = await jobs();
    assert.deepEqual(
      await jobs({ images: { ...images, backend: `registry/backend@${digest("d")}` } }).then((all) => [
        all[0],
        all[1] === backend,
        all[2],
      ]),
      [migration, false, frontend],
    );
    const other = { ...given.backend, environment: { ...given.backend.environment, LOG_LEVEL: "debug" } };
    assert.notEqual((await jobs({ given: { ...given, backend: other } }))[1], backend);
    assert.deepEqual(await jobs(), [migration, backend, frontend]);
  });

  it("stands without images, and says how to run the services", async () => {
    const images = { backend: undefined, frontend: undefined, operator: undefined };
    const bare = await planEnvironment({ images });
    assert.deepEqual(workloadsOf(bare.objects), []);
    assert.deepEqual(bare.run.result, {
      hostname: "lb.example",
      loadBalancerName: "teamflow-prod-teamflow",
      migrated: undefined,
    });
    assert.ok(bare.objects.some(({ kind }) => kind === "Ingress"));
  });

  it("refuses a service without the image that migrates and watches, before anything is made", async () => {
    const images = { ...environmentArgs.images, operator: undefined };
    await assert.rejects(
      planEnvironment({ images }),
      /Pulumi\.prod\.yaml: slipway:images\.backend is set, but slipway:images\.operator is not/,
    );
  });

  it("gives each program the rights that it needs and no other's", async () => {
    const policies = run.resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const actions = policies.map(({ inputs, name }) => {
      const { Statement } = JSON.parse(String(inputs.policy)) as {
        Statement: { Action: string | string[]; Resource: unknown }[];
      };
      return [name.replace(/^prod-application-(\w+)-.*$/, "$1"), Statement.flatMap(({ Action }) => Action)];
    });
    assert.deepEqual(Object.fromEntries(actions), {
      backend: ["rds-db:connect", "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "kms:Decrypt"],
      migration: ["secretsmanager:GetSecretValue"],
      analysis: ["cloudwatch:DescribeAlarms"],
    });
    assert.deepEqual(run.one("kubernetes:rbac.authorization.k8s.io/v1:Role").inputs.rules, [
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        resourceNames: ["backend-canary", "frontend-canary"],
        verbs: ["get"],
      },
      {
        apiGroups: ["apps"],
        resources: ["deployments/scale"],
        resourceNames: ["backend-canary", "frontend-canary"],
        verbs: ["patch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ]);
  });
});
