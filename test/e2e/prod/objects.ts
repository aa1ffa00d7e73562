import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { ApiException, CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { z } from "zod";
import { objectionsTo } from "../../support/kubernetes-admission.ts";
import { blockedConnections, blockingBudgets, blockingQuotas } from "../../support/kubernetes-blocking.ts";
import { doorsOf, outsiders } from "../../support/kubernetes-environment.ts";
import { connections, type Party } from "../../support/kubernetes-network.ts";
import { type AnyObject, ofKind } from "../../support/kubernetes-objects.ts";
import { expectCode } from "../support/checkout.ts";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

/** The environments' namespaces. */
const namespaces = ["teamflow", "teamflow-pre"] as const;

const kinds = [
  ["apps/v1", "Deployment"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["batch/v1", "Job"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["policy/v1", "PodDisruptionBudget"],
  ["v1", "Pod"],
  ["v1", "ResourceQuota"],
] as const;

/** What the API server holds, judged as somebody would who audits it. */
export function objectsBlock(context: ProdContext): void {
  describe("objects in the cluster", () => {
    const objects = new Map<string, readonly AnyObject[]>();
    before(async () => {
      const api = KubernetesObjectApi.makeApiClient(context.kubeConfig());
      for (const namespace of namespaces) {
        const lists = await Promise.all(
          kinds.map(async ([apiVersion, kind]) => {
            const { items } = await api.list(apiVersion, kind, namespace);
            // The items of a list do not say what they are.
            return items.map((item) => ({ ...item, apiVersion, kind }) as AnyObject);
          }),
        );
        objects.set(namespace, lists.flat());
      }
    });
    const of = (namespace: string) => must(objects.get(namespace), namespace);
    const all = () => namespaces.flatMap(of);

    for (const name of namespaces) {
      it(`enforces restricted pod security in ${name}, of this version of Kubernetes`, async () => {
        const { metadata } = await context.kubernetes(CoreV1Api).readNamespace({ name });
        const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => key.startsWith("pod-security"));
        assert.equal(labels.find(([key]) => key === "pod-security.kubernetes.io/enforce")?.[1], "restricted");
        assert.deepEqual(
          [...new Set(labels.filter(([key]) => !key.endsWith("-version")).map(([, value]) => value))],
          ["restricted"],
        );
      });

      it(`refuses a pod in ${name} that would take its node, and lets its sibling of good manners through`, async () => {
        const create = (hostile: boolean) =>
          context.kubernetes(CoreV1Api).createNamespacedPod({ namespace: name, dryRun: "All", body: podOf(hostile) });
        await assert.rejects(create(true), (error) => {
          assert.ok(error instanceof ApiException);
          assert.equal(error.code, 403, JSON.stringify(error.body));
          assert.match(JSON.stringify(error.body), /violates PodSecurity .*restricted.*hostPath/);
          return true;
        });
        await create(false);
      });
    }

    it("has no pod that restricted pod security would object to, whoever made it", () => {
      const pods = ofKind(all(), "Pod");
      assert.ok(pods.length >= 2 * (2 * 4 + 3), `${pods.length} pods`);
      const found = pods.flatMap(({ metadata, spec }) =>
        spec ? objectionsTo(spec).map((each) => `${metadata?.name}: ${each}`) : [],
      );
      assert.deepEqual(found, []);
    });

    it("mounts no token of the API server but where the analysis needs one", () => {
      const mounting = ofKind(all(), "Pod").filter(({ spec }) => spec?.automountServiceAccountToken !== false);
      assert.deepEqual([...new Set(mounting.map(({ metadata }) => metadata?.labels?.app))], ["analysis"]);
    });

    it("lets these talk to these, over all pairs of pods and with the world, and nobody else", () => {
      const parties = ofKind(all(), "Pod").map(partyOf);
      const { neighbour: _, ...world } = outsiders;
      // What stands for an environment of another stack: in no namespace of this one.
      const stranger: Party = {
        name: "stranger",
        address: "10.2.18.9",
        pod: { namespace: "default", labels: { app: "backend" } },
      };
      const others = [...Object.values(world), stranger];
      const doors = doorsOf(parties).filter(({ party }) => party.name !== outsiders.neighbour.name);
      const policies = ofKind(all(), "NetworkPolicy");
      const own = connections(policies, [...parties, ...others], [...doors, { party: stranger, port: 8000 }])
        .filter((line) => parties.some(({ name }) => line.startsWith(`${name} `) || line.includes(`> ${name}:`)))
        .map((line) => line.replaceAll(/ ?#\S+?(?= |:|$)/g, ""));
      assert.deepEqual([...new Set(own)].sort(), table);
    });

    it("has no quota, no budget and no policy that would block its own rollout", () => {
      for (const namespace of namespaces) {
        const here = of(namespace);
        // The pods are the workloads' own, which are counted as such.
        assert.deepEqual([...blockingQuotas(here.filter(({ kind }) => kind !== "Pod")), ...blockingBudgets(here)], []);
        const parties = ofKind(here, "Pod").map(partyOf);
        const named = (name: string) => parties.filter((party) => party.name.startsWith(`${namespace}/${name} #`));
        const needed = [
          ...[...named("backend"), ...named("backend-canary")].flatMap((party) => [
            [outsiders.loadBalancer, { party, port: 8000 }] as const,
            [party, { party: outsiders.data, port: 5432 }] as const,
            [party, { party: outsiders.data, port: 6379 }] as const,
          ]),
          ...[...named("frontend"), ...named("frontend-canary")].map(
            (party) => [outsiders.loadBalancer, { party, port: 3000 }] as const,
          ),
          ...named("migration").map((party) => [party, { party: outsiders.data, port: 5432 }] as const),
          ...named("backend-analysis").map((party) => [party, { party: outsiders.apiServer, port: 443 }] as const),
        ];
        assert.ok(needed.length >= 4 * 3 + 4 + 2, `${needed.length} connections`);
        assert.deepEqual(blockedConnections(here, needed), []);
      }
    });

    it("is what the API server's own schema knows, field by field", async () => {
      const exported = expectCode(
        await context.checkout.shell("pulumi stack export --stack prod", context.environment),
        0,
      );
      const manifests = stateSchema
        .parse(JSON.parse(exported.stdout))
        .deployment.resources.filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inputs);
      assert.ok(manifests.length > 60, `${manifests.length} manifests`);
      const file = path.join(context.checkout.folder, "manifests.json");
      const attempt = (items: readonly unknown[]) => {
        writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
        const how = [
          "apply",
          "--server-side",
          "--force-conflicts",
          "--dry-run=server",
          "--validate=strict",
          "-f",
          file,
        ];
        return context.checkout.run(["sandbox", "kubectl", "prod", "--", ...how]);
      };
      const { stdout } = expectCode(await attempt(manifests), 0);
      assert.equal(stdout.trim().split("\n").length, manifests.length);
      // Otherwise nobody looked.
      const wrong = await attempt([{ ...manifests.find(({ kind }) => kind === "NetworkPolicy"), specs: {} }]);
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.stdout + wrong.stderr, /specs/);
    });
  });
}

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) })),
  }),
});

