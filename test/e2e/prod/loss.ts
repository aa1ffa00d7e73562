import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ApiException, AppsV1Api, CoreV1Api, PolicyV1Api } from "@kubernetes/client-node";
import { expectCode } from "../support/checkout.ts";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

const namespaces = ["teamflow", "teamflow-pre"] as const;
const zone = "us-west-2a";
const zoneLabel = "topology.kubernetes.io/zone";

/** What the loss of a zone and the emptying of a node do to the application. */
export function lossBlock(context: ProdContext): void {
  const fault = (...args: readonly string[]) => context.checkout.run(["sandbox", "faults", "prod", ...args]);
  /** Ready copies of each stable Deployment: `teamflow/backend` to 3. */
  const ready = async () => {
    const found = new Map<string, number>();
    for (const namespace of namespaces) {
      const { items } = await context.kubernetes(AppsV1Api).listNamespacedDeployment({ namespace });
      for (const { metadata, status } of items.filter((each) => each.metadata?.labels?.track === "stable"))
        found.set(`${namespace}/${metadata?.name}`, status?.readyReplicas ?? 0);
    }
    assert.equal(found.size, 4);
    return found;
  };
  const fewest = async () => Math.min(...(await ready()).values());
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const end = Date.now() + 120_000; !(await holds()); await pause(500))
      if (Date.now() > end) throw new Error(`after two minutes: ${what}; ${JSON.stringify([...(await ready())])}`);
  };
  const pods = async (namespace: string, app: string) => {
    const labelSelector = `app=${app},track=stable`;
    const { items } = await context.kubernetes(CoreV1Api).listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  };

  describe("one zone of three lost", () => {
    let zones: Map<string, string>;
    before(async () => {
      const { items } = await context.kubernetes(CoreV1Api).listNode();
      zones = new Map(items.map(({ metadata }) => [metadata?.name ?? "", metadata?.labels?.[zoneLabel] ?? ""]));
      await until("all copies are ready", async () => (await fewest()) === 3);
    });
    after(async () => {
      expectCode(await fault("clear"), 0);
      await until("all copies are ready", async () => (await fewest()) === 3);
    });
    const zonesOf = async (namespace: string, app: string) =>
      (await pods(namespace, app)).map(({ spec }) => must(zones.get(spec?.nodeName ?? ""), "zone of a pod")).sort();

    it("finds the copies of every service spread over the zones, one in each", async () => {
      for (const namespace of namespaces)
        for (const app of ["backend", "frontend"])
          assert.deepEqual(
            await zonesOf(namespace, app),
            ["us-west-2a", "us-west-2b", "us-west-2c"],
            `${namespace} ${app}`,
          );
    });

    it("leaves every Deployment two copies at once and all the time, and three again in the zones that are left", async () => {
      expectCode(await fault("set", "zone-lost", "--fault", "Lost", "--zone", zone), 0);
      let least = 3;
      await until("every Deployment has three copies again, none in the lost zone", async () => {
        least = Math.min(least, await fewest());
        const places = await Promise.all(
          namespaces.flatMap((each) => [zonesOf(each, "backend"), zonesOf(each, "frontend")]),
        );
        return (await fewest()) === 3 && !places.flat().includes(zone);
      });
      // A new copy is ready within a second here, so that a look may come too late to see two.
      assert.ok(least >= 2, `${least} copies at some moment`);
    });
  });

  describe("a node that is emptied", () => {
    let api: CoreV1Api;
    const evict = (name: string) =>
      api.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
    const namespace = "teamflow";
    before(() => {
      api = context.kubernetes(CoreV1Api);
    });
    after(async () => {
      expectCode(await fault("clear"), 0);
      await until("all copies are ready", async () => (await fewest()) === 3);
    });

    for (const app of ["backend", "frontend"])
      it(`takes one copy of the ${app} at a time, and waits for its successor`, async () => {
        const allowed = async () =>
          (await context.kubernetes(PolicyV1Api).readNamespacedPodDisruptionBudget({ name: app, namespace })).status
            ?.disruptionsAllowed;
        await until("the budget has one copy to give", async () => (await allowed()) === 1);
        const [first, second] = (await pods(namespace, app)).map(({ metadata }) => must(metadata?.name, "name"));
        // A successor that is ready within a second would give the budget back before the second eviction is judged.
        expectCode(await fault("set", "late", "--fault", "Pending", "--namespace", namespace, "--workload", app), 0);
        await evict(must(first, "first pod"));
        await assert.rejects(evict(must(second, "second pod")), (error) => {
          assert.ok(error instanceof ApiException);
          assert.equal(error.code, 429);
          assert.match(JSON.stringify(error.body), /disruption budget/);
          return true;
        });
        expectCode(await fault("clear", "late"), 0);
        await until("the budget has one copy to give again", async () => (await allowed()) === 1);
        const [next] = (await pods(namespace, app)).map(({ metadata }) => must(metadata?.name, "name"));
        await evict(must(next, "pod"));
      });
  });
}
