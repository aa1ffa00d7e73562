import assert from "node:assert/strict";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { eksToken } from "../../../delivery/aws/eks-token.ts";
import { authenticator, authenticatorUrl } from "../../../sandbox/kubernetes/authenticator.ts";
import { Clusters } from "../../../sandbox/kubernetes/clusters.ts";
import { credentialFiles } from "../../../sandbox/kubernetes/credentials.ts";
import { clusterStatuses } from "../../../sandbox/kubernetes/known-clusters.ts";
import type { Kubectl } from "../../../sandbox/kubernetes/kubectl.ts";
import { type ClusterOrder, clusterDirectory } from "../../../sandbox/kubernetes/record.ts";
import { layoutOf, makeDirectories } from "../../../sandbox/layout.ts";
import { privateDirectory } from "../../../sandbox/system/files.ts";
import { findProcesses } from "../../../sandbox/system/processes.ts";
import { provideToolchain } from "../../../sandbox/toolchain/provide.ts";
import { testAuthority } from "../../support/certificates.ts";
import { eventually, temporaryRoot } from "../support.ts";

const account = "123456789012";
/** By this variable the processes of the test's cluster are known. */
const mark = "SLIPWAY_TEST_CLUSTER";
const order: ClusterOrder = {
  id: "prod-1",
  name: "teamflow-prod",
  account,
  region: "us-west-2",
  version: "1.36",
  zones: ["a", "b"].map((zone, index) => ({ name: `us-west-2${zone}`, cidrs: [`10.2.${16 * (index + 1)}.0/20`] })),
};

