import assert from "node:assert/strict";
import { clusterCommands } from "../../../sandbox/kubernetes/commands.ts";
import { clearFaults, listFaults, setFault } from "../../../sandbox/kubernetes/faults.ts";
import { choose } from "../../../sandbox/kubernetes/known-clusters.ts";
import type { ClusterRecord } from "../../../sandbox/kubernetes/record.ts";

function cluster(name: string, version = "1.36", account = "123456789012"): ClusterRecord {
  const zones = [
    { name: "us-west-2a", cidrs: ["10.2.16.0/20", "10.2.112.0/20"] },
    { name: "us-west-2b", cidrs: ["10.2.32.0/20"] },
  ];
  return { order: { id: name, name, account, region: "us-west-2", version, zones }, port: 20_000 };
}

/** A cluster's one ConfigMap, as kubectl reads and writes it. */
function kubectl() {
  let data: unknown;
  return {
    run: async (args: readonly string[], input = "") => {
      if (args[0] === "get") return data === undefined ? "" : JSON.stringify({ data });
      data = JSON.parse(input).data;
      return "";
    },
  };
}

describe("a cluster of the sandbox on the command line", () => {
  const all = [cluster("teamflow-prod"), cluster("teamflow-pre-prod"), cluster("prod-tools"), cluster("prod")];

  it("is the one of that name, else the one that ends with it, as a stack's does", () => {
    const named = (name: string, records = all) => choose(records, name).order.name;
    assert.equal(named("prod"), "prod");
    assert.equal(named("pre-prod"), "teamflow-pre-prod");
    assert.equal(named("prod", [cluster("teamflow-prod"), cluster("prod-tools")]), "teamflow-prod");
  });

  it("is asked for again when the name is that of several or of none", () => {
    assert.throws(
      () => choose(all.slice(0, 2), "prod"),
      /Several clusters.*prod:\n {2}teamflow-prod \(account 123456789012, us-west-2\)\n {2}teamflow-pre-prod/s,
    );
    const twice = [cluster("prod"), cluster("prod", "1.36", "999999999999")];
    assert.throws(() => choose(twice, "prod"), /account 999999999999/);
    assert.throws(() => choose(all, "staging"), /no cluster staging\. It has:\n {2}teamflow-prod/);
    assert.throws(() => choose([], "staging"), /no cluster staging\.\n {2}\.\/slipway up/);
  });

  it("has the faults that were set, until they are cleared", async () => {
    const one = kubectl();
    await setFault(one, "image", { fault: "ImagePullBackOff", workload: "backend" });
    await setFault(one, "zone", { fault: "Lost", zone: "us-west-2a" });
    await setFault(one, "image", { fault: "CrashLoopBackOff", image: "frontend" });
    const set = [...(await listFaults(one))];
    assert.deepEqual(set, [
      ["image", { fault: "CrashLoopBackOff", image: "frontend" }],
      ["zone", { fault: "Lost", zone: "us-west-2a" }],
    ]);
    assert.deepEqual(await clearFaults(one, ["zone", "unknown"]), ["zone"]);
    assert.deepEqual(await clearFaults(one, []), ["image"]);
    assert.equal((await listFaults(one)).size, 0);
  });

  it("takes no fault that its nodes would not understand", async () => {
    const one = { run: () => assert.fail("nothing is written") };
    await assert.rejects(setFault(one, "zone", { fault: "Lost" }), /A zone is given for the fault Lost/);
    await assert.rejects(setFault(one, "x", { fault: "Pending", zone: "us-west-2a" }), /for that only/);
    await assert.rejects(setFault(one, "a b", { fault: "Pending" }), /cannot be the name/);
  });
});

describe("the programs of a cluster of the sandbox", () => {
  const settings = { images: [], environment: {}, endpoint: "http://127.0.0.1:2000" };
  const emulation = (version: string) => {
    const {
      apiserver,
      "controller-manager": controllers,
      scheduler,
    } = clusterCommands(cluster("prod", version), settings);
    return [apiserver, controllers, scheduler].map((args) => args.find((arg) => arg.startsWith("--emulated-version")));
  };

  it("behave as the version of EKS that was asked for, where they can", () => {
    assert.deepEqual(emulation("1.35"), Array(3).fill("--emulated-version=kube=1.35"));
    assert.deepEqual(emulation("1.36"), Array(3).fill(undefined));
    assert.deepEqual(emulation("1.20"), Array(3).fill(undefined));
  });

  it("listen on 127.0.0.1 alone, etcd on sockets in the cluster's own folder", () => {
    const commands = clusterCommands(cluster("prod"), settings);
    assert.ok(commands.apiserver.includes("--bind-address=127.0.0.1"));
    for (const flag of commands.etcd.filter((arg) => /^--(listen|advertise|initial-advertise).*urls=/.test(arg)))
      assert.match(flag, /=unix:\/\/etcd/);
    for (const part of ["controller-manager", "scheduler"] as const)
      assert.ok(commands[part].includes("--secure-port=0"), part);
  });

  it("give each zone one range of its subnets", () => {
    const { nodes } = clusterCommands(cluster("prod"), settings);
    assert.equal(nodes[nodes.indexOf("--zones") + 1], "us-west-2a,us-west-2b");
    assert.equal(nodes[nodes.indexOf("--cidrs") + 1], "us-west-2a=10.2.16.0/20,us-west-2b=10.2.32.0/20");
  });
});
