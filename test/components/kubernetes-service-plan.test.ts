import assert from "node:assert/strict";
import type { V1Deployment, V1PodDisruptionBudget, V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import { withPods } from "../../components/kubernetes-application-plan.ts";
import {
  endSeconds,
  planAutoscaler,
  planBudget,
  planDeployment,
  planService,
  type ServiceWish,
} from "../../components/kubernetes-service-plan.ts";
import type { Track } from "../../components/kubernetes-workload-labels.ts";
import { keptBy } from "../support/kubernetes-blocking.ts";
import { environmentArgs } from "../support/kubernetes-environment.ts";
import { fits } from "../support/kubernetes-objects.ts";

const services = withPods(environmentArgs.services);
const wish = (changes: Partial<ServiceWish> = {}): ServiceWish => ({
  context: environmentArgs.context,
  namespace: "teamflow",
  service: "backend",
  settings: services.backend,
  image: `registry/backend@sha256:${"a".repeat(64)}`,
  version: "sha256-aaaaaaaaaaaa",
  environment: {},
  writablePaths: ["/tmp"],
  zones: 3,
  minReadySeconds: 10,
  patienceSeconds: 600,
  ...changes,
});
// What tests give is plain, so what is planned of it is.
const deployment = (track: Track, changes: Partial<ServiceWish> = {}) =>
  planDeployment(wish(changes), track) as unknown as V1Deployment;
const podOf = (planned: V1Deployment) => planned.spec?.template.spec ?? assert.fail("no pod");
const containerOf = (planned: V1Deployment) => podOf(planned).containers[0] ?? assert.fail("no container");

describe("the plan of a service on Kubernetes", () => {
  it("asks for health by the source document's numbers, and lets nothing end a start that is slow", () => {
    const { livenessProbe, readinessProbe, startupProbe } = containerOf(deployment("stable"));
    const httpGet = { path: "/health", port: 8000, scheme: "HTTP" };
    assert.deepEqual(readinessProbe, {
      httpGet,
      initialDelaySeconds: 5,
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    });
    assert.deepEqual(livenessProbe, {
      httpGet,
      initialDelaySeconds: 30,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    });
    const { failureThreshold = 0, periodSeconds = 0 } = startupProbe ?? {};
    assert.ok(failureThreshold * periodSeconds >= 120);
    assert.ok(failureThreshold * periodSeconds < (deployment("stable").spec?.progressDeadlineSeconds ?? 0));
  });

  it("asks for as much as the settings say, and for as much of the node's disk as it may write", () => {
    assert.deepEqual(containerOf(deployment("stable")).resources, {
      requests: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "1152Mi" },
      limits: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "1152Mi" },
    });
    const disk = (writablePaths: readonly string[]) =>
      containerOf(deployment("stable", { writablePaths })).resources?.limits?.["ephemeral-storage"];
    assert.deepEqual([disk([]), disk(["/tmp", "/var/cache"])], ["128Mi", "2176Mi"]);
  });

  it("keeps the tracks' copies apart, whose labels no selector confuses, and puts both behind one service", () => {
    const { selector } = planService(wish(), "backend", services.backend).spec;
    for (const [track, other] of [
      ["stable", "canary"],
      ["canary", "stable"],
    ] as const) {
      const { labels } = deployment(track).spec?.template.metadata ?? {};
      assert.ok(fits(deployment(track).spec?.selector ?? {}, labels));
      assert.ok(!fits(deployment(other).spec?.selector ?? {}, labels));
      assert.ok(fits({ matchLabels: selector }, labels));
    }
  });

  it("names no version in a selector, which could never change", () => {
    for (const track of ["stable", "canary"] as const)
      assert.deepEqual(deployment(track).spec?.selector.matchLabels, { app: "backend", track });
  });

  it("has the new copy there before an old one goes", () => {
    assert.deepEqual(deployment("stable").spec?.strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
  });

  it("rolls the pods when their configuration changes", () => {
    const annotations = (configHash: string) =>
      deployment("stable", { configured: ["A"], configHash }).spec?.template.metadata?.annotations;
    assert.notDeepEqual(annotations("1"), annotations("2"));
  });

  it("gives each track a configuration of its own, so that the others keep theirs until the canary was well", () => {
    const reads = (track: Track) =>
      containerOf(deployment(track, { configured: ["LOG_LEVEL"] })).env?.map(
        ({ valueFrom }) => valueFrom?.configMapKeyRef?.name,
      );
    assert.deepEqual([reads("canary"), reads("stable")], [["app-config-canary"], ["app-config"]]);
  });

  it("stops a copy only after the load balancer has let go of it, and gives it time to finish", () => {
    const planned = deployment("stable");
    const sleep = containerOf(planned).lifecycle?.preStop?.sleep?.seconds ?? 0;
    assert.ok(sleep > endSeconds.deregistration);
    assert.ok((podOf(planned).terminationGracePeriodSeconds ?? 0) >= sleep + 20);
  });

  it("spreads copies over zones, as a must from three on, and bears with the loss of one", () => {
    const rule = (zones: number) =>
      podOf(deployment("stable", { zones })).topologySpreadConstraints?.find(({ topologyKey }) =>
        topologyKey.endsWith("/zone"),
      );
    assert.deepEqual(
      [1, 2, 3].map((zones) => rule(zones)?.whenUnsatisfiable),
      ["ScheduleAnyway", "ScheduleAnyway", "DoNotSchedule"],
    );
    // A zone whose nodes are lost is no zone any more: else the copies that it had could stand nowhere.
    assert.equal(rule(3)?.nodeTaintsPolicy, "Honor");
    assert.deepEqual(rule(3)?.matchLabelKeys, ["pod-template-hash"]);
  });

  it("keeps its minimum with one zone of three gone", () => {
    const budget = planBudget(wish()) as unknown as V1PodDisruptionBudget;
    for (let copies = services.backend.scaling.minimum; copies <= services.backend.scaling.maximum; copies += 1) {
      // A spread with a skew of 1 puts at most that many into one zone.
      const left = copies - Math.ceil(copies / 3);
      assert.ok(left >= Math.min(2, copies - 1), `${left} of ${copies} are left`);
    }
    assert.equal(keptBy(budget.spec ?? {}, services.backend.scaling.minimum), 2);
  });

  it("lets every node be emptied, also under a copy that is not well", () => {
    const { spec } = planBudget(wish()) as unknown as V1PodDisruptionBudget;
    assert.deepEqual(spec, {
      maxUnavailable: 1,
      selector: { matchLabels: { app: "backend", track: "stable" } },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("scales as the source document says, both services alike", () => {
    for (const service of ["backend", "frontend"] as const) {
      const { spec } = planAutoscaler(
        wish({ service, settings: services[service] }),
      ) as unknown as V2HorizontalPodAutoscaler;
      assert.deepEqual([spec?.minReplicas, spec?.maxReplicas], service === "backend" ? [3, 10] : [3, 8]);
      assert.deepEqual(
        spec?.metrics?.map(({ resource }) => [resource?.name, resource?.target.averageUtilization]),
        [
          ["cpu", 70],
          ["memory", 80],
        ],
      );
      assert.deepEqual(spec?.behavior, {
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Percent", value: 50, periodSeconds: 60 }] },
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 2, periodSeconds: 60 },
          ],
        },
      });
      assert.equal(spec?.scaleTargetRef.name, service);
    }
  });
});
