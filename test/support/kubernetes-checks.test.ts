import assert from "node:assert/strict";
import type { V1NetworkPolicy, V1PodSpec } from "@kubernetes/client-node";
import { objectionsTo } from "./kubernetes-admission.ts";
import { blockedConnections, blockingBudgets, blockingQuotas } from "./kubernetes-blocking.ts";
import { connections, type Party } from "./kubernetes-network.ts";
import type { AnyObject } from "./kubernetes-objects.ts";

const good: V1PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [{ name: "one", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } }],
};
const container = (changes: object): V1PodSpec => ({
  ...good,
  containers: [{ ...good.containers[0], name: "one", ...changes }],
});
const secured = (changes: object) =>
  container({ securityContext: { ...good.containers[0]?.securityContext, ...changes } });

describe("the check of pod security", () => {
  it("has nothing against a pod that is well made", () => assert.deepEqual(objectionsTo(good), []));

  const bad: readonly (readonly [V1PodSpec, string])[] = [
    [{ ...good, hostNetwork: true }, "hostNetwork is used"],
    [{ ...good, volumes: [{ name: "v", hostPath: { path: "/" } }] }, "volume v is a hostPath"],
    [{ ...good, securityContext: { seccompProfile: { type: "RuntimeDefault" } } }, "container one may run as root"],
    [{ ...good, securityContext: { runAsNonRoot: true } }, "container one has no seccomp profile"],
    [secured({ allowPrivilegeEscalation: undefined }), "container one may gain rights"],
    [secured({ capabilities: { drop: ["NET_RAW"] } }), "container one keeps capabilities"],
    [secured({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }), "container one adds SYS_ADMIN"],
    [secured({ privileged: true }), "container one is privileged"],
    [secured({ runAsUser: 0 }), "container one runs as root"],
    [
      container({ securityContext: good.containers[0]?.securityContext, ports: [{ containerPort: 80, hostPort: 80 }] }),
      "container one takes a port of the node",
    ],
    [{ ...good, initContainers: [{ name: "init" }] }, "container init may gain rights"],
  ];
  for (const [spec, objection] of bad)
    it(`finds that ${objection}`, () => assert.ok(objectionsTo(spec).includes(objection)));
});

const pod = (name: string, namespace = "one"): Party => ({
  name,
  address: "10.0.0.1",
  pod: { namespace, labels: { app: name } },
});
const policy = (spec: NonNullable<V1NetworkPolicy["spec"]>): V1NetworkPolicy => ({
  metadata: { name: "p", namespace: "one" },
  spec,
});

describe("the evaluation of network policies", () => {
  const [a, b, stranger] = [pod("a"), pod("b"), pod("c", "two")];
  const doors = [{ party: b, port: 80 }];
  const deny = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  const ingress = (from: object[], ports?: object[]) =>
    policy({ podSelector: { matchLabels: { app: "b" } }, ingress: [{ from, ports }] } as unknown as NonNullable<
      V1NetworkPolicy["spec"]
    >);

  it("lets everybody through where no policy is", () => {
    assert.deepEqual(connections([], [a, stranger], doors), ["a -> b:80", "c -> b:80"]);
  });
  it("lets nobody through where all is denied", () => assert.deepEqual(connections([deny], [a, stranger], doors), []));
  it("takes a pod selector for pods of the policy's own namespace", () => {
    assert.deepEqual(connections([ingress([{ podSelector: {} }])], [a, stranger], doors), ["a -> b:80"]);
  });
  it("takes a namespace selector for all pods of those namespaces", () => {
    const two = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "two" } } };
    assert.deepEqual(connections([ingress([two])], [a, stranger], doors), ["c -> b:80"]);
  });
  it("wants both sides to agree", () =>
    assert.deepEqual(connections([deny, ingress([{ podSelector: {} }])], [a], doors), []));
  it("tells ports and addresses apart", () => {
    const other = ingress([{ podSelector: {} }], [{ protocol: "TCP", port: 81 }]);
    const address = ingress([{ ipBlock: { cidr: "10.0.0.0/24", except: ["10.0.0.1/32"] } }]);
    assert.deepEqual(connections([other], [a], doors), []);
    assert.deepEqual(
      connections(
        [address],
        [
          { name: "near", address: "10.0.0.1" },
          { name: "far", address: "10.0.0.2" },
        ],
        doors,
      ),
      ["far -> b:80"],
    );
  });
});

const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
const deployment = (replicas: number): AnyObject =>
  ({
    kind: "Deployment",
    metadata: { name: "web", namespace: "one" },
    spec: {
      replicas,
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", resources }] } },
    },
  }) as AnyObject;
const of = (kind: string, spec: object) => ({ kind, metadata: { name: "it", namespace: "one" }, spec }) as AnyObject;
const budget = (rule: object) => of("PodDisruptionBudget", { ...rule, selector: { matchLabels: { app: "web" } } });

describe("the check for what stands in its own way", () => {
  it("finds a quota that a rollout does not fit in, for pods and for what they take", () => {
    const quota = (hard: object) => blockingQuotas([deployment(3), of("ResourceQuota", { hard })]);
    assert.deepEqual(quota({ pods: "7", "limits.cpu": "700m" }), []);
    assert.equal(quota({ pods: "6" }).length, 1);
    assert.equal(quota({ "requests.memory": "447Mi" }).length, 1);
  });
  it("counts the most copies that an autoscaler may make", () => {
    const scaler = of("HorizontalPodAutoscaler", { scaleTargetRef: { name: "web" }, minReplicas: 3, maxReplicas: 5 });
    assert.equal(blockingQuotas([deployment(3), scaler, of("ResourceQuota", { hard: { pods: "10" } })]).length, 1);
  });
  it("finds a budget under which no pod may go, and one that is about nobody", () => {
    assert.deepEqual(blockingBudgets([deployment(3), budget({ maxUnavailable: 1 })]), []);
    assert.deepEqual(blockingBudgets([deployment(3), budget({ minAvailable: 3 })]), [
      "budget it lets none of 3 pods go",
    ]);
    assert.deepEqual(blockingBudgets([deployment(1), budget({ minAvailable: "50%" })]), [
      "budget it lets none of 1 pods go",
    ]);
    assert.deepEqual(blockingBudgets([budget({ minAvailable: 1 })]), ["budget it is about no pod"]);
  });
  it("finds a policy that keeps from a connection that is needed", () => {
    const deny = of("NetworkPolicy", { podSelector: {}, policyTypes: ["Egress"] });
    const database = { party: { name: "database", address: "10.9.0.1" }, port: 5432 };
    assert.deepEqual(blockedConnections([deny], [[pod("web"), database]]), ["policies keep web from database:5432"]);
  });
});
