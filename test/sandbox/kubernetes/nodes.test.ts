import assert from "node:assert/strict";
import { provideToolchain } from "../../../sandbox/toolchain/provide.ts";
import { NodesCluster, type Seen, zones } from "./support/nodes-cluster.ts";
import { deployment, disruptionBudget, operatorJob, secretProviderClass } from "./support/nodes-objects.ts";
import { TestSecretsManager } from "./support/secrets-manager.ts";

const ready = (pod: Seen) =>
  pod.status.conditions?.some(({ type, status }: Seen) => type === "Ready" && status === "True");
const allReady = (count: number) => (pods: readonly Seen[]) => pods.length === count && pods.every(ready);
const waiting = (pod: Seen | undefined) => pod?.status.containerStatuses?.[0]?.state.waiting;

describe("the nodes of a cluster of the sandbox", function () {
  this.timeout(60_000);
  let cluster: NodesCluster;
  let secrets: TestSecretsManager;
  let zoneOf: Map<string, string>;

  before(async function () {
    this.timeout(900_000); // A machine that has not built Kubernetes yet does so now.
    const toolchain = await provideToolchain(["kubernetes"], () => undefined);
    const binary = toolchain.get("kubernetes");
    assert.ok(binary);
    secrets = await TestSecretsManager.start();
    cluster = await NodesCluster.start(binary.file, {
      images: { repository: "operator", entrypoint: ["/bin/sh", "-c"], directory: "/tmp" },
      environment: { AWS_ACCESS_KEY_ID: "123456789012", FROM_SANDBOX: "yes" },
      endpoint: secrets.endpoint,
    });
    const nodes = await cluster.expect(
      () => cluster.list("nodes"),
      (found) => found.length === 6 && found.every((node) => ready(node) && !node.spec.taints),
    );
    zoneOf = new Map(
      nodes.map(({ metadata }) => [metadata.name, metadata.labels?.["topology.kubernetes.io/zone"] ?? ""]),
    );
  });

  after(async () => {
    await cluster?.stop();
    await secrets?.stop();
  });

  it("spread a Deployment over the zones, each pod with an address of its zone's range", async () => {
    await cluster.apply(deployment("spread", 3));
    const pods = await cluster.expect(() => cluster.pods("spread"), allReady(3));
    assert.deepEqual(pods.map((pod) => zoneOf.get(pod.spec.nodeName)).sort(), zones);
    for (const pod of pods) {
      const block = Number(pod.status.podIP.split(".")[2]);
      assert.equal(Math.floor(block / 16), zones.indexOf(zoneOf.get(pod.spec.nodeName) ?? "") + 1, pod.status.podIP);
    }
    assert.equal(new Set(pods.map((pod) => pod.status.podIP)).size, 3);
  });

  it("do not pull an image that is to fail, keep the old pods, and pull it once it is not", async () => {
    await cluster.apply(deployment("pulled", 2));
    const old = await cluster.expect(() => cluster.pods("pulled"), allReady(2));
    await cluster.setFaults({ image: "pulled:2", fault: "ImagePullBackOff" });
    await cluster.kubectl.run(["set", "image", "deployment/pulled", "main=registry.test/pulled:2"]);
    const pods = await cluster.expect(
      () => cluster.pods("pulled"),
      (found) => found.some((pod) => waiting(pod)?.reason === "ImagePullBackOff"),
    );
    const failing = pods.find(waiting);
    assert.match(waiting(failing).message, /^Back-off pulling image "registry\.test\/pulled:2"/);
    assert.deepEqual(
      pods
        .filter(ready)
        .map(({ metadata }) => metadata.uid)
        .sort(),
      old.map(({ metadata }) => metadata.uid).sort(),
    );
    assert.deepEqual(await cluster.events(failing?.metadata.name ?? "", "BackOff"), [
      'Back-off pulling image "registry.test/pulled:2"',
    ]);
    await cluster.setFaults();
    await cluster.expect(
      () => cluster.pods("pulled"),
      (found) => {
        return allReady(2)(found) && found.every((pod) => pod.spec.containers[0].image.endsWith(":2"));
      },
    );
  });

  it("crash and restart a running container for as long as that is wished", async () => {
    await cluster.apply(deployment("crashing", 1));
    await cluster.expect(() => cluster.pods("crashing"), allReady(1));
    await cluster.setFaults({ workload: "crashing", namespace: "default", fault: "CrashLoopBackOff" });
    const [pod] = await cluster.expect(
      () => cluster.pods("crashing"),
      ([found]) =>
        waiting(found)?.reason === "CrashLoopBackOff" && found?.status.containerStatuses[0].restartCount >= 1,
    );
    const { lastState } = pod?.status.containerStatuses[0] ?? {};
    assert.deepEqual([lastState.terminated.exitCode, lastState.terminated.reason], [1, "Error"]);
    await cluster.setFaults();
    await cluster.expect(() => cluster.pods("crashing"), allReady(1));
  });

  it("make running pods not ready and ready again", async () => {
    await cluster.apply(deployment("wavering", 1));
    await cluster.expect(() => cluster.pods("wavering"), allReady(1));
    await cluster.setFaults({ workload: "wavering", fault: "NotReady" });
    await cluster.expect(
      () => cluster.pods("wavering"),
      ([pod]) => pod !== undefined && !ready(pod),
    );
    await cluster.setFaults();
    await cluster.expect(() => cluster.pods("wavering"), allReady(1));
  });

  it("run a Job of the operator image as a process, with its variables, token and output", async () => {
    const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" } };
    const script = `echo "$GREETING $FROM_SANDBOX $POD"; test -s "$SLIPWAY_SERVICE_ACCOUNT_DIRECTORY/token" && echo token`;
    await cluster.apply(
      { ...settings, data: { GREETING: "hello" } },
      operatorJob("working", [script], {
        envFrom: [{ configMapRef: { name: "settings" } }],
        env: [{ name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }],
      }),
    );
    await cluster.kubectl.run(["wait", "--for=condition=complete", "job/working", "--timeout=20s"]);
    assert.equal(await cluster.kubectl.run(["logs", "job/working"]), "hello yes default\ntoken\n");
  });

  it("fail a Job by its process' exit code, and say its last words", async () => {
    await cluster.apply(
      operatorJob("failing", ["echo no relation users >&2; exit 3"], {
        terminationMessagePolicy: "FallbackToLogsOnError",
      }),
    );
    await cluster.kubectl.run(["wait", "--for=condition=failed", "job/failing", "--timeout=20s"]);
    const [pod] = await cluster.pods("failing");
    const { exitCode, message } = pod?.status.containerStatuses[0].state.terminated ?? {};
    assert.deepEqual([exitCode, message], [3, "no relation users\n"]);
  });

  it("do not run a process twice when they are killed in the middle of it", async () => {
    await cluster.apply(operatorJob("interrupted", ["echo once; exec sleep 60"]));
    await cluster.expect(
      () => cluster.pods("interrupted"),
      ([pod]) => pod?.status.phase === "Running",
    );
    await cluster.killNodes();
    const [pod] = await cluster.expect(
      () => cluster.pods("interrupted"),
      ([found]) => found?.status.phase === "Failed",
    );
    assert.equal(pod?.status.containerStatuses[0].state.terminated.exitCode, 137);
    assert.equal(await cluster.kubectl.run(["logs", pod?.metadata.name ?? ""]), "once\n");
  });

  it("hold a pod back until its secret is there, then make the Secret that is to be made of it", async () => {
    const volumes = [
      {
        name: "secrets",
        csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes: { secretProviderClass: "app" } },
      },
    ];
    await cluster.apply(
      secretProviderClass("app", "team/app", { password: "PASSWORD" }),
      deployment("secretive", 1, { volumes }),
    );
    const [pod] = await cluster.expect(
      () => cluster.pods("secretive"),
      ([found]) => waiting(found)?.reason === "ContainerCreating",
    );
    const failures = await cluster.expect(
      () => cluster.events(pod?.metadata.name ?? "", "FailedMount"),
      (messages) => messages.length > 0,
    );
    assert.match(
      failures[0] ?? "",
      /^MountVolume\.SetUp failed for volume "secrets" : .*team\/app: ResourceNotFoundException/,
    );
    secrets.secrets.set("team/app", JSON.stringify({ password: "planted" }));
    await cluster.expect(() => cluster.pods("secretive"), allReady(1));
    const [secret] = await cluster.list("secrets", "--selector=secrets-store.csi.k8s.io/managed=true");
    assert.deepEqual(secret?.data, { PASSWORD: Buffer.from("planted").toString("base64") });
    assert.deepEqual(
      secret?.metadata.ownerReferences?.map(({ kind }) => kind),
      ["ReplicaSet"],
    );
    assert.deepEqual([...secrets.callers], ["123456789012/us-west-2"]);
  });

  it("refuse an eviction that a disruption budget forbids", async () => {
    await cluster.apply(deployment("budgeted", 2), disruptionBudget("budgeted", 2));
    const pods = await cluster.expect(() => cluster.pods("budgeted"), allReady(2));
    await cluster.expect(
      () => cluster.list("poddisruptionbudgets"),
      ([budget]) => budget?.status?.currentHealthy === 2,
    );
    const node = pods[0]?.spec.nodeName;
    const drain = [
      "drain",
      node,
      "--ignore-daemonsets",
      "--delete-emptydir-data",
      "--pod-selector=app=budgeted",
      "--timeout=3s",
    ];
    await assert.rejects(cluster.kubectl.run(drain), /violate the pod's disruption budget/);
    await cluster.apply(disruptionBudget("budgeted", 1));
    await cluster.expect(
      () => cluster.list("poddisruptionbudgets"),
      ([budget]) => budget?.status?.disruptionsAllowed === 1,
    );
    await cluster.kubectl.run(drain.with(-1, "--timeout=20s"));
    await cluster.kubectl.run(["uncordon", node]);
    await cluster.expect(() => cluster.pods("budgeted"), allReady(2));
  });

  it("move what ran in a lost zone to the others, and take the zone back when it returns", async () => {
    await cluster.apply(deployment("resilient", 3));
    await cluster.expect(() => cluster.pods("resilient"), allReady(3));
    await cluster.setFaults({ zone: "us-west-2a", fault: "Lost" });
    const pods = await cluster.expect(
      () => cluster.pods("resilient"),
      (found) => allReady(3)(found) && found.every((pod) => zoneOf.get(pod.spec.nodeName) !== "us-west-2a"),
    );
    assert.equal(pods.length, 3);
    const lost = await cluster.list("nodes", "--selector=topology.kubernetes.io/zone=us-west-2a");
    for (const node of lost) {
      assert.ok(
        node.spec.taints.some(
          ({ key, effect }: Seen) => key === "node.kubernetes.io/unreachable" && effect === "NoExecute",
        ),
      );
      assert.equal(node.status.conditions.find(({ type }: Seen) => type === "Ready").status, "Unknown");
    }
    await cluster.setFaults();
    await cluster.expect(
      () => cluster.list("nodes"),
      (nodes) => nodes.every((node) => ready(node) && !node.spec.taints),
    );
  });

  it("replace a node that is deleted, and with it its pods", async () => {
    await cluster.apply(deployment("moved", 1));
    const [pod] = await cluster.expect(() => cluster.pods("moved"), allReady(1));
    await cluster.kubectl.run(["delete", "node", pod?.spec.nodeName, "--wait=false"]);
    await cluster.expect(
      () => cluster.pods("moved"),
      (found) => allReady(1)(found) && found[0]?.metadata.uid !== pod?.metadata.uid,
    );
    await cluster.expect(
      () => cluster.list("nodes"),
      (nodes) => nodes.length === 6 && nodes.every(ready),
    );
  });

  it("report the load that is wished for, so that autoscalers act", async () => {
    await cluster.apply(deployment("busy", 1), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "slipway-load", namespace: "kube-system" },
      data: { busy: JSON.stringify({ workload: "busy", namespace: "default", cpuPercent: 140 }) },
    });
    await cluster.expect(() => cluster.pods("busy"), allReady(1));
    await cluster.kubectl.run(["autoscale", "deployment/busy", "--cpu=70%", "--min=1", "--max=2"]);
    // The controller looks every 15 seconds.
    await cluster.expect(() => cluster.pods("busy"), allReady(2), 45_000);
  });
});
