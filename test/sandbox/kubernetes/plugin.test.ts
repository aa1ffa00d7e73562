import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { TestCluster } from "./support/plugin-cluster.ts";
import { findPrograms, type Programs, TestEngine } from "./support/plugin-engine.ts";
import { type Edition, everyKind } from "./support/plugin-program.ts";

const space = "/api/v1/namespaces/space";
const web = "/apis/apps/v1/namespaces/space/deployments/web";
const ingress = "/apis/networking.k8s.io/v1/namespaces/space/ingresses/web";
const balancer = { status: { loadBalancer: { ingress: [{ hostname: "lb.test" }] } } };

/** How the engine marks a secret in an exported state. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Every object of `everyKind`: the order of a refresh is not told. */
const names = [
  ...["account", "binding", "budget", "class", "config", "deny", "ingress", "limits", "migrate", "parameters"],
  ...["quota", "role", "scaler", "secret", "secrets", "service", "space", "web"],
];

describe("the sandbox's Kubernetes plugin, with the real engine, npm package and API server", function () {
  this.timeout(120_000);
  let programs: Programs;
  let cluster: TestCluster;
  let engine: TestEngine;
  let balancing: NodeJS.Timeout;

  before(async function () {
    const found = await findPrograms();
    if (!found) {
      console.log("      the engine, its Kubernetes plugin or Kubernetes is missing: ./slipway setup prod gets them");
      this.skip();
    }
    programs = found;
    cluster = await TestCluster.start(programs.kubernetes);
    engine = new TestEngine(programs);
    // Stands for the load balancers' controller.
    balancing = setInterval(() => cluster.api.merge(`${ingress}/status`, balancer).catch(() => undefined), 300);
  });

  after(async () => {
    clearInterval(balancing);
    engine?.dispose();
    await cluster?.stop();
  });

  const all = (edition: Partial<Edition> = {}, env: Readonly<Record<string, string>> = {}) =>
    engine.stack("all", everyKind({ kubeconfig: cluster.kubeconfig, ...edition }), env);

  it("previews every kind without making anything, and makes every kind", async () => {
    const stack = await all();
    const preview = await stack.preview();
    assert.equal(preview.failed, false, preview.output);
    assert.deepEqual(preview.operations, [...names, "cluster"].map((name) => `${name}: create`).sort());
    assert.equal(await cluster.api.has(space), false);

    const up = await stack.up();
    assert.equal(up.failed, false, up.output);
    assert.equal(up.outputs.ready, 2, "the outputs are those of the live Deployment");
    assert.match(String(up.outputs.config), /^config-[0-9a-f]{8}$/);
    const config = await cluster.api.get(`${space}/configmaps/${up.outputs.config}`);
    assert.deepEqual(config.metadata.annotations, { "pulumi.com/autonamed": "true" });
    assert.equal((await cluster.api.get("/apis/batch/v1/namespaces/space/jobs/migrate")).status.succeeded, 1);
    assert.equal((await cluster.api.get(ingress)).metadata.labels, undefined, "no label is added to what is applied");
  });

  it("keeps Secrets encrypted in the state, whatever the program said of them", async () => {
    const { outputs, inputs } = await (await all()).state("secret");
    for (const part of [outputs.data, inputs.data, outputs.__inputs.data]) {
      assert.equal(part[signature], secretSignature, JSON.stringify(part));
    }
  });

  it("has nothing to change the second time, and finds no drift", async () => {
    const stack = await all();
    const preview = await stack.preview();
    assert.deepEqual([preview.operations, preview.failed], [[], false], preview.output);
    const refresh = await stack.refresh();
    assert.equal(refresh.failed, false, refresh.output);
    assert.deepEqual(refresh.differences, {});
  });

  it("finds by refresh what was changed or removed by hand, and puts it right", async () => {
    await cluster.api.merge(web, { spec: { replicas: 3 } });
    await cluster.api.ask("DELETE", `${space}/serviceaccounts/web`);
    const stack = await all();
    const refresh = await stack.refresh();
    assert.deepEqual(refresh.differences, { web: ["spec.replicas"] }, refresh.output);
    // Whoever changed it by hand manages the field now.
    const up = await (await all({}, { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" })).up();
    assert.equal(up.failed, false, up.output);
    assert.deepEqual(up.operations, ["account: create", "web: update"]);
    assert.equal((await cluster.api.get(web)).spec.replicas, 2);
  });

  it("rolls a new image out, and replaces a ConfigMap whose data changes", async () => {
    const before = await cluster.api.get(web);
    const up = await (await all({ image: "web:2", greeting: "good day" })).up();
    assert.equal(up.failed, false, up.output);
    const replaced = ["config: create-replacement", "config: delete-replaced", "config: replace"];
    assert.deepEqual(up.operations, [...replaced, "web: update"]);
    assert.deepEqual(up.differences, {
      config: ["data.greeting"],
      web: ["spec.template.spec.containers[0].image"],
    });
    const after = await cluster.api.get(web);
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.equal(after.status.updatedReplicas, 2);
    const configs = await cluster.api.list(`${space}/configmaps`);
    assert.equal(configs.filter(({ metadata }) => metadata.name.startsWith("config-")).length, 1);
    const managers = (after.metadata as { managedFields?: { manager: string; operation: string }[] }).managedFields;
    const appliers = managers?.filter(({ operation }) => operation === "Apply").map(({ manager }) => manager);
    assert.match(String(appliers), /^pulumi-kubernetes-[0-9a-f]{8}$/);
  });

  it("says why an image does not come up, keeps the Deployment with its error, and tries again", async () => {
    const stack = await all({ image: "missing:3", greeting: "good day", patience: 8 });
    const up = await stack.up();
    assert.equal(up.failed, true);
    assert.match(
      up.output,
      /the Kubernetes API server reported that "space\/web" failed to fully initialize or become live/,
    );
    assert.match(up.output, /'web' timed out waiting to be Ready/);
    assert.match(up.output, /Minimum number of Pods to consider the application live was not attained/);
    assert.match(
      up.output,
      /\[Pod space\/web-[^\]]+\]: containers with unready status: \[web\]\[ImagePullBackOff\] Back-off pulling image "missing:3"/,
    );
    assert.equal((await cluster.api.get(web)).status.availableReplicas, 2, "the old pods serve on");
    assert.match(String((await stack.state("web")).initErrors), /timed out waiting to be Ready/);
    const refresh = await stack.refresh();
    assert.match(refresh.output, /ImagePullBackOff/);

    const mended = await (await all({ image: "web:2", greeting: "good day" })).up();
    assert.equal(mended.failed, false, mended.output);
    assert.equal((await stack.state("web")).initErrors, undefined);
  });

  it("replaces a Job that changes, and says what a failing one said last", async () => {
    const stack = await all({ image: "web:2", greeting: "good day", jobImage: "failing" });
    const up = await stack.up();
    assert.equal(up.failed, true);
    assert.deepEqual(up.operations.slice(0, 3), [
      "migrate: create-replacement",
      "migrate: delete-replaced",
      "migrate: replace",
    ]);
    assert.match(up.output, /Resource 'migrate' was created but failed to initialize/);
    assert.match(up.output, /\[BackoffLimitExceeded\] Job has reached the specified backoff limit/);
    assert.match(up.output, /\[Error\] relation users does not exist/);
    const mended = await (await all({ image: "web:2", greeting: "good day" })).up();
    assert.equal(mended.failed, false, mended.output);
  });

  it("destroys everything and waits until it is gone", async () => {
    const destroyed = await (await all()).destroy();
    assert.equal(destroyed.failed, false, destroyed.output);
    assert.equal(await cluster.api.has(space), false);
    assert.equal(await cluster.api.has("/apis/networking.k8s.io/v1/ingressclasses/public"), false);
    assert.equal(await cluster.api.has("/apis/eks.amazonaws.com/v1/ingressclassparams/public"), false);
  });

  /** A stack of its own with one object. */
  const one = (name: string, make: (options: { provider: k8s.Provider }) => unknown, args: k8s.ProviderArgs = {}) =>
    engine.stack(name, async () => {
      make({ provider: new k8s.Provider("cluster", { kubeconfig: cluster.kubeconfig, ...args }) });
    });

  it("imports an object by its name, when the program says it as it is", async () => {
    const data = { greeting: "hello" };
    await cluster.api.ask("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: "found" }, data });
    const importing = (labels: Record<string, string>) =>
      one("import", ({ provider }) => {
        const metadata = { name: "found", namespace: "default", labels };
        const options = { provider, import: "default/found" };
        new k8s.core.v1.ConfigMap("found", { metadata, data }, options);
      });
    const other = await (await importing({ of: "others" })).preview();
    assert.deepEqual(other.differences, { found: ["metadata.labels"] }, "what the program says otherwise is shown");
    const stack = await importing({});
    const up = await stack.up();
    assert.equal(up.failed, false, up.output);
    assert.deepEqual(
      up.operations.filter((line) => line.startsWith("found")),
      ["found: import"],
    );
    assert.equal((await stack.destroy()).failed, false);
    assert.equal(await cluster.api.has("/api/v1/namespaces/default/configmaps/found"), false);
  });

  it("shows in a preview what the API server would refuse", async () => {
    const typo = await one("typo", (options) => {
      const spec = { selector: { app: "x" }, ports: [{ port: 80, targetPrt: 8080 }] };
      new k8s.core.v1.Service("typo", { metadata: { name: "typo" }, spec: spec as never }, options);
    });
    assert.match((await typo.preview()).output, /unknown field "spec.ports\[0\].targetPrt"/);
    const wrong = await one("wrong", (options) => {
      const spec = { selector: { matchLabels: { app: "x" } }, maxUnavailable: 1, minAvailable: 1 };
      new k8s.policy.v1.PodDisruptionBudget("wrong", { metadata: { name: "wrong" }, spec }, options);
    });
    assert.match((await wrong.preview()).output, /minAvailable and maxUnavailable cannot be both set/);
  });

  it("replaces a named object only after the old one is gone", async () => {
    const service = (clusterIP: string | undefined) =>
      one("named", (options) => {
        const spec = { ports: [{ port: 80 }], ...(clusterIP && { clusterIP }) };
        new k8s.core.v1.Service("named", { metadata: { name: "named" }, spec }, options);
      });
    assert.equal((await (await service("None")).up()).failed, false);
    const stack = await service("172.20.9.9");
    const up = await stack.up();
    assert.equal(up.failed, false, up.output);
    assert.deepEqual(up.operations, ["named: create-replacement", "named: delete-replaced", "named: replace"]);
    assert.equal((await cluster.api.get("/api/v1/namespaces/default/services/named")).spec.clusterIP, "172.20.9.9");
    assert.equal((await stack.destroy()).failed, false);
  });

  it("reports a field that another manages, and takes it over when told to", async () => {
    const at = "/api/v1/namespaces/default/configmaps/shared";
    const config = (greeting: string, annotations = {}) =>
      one(
        "shared",
        (options) => {
          const metadata = { name: "shared", annotations };
          new k8s.core.v1.ConfigMap("shared", { metadata, data: { greeting } }, options);
        },
        { enableConfigMapMutable: true },
      );
    assert.equal((await (await config("one")).up()).failed, false);
    const theirs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shared" }, data: { greeting: "theirs" } };
    await cluster.api.ask("PATCH", `${at}?fieldManager=them&force=true`, theirs, "application/apply-patch+yaml");
    const conflict = await (await config("two")).up();
    assert.match(conflict.output, /server-side apply field conflict detected/);
    assert.match(conflict.output, /had an apply conflict: .*conflict with "them".*\.data\.greeting/s);
    const stack = await config("two", { "pulumi.com/patchForce": "true" });
    const forced = await stack.up();
    assert.equal(forced.failed, false, forced.output);
    assert.equal((await cluster.api.get(at)).data.greeting, "two");
    assert.equal((await stack.destroy()).failed, false);
  });

  it("refuses what needs the released plugin, and says so", async () => {
    const list = await one("refused-list", (options) => new k8s.core.v1.ConfigMapList("l", { items: [] }, options));
    assert.match((await list.preview()).output, /list resources exist for compatibility with YAML manifests/);
    const patch = await one("refused-patch", (options) => {
      new k8s.core.v1.NamespacePatch("p", { metadata: { name: "default" } }, options);
    });
    assert.match((await patch.preview()).output, /NamespacePatch needs the released Kubernetes plugin/);
    const chart = await one("refused-chart", (options) => new k8s.helm.v4.Chart("c", { chart: "nginx" }, options));
    assert.match((await chart.preview()).output, /helm.sh\/v4:Chart needs the released Kubernetes plugin/);
  });

  it("says that a cluster is out of reach, and forgets its objects only when told to", async () => {
    const config = (kubeconfig: string, env = {}) =>
      engine.stack(
        "gone",
        async () => {
          const provider = new k8s.Provider("cluster", { kubeconfig, clusterIdentifier: "one" });
          new k8s.core.v1.ConfigMap("gone", { metadata: { name: "gone" } }, { provider });
        },
        env,
      );
    assert.equal((await (await config(cluster.kubeconfig)).up()).failed, false);
    const nowhere = cluster.kubeconfig.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9");
    const stack = await config(nowhere);
    // The provider's new address is taken up; its objects are not touched by that.
    await stack.up();
    const destroyed = await stack.destroy();
    assert.match(
      destroyed.output,
      /configured Kubernetes cluster is unreachable: unable to load schema information from the API server/,
    );
    assert.match(destroyed.output, /PULUMI_K8S_DELETE_UNREACHABLE/);
    const forgotten = await (await config(nowhere, { PULUMI_K8S_DELETE_UNREACHABLE: "true" })).destroy();
    assert.equal(forgotten.failed, false, forgotten.output);
    await cluster.api.ask("DELETE", "/api/v1/namespaces/default/configmaps/gone");
  });
});