describe("a cluster of the local AWS", function () {
  this.timeout(180_000);
  const secret = "known-to-the-API-server-only";
  let gateway: http.Server;
  let endpoint: string;
  let clusters: Clusters;
  let create: () => Clusters;
  let directory: string;
  let root: string;
  /** Whom the local AWS takes the bearer of a token for. */
  let arn = "";

  before(async function () {
    this.timeout(900_000); // A machine that has not built Kubernetes yet does so now.
    const binary =
      process.env.SLIPWAY_KUBERNETES_BINARY ??
      (await provideToolchain(["kubernetes"], () => undefined)).get("kubernetes")?.file;
    root = temporaryRoot();
    const layout = layoutOf(root);
    makeDirectories(layout);
    directory = clusterDirectory(layout, order.id);
    process.env[mark] = root;
    gateway = http.createServer((request, response) => {
      const settings = { secret, endpoint, find: (id: string) => clusters.find(id), log: () => undefined };
      const callerOf = async () => ({ account, arn, userId: "somebody" });
      authenticator({ ...settings, directory: { callerOf, userOf: async () => undefined } })(request, response);
    });
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    create = () =>
      new Clusters({
        layout,
        binary,
        endpoint,
        images: [],
        environment: () => ({}),
        makeCertificates: async (folder) => {
          if (existsSync(path.join(folder, "server.pem"))) return;
          privateDirectory(folder);
          const authority = testAuthority();
          const { key, certificate } = authority.issue("127.0.0.1", "localhost");
          const files = { "ca.pem": authority.certificate, "server.pem": certificate, "server.key": key };
          for (const [name, text] of Object.entries(files))
            writeFileSync(path.join(folder, name), text, { mode: 0o600 });
        },
        authenticator: (id) => authenticatorUrl(endpoint, secret, id),
        startLoadBalancers: async () => ({ stop: () => undefined }),
        log: () => undefined,
      });
    clusters = create();
    await clusters.ensure(order);
  });

  after(async () => {
    await clusters?.stop();
    gateway?.closeAllConnections();
    gateway?.close();
    delete process.env[mark];
    rmSync(root, { recursive: true, force: true });
  });

  const kubectl = (): Kubectl => clusters.find(order.id)?.kubectl ?? assert.fail("it does not run");
  /** The cluster's processes of this name, or all. */
  const processes = (part = "") =>
    findProcesses(
      ({ command, environment }) =>
        environment.split("\0").includes(`${mark}=${root}`) && command.includes(`slipway-kubernetes ${part}`),
    );
  /** The groups that the API server sees in the bearer of a new token. */
  const groupsOf = async (region: string) => {
    const credentials = { accessKeyId: account, secretAccessKey: "sandbox" };
    const { status } = await eksToken(order.name, { region, endpoint, credentials });
    return kubectl().run(["auth", "whoami", `--token=${status.token}`, "--output=jsonpath={.status.userInfo.groups}"]);
  };

  it("is Kubernetes with what Auto Mode brings, and with nodes in each zone", async () => {
    const kinds = await kubectl().run(["get", "crd", "--output=name"]);
    for (const kind of ["ingressclassparams.eks", "nodeclasses.eks", "nodepools.karpenter", "secretproviderclasses"])
      assert.ok(kinds.includes(kind), kind);
    assert.equal((await kubectl().run(["get", "nodepools", "--output=name"])).trim().split("\n").length, 2);
    await eventually("nodes are there", async () => {
      const zones = await kubectl().run([
        "get",
        "nodes",
        "--output=jsonpath={.items[*].metadata.labels.topology\\.kubernetes\\.io/zone}",
      ]);
      return zones.split(" ").sort().join() === "us-west-2a,us-west-2a,us-west-2b,us-west-2b";
    });
  });

  it("keeps its secrets in files that nobody else may read", () => {
    for (const name of ["tokens.csv", "admin.kubeconfig", "webhook.kubeconfig", credentialFiles.serviceAccountKey])
      assert.equal(statSync(path.join(directory, name)).mode & 0o777, 0o600, name);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
  });

  it("lets in whom the local AWS names, and nobody without an access entry", async () => {
    arn = `arn:aws:iam::${account}:root`;
    assert.match(await groupsOf("us-west-2"), /"slipway:eks:AmazonEKSClusterAdminPolicy"/);
    arn = `arn:aws:sts::${account}:assumed-role/stranger/me`;
    // Of another region, so that it is not the token that the API server has just judged.
    await assert.rejects(groupsOf("us-east-1"), /Unauthorized|must be logged in/);
    const guessed = await fetch(authenticatorUrl(endpoint, "guessed", order.id), { method: "POST", body: "{}" });
    assert.equal(guessed.status, 401);
  });

  it("gives each policy for the whole cluster what EKS gives it", async () => {
    const policies = ["ClusterAdmin", "Admin", "Edit", "View", "AdminView"];
    const table = [
      { verb: "get", group: "", resource: "pods", allowed: [true, true, true, true, true] },
      { verb: "create", group: "apps", resource: "deployments", allowed: [true, true, true, false, false] },
      { verb: "get", group: "", resource: "secrets", allowed: [true, true, true, false, true] },
      {
        verb: "create",
        group: "rbac.authorization.k8s.io",
        resource: "rolebindings",
        allowed: [true, true, false, false, false],
      },
      { verb: "create", group: "karpenter.sh", resource: "nodepools", allowed: [true, false, false, false, false] },
    ];
    const reviews = table.flatMap(({ verb, group, resource }) =>
      policies.map((policy) => ({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: "somebody",
          groups: ["system:authenticated", `slipway:eks:AmazonEKS${policy}Policy`],
          resourceAttributes: { namespace: "default", verb, group, resource },
        },
      })),
    );
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: reviews });
    // The API server reads what roles allow into a cache of its own, which lags behind their creation on a busy machine.
    let found: typeof table = [];
    const asked = async () => {
      const answers = await kubectl().run(
        ["create", "--filename=-", '--output=jsonpath={.status.allowed}{"\\n"}'],
        list,
      );
      const allowed = answers
        .trim()
        .split("\n")
        .map((answer) => answer === "true");
      assert.equal(allowed.length, reviews.length);
      found = table.map((row, index) => ({
        ...row,
        allowed: allowed.slice(index * policies.length, (index + 1) * policies.length),
      }));
      return isDeepStrictEqual(found, table);
    };
    await eventually("the API server knows every role", asked).catch(() => assert.deepEqual(found, table));
  });

  for (const part of ["apiserver", "etcd"]) {
    it(`is back when its ${part} is killed, with what it held`, async () => {
      await kubectl().run(["create", "configmap", `before-${part}`, "--from-literal=kept=yes"]);
      const [killed] = processes(part);
      assert.ok(killed);
      process.kill(killed.pid, "SIGKILL");
      await eventually(
        "it answers again",
        () =>
          kubectl()
            .run(["get", "configmap", `before-${part}`])
            .then(
              () => true,
              () => false,
            ),
        60_000,
      );
    });
  }

  it("is the same after a stop and a start: its port, its authority, its objects", async () => {
    const before = await clusters.ensure(order);
    await kubectl().run(["create", "namespace", "kept"]);
    await clusters.stop();
    assert.deepEqual(processes(), [], "nothing is left of it");
    assert.deepEqual(
      (await clusterStatuses(root)).map(({ name, state }) => [name, state]),
      [[order.name, "stopped"]],
    );
    clusters = create();
    clusters.restore();
    await clusters.settled();
    assert.deepEqual(await clusters.ensure(order), before);
    assert.match(await kubectl().run(["get", "namespace", "kept"]), /Active/);
    assert.deepEqual(
      (await clusterStatuses(root)).map(({ name, state }) => [name, state]),
      [[order.name, "running"]],
    );
  });

  it("leaves nothing behind when it is removed", async () => {
    await clusters.remove(order.id);
    assert.equal(clusters.find(order.id), undefined);
    assert.equal(existsSync(directory), false);
    await clusters.remove(order.id);
    assert.deepEqual(await clusterStatuses(root), []);
  });
});
