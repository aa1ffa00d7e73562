import assert from "node:assert/strict";
import { KubernetesAccessRules } from "../../components/kubernetes-access-rules.ts";
import { cacheDirectory } from "../../sandbox/paths.ts";
import { until } from "../../sandbox/system/wait.ts";
import { provideToolchain } from "../../sandbox/toolchain/provide.ts";
import { NodesCluster } from "../sandbox/kubernetes/support/nodes-cluster.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };
const triesOnly = /a preview may try a change but not make it/;
const ownNamespaces = /deployments of this stack write in the namespaces teamflow, teamflow-pre only/;
const noRight = /cannot (create|delete|get|list|patch) resource/;
const notHeld = /is attempting to grant RBAC permissions not currently held/;
const secret = ["get", "secrets", "-n", "teamflow"];

/** What somebody asks of the cluster, and why they are refused; undefined when they are not. */
type Request = readonly [what: string, args: readonly string[], refusal: RegExp | undefined];

const deployments: readonly Request[] = [
  ["make one of the stack's namespaces", ["create", "namespace", "teamflow-pre"], undefined],
  ["make another namespace", ["create", "namespace", "other"], ownNamespaces],
  ["change a namespace of Kubernetes'", ["label", "namespace", "kube-system", "a=b"], ownNamespaces],
  ["write in its namespace", ["create", "configmap", "x", "-n", "teamflow"], undefined],
  ["run something there", ["create", "deployment", "x", "--image=x", "-n", "teamflow"], undefined],
  ["write in another namespace", ["create", "configmap", "x", "-n", "default"], ownNamespaces],
  ["run something in kube-system", ["create", "deployment", "x", "--image=x", "-n", "kube-system"], ownNamespaces],
  ["switch network policies on", ["create", "configmap", "amazon-vpc-cni", "-n", "kube-system"], undefined],
  ["write another thing in kube-system", ["create", "configmap", "x", "-n", "kube-system"], ownNamespaces],
  ["read Secrets", secret, noRight],
  ["make Secrets", ["create", "secret", "generic", "x", "-n", "teamflow"], noRight],
  ["take the identity of a pod", ["create", "token", "default", "-n", "teamflow"], noRight],
  [
    "let a rollout's analysis take its canary away",
    ["create", "role", "x", "--verb=get,patch", "--resource=deployments.apps/scale", "-n", "teamflow"],
    undefined,
  ],
  [
    "give a pod the right to Secrets",
    ["create", "role", "y", "--verb=get", "--resource=secrets", "-n", "teamflow"],
    notHeld,
  ],
  [
    "make itself an administrator",
    ["create", "rolebinding", "x", "--clusterrole=cluster-admin", "--group=slipway:deployers", "-n", "teamflow"],
    notHeld,
  ],
  ["write its own rights", ["create", "clusterrole", "x", "--verb=get", "--resource=pods"], noRight],
  ["take the guard away", ["delete", "validatingadmissionpolicy", "slipway-delivery"], noRight],
  ["take the guard's effect away", ["delete", "validatingadmissionpolicybinding", "slipway-delivery"], noRight],
];

const previews: readonly Request[] = [
  ["try to make a namespace", ["create", "namespace", "teamflow-pre", "--dry-run=server"], undefined],
  ["make a namespace", ["create", "namespace", "teamflow-pre"], triesOnly],
  ["try a write", ["create", "configmap", "tried", "-n", "teamflow", "--dry-run=server"], undefined],
  ["write", ["create", "configmap", "written", "-n", "teamflow"], triesOnly],
  ["try a write elsewhere", ["create", "configmap", "x", "-n", "default", "--dry-run=server"], ownNamespaces],
  ["delete", ["delete", "configmap", "kept", "-n", "teamflow"], triesOnly],
  ["try a deletion", ["delete", "configmap", "kept", "-n", "teamflow", "--dry-run=server"], undefined],
  ["read what runs", ["get", "deployments,pods,events", "-n", "teamflow"], undefined],
  ["read Secrets", secret, noRight],
];

describe("components/kubernetes-access-rules, judged by the API server", function () {
  this.timeout(60_000);
  let cluster: NodesCluster;

  /** The API server's words, or undefined when it did what it was asked. */
  const refusal = (group: string, args: readonly string[]): Promise<string | undefined> =>
    cluster.kubectl.run([...args, "--as=arn:aws:sts::1:assumed-role/x/job", `--as-group=${group}`]).then(
      () => undefined,
      (error: unknown) => String(error),
    );

  before(async function () {
    this.timeout(900_000); // A machine that has not built Kubernetes yet does so now.
    const toolchain = await provideToolchain(["kubernetes"], () => undefined);
    const binary = toolchain.get("kubernetes");
    assert.ok(binary, `built below ${cacheDirectory}`);
    cluster = await NodesCluster.start(binary.file, { images: {}, environment: {}, endpoint: "" });
    await cluster.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "teamflow" } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept", namespace: "teamflow" } },
    );
    const run = await runMocked(
      () => {
        new KubernetesAccessRules("prod-platform-rules", { context, namespaces: ["teamflow", "teamflow-pre"] });
      },
      { stack: "prod" },
    );
    const made = run.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    await cluster.apply(...made.map(({ inputs }) => inputs));
    // The API server reads its policies every second or so.
    let asked = 0;
    const probe = () => refusal("slipway:previewers", ["create", "configmap", `probe-${asked++}`, "-n", "teamflow"]);
    assert.ok(await until(async () => triesOnly.test((await probe()) ?? ""), 30_000, 300), "the guard never judged");
  });

  after(() => cluster?.stop());

  for (const [who, group, requests] of [
    ["a preview", "slipway:previewers", previews],
    ["a deployment", "slipway:deployers", deployments],
  ] as const) {
    for (const [what, args, expected] of requests) {
      it(`${expected ? "does not let" : "lets"} ${who} ${what}`, async () => {
        const answer = await refusal(group, args);
        if (expected) assert.match(answer ?? "(it was done)", expected);
        else assert.equal(answer, undefined);
      });
    }
  }

  it("finds no fault in the guard's own sentences", async () => {
    const status = await cluster.kubectl.run([
      "get",
      "validatingadmissionpolicy",
      "slipway-delivery",
      "--output=jsonpath={.status.typeChecking}",
    ]);
    assert.deepEqual(JSON.parse(status || "{}"), {});
  });

  it("judges nobody else", async () => {
    await cluster.kubectl.run(["create", "configmap", "of-an-administrator", "-n", "default"]);
    assert.equal(
      await cluster.kubectl.run(["get", "configmap", "of-an-administrator", "-n", "default", "--output=name"]),
      "configmap/of-an-administrator\n",
    );
  });
});