/** A pod as a party, called after what made it, and after itself: `teamflow/backend #backend-1-a`. */
function partyOf({ metadata = {}, spec, status }: ReturnType<typeof ofKind<"Pod">>[number]): Party {
  const { labels = {}, name = "", namespace = "" } = metadata;
  const container = must(spec?.containers[0]?.name, "container");
  const job = labels["batch.kubernetes.io/job-name"]?.replace(/-[0-9a-f]{10}$/, "");
  const workload = job ?? (labels.track === "canary" ? `${labels.app}-canary` : (labels.app ?? container));
  return {
    name: `${namespace}/${workload} #${name}`,
    // A pod that is done has given its address back.
    address: status?.podIP ?? "10.2.17.250",
    pod: { namespace, labels },
  };
}

const inAws = (name: string) => [
  `${name} -> aws-endpoint:443`,
  `${name} -> dns:53`,
  `${name} -> pod-identity-agent:80`,
];
const inData = (name: string, ...ports: readonly number[]) => ports.map((port) => `${name} -> data:${port}`);

/** Who may talk to whom: no pod to a pod, no pod to the internet, and nobody across the two namespaces. */
const table: readonly string[] = namespaces
  .flatMap((namespace) => [
    ...["backend", "backend-canary"].flatMap((name) => [
      ...inAws(`${namespace}/${name}`),
      ...inData(`${namespace}/${name}`, 5432, 6379),
      `load-balancer -> ${namespace}/${name}:8000`,
    ]),
    ...["frontend", "frontend-canary"].flatMap((name) => [
      `${namespace}/${name} -> dns:53`,
      `load-balancer -> ${namespace}/${name}:3000`,
    ]),
    ...inAws(`${namespace}/migration`),
    ...inData(`${namespace}/migration`, 5432),
    ...["backend-analysis", "frontend-analysis"].flatMap((name) => [
      ...inAws(`${namespace}/${name}`),
      `${namespace}/${name} -> api-server:443`,
    ]),
  ])
  .sort();

/** A pod that fits the limits of the namespace, and its security unless it is to be hostile. */
function podOf(hostile: boolean) {
  const amount = { cpu: "100m", memory: "64Mi" };
  return {
    metadata: { name: "intruder" },
    spec: {
      automountServiceAccountToken: false,
      ...(hostile && { hostPID: true, volumes: [{ name: "node", hostPath: { path: "/" } }] }),
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "intruder",
          image: "intruder",
          resources: { requests: amount, limits: amount },
          securityContext: { allowPrivilegeEscalation: hostile, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}
