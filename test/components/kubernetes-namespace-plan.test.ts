import assert from "node:assert/strict";
import fc from "fast-check";
import { withPods } from "../../components/kubernetes-application-plan.ts";
import { planNamespace, planQuota } from "../../components/kubernetes-namespace-plan.ts";
import { cpuOf, cpuQuantity, memoryOf, memoryQuantity } from "../../components/kubernetes-workload-sizes.ts";
import { amountOf, blockingQuotas } from "../support/kubernetes-blocking.ts";
import { environmentArgs, planEnvironment } from "../support/kubernetes-environment.ts";
import type { AnyObject } from "../support/kubernetes-objects.ts";

const place = { context: environmentArgs.context, namespace: "teamflow" };

const sizes = fc
  .record({
    cpu: fc.integer({ min: 1, max: 8000 }),
    memory: fc.integer({ min: 1, max: 16384 }),
    times: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ cpu, memory, times }) => ({
    requests: { cpu: `${cpu}m`, memory: `${memory}Mi` },
    limits: { cpu: `${cpu * times}m`, memory: `${memory * times}Mi` },
  }));
const scalings = fc
  .record({ minimum: fc.integer({ min: 1, max: 100 }), more: fc.integer({ min: 0, max: 50 }) })
  .map(({ minimum, more }) => ({ minimum, maximum: minimum + more, cpuPercent: 70, memoryPercent: 80 }));

describe("the plan of a namespace", () => {
  it("enforces, audits and warns by restricted pod security of one version", () => {
    const { labels } = planNamespace(place).metadata as { labels: Record<string, string> };
    for (const mode of ["enforce", "audit", "warn"]) {
      assert.equal(labels[`pod-security.kubernetes.io/${mode}`], "restricted");
      assert.equal(labels[`pod-security.kubernetes.io/${mode}-version`], "v1.36");
    }
    assert.equal(labels["eks.amazonaws.com/pod-readiness-gate-inject"], "enabled");
  });

  it("lets no rollout of any settings fail by its quota", async () => {
    const { objects } = await planEnvironment();
    const others = objects.filter(({ kind }) => kind !== "ResourceQuota");
    fc.assert(
      fc.property(sizes, sizes, scalings, scalings, (one, other, oneScaling, otherScaling) => {
        const { backend, frontend } = withPods(environmentArgs.services);
        const services = {
          backend: { ...backend, pod: one, scaling: oneScaling },
          frontend: { ...frontend, pod: other, scaling: otherScaling },
        };
        const resized = others.map((object) => resize(object, services));
        assert.deepEqual(blockingQuotas([...resized, planQuota(place, services) as AnyObject]), []);
      }),
      { numRuns: 50 },
    );
  });

  it("writes quantities as the API server does, so that reading them back is no change", () => {
    fc.assert(
      fc.property(fc.nat(100_000), (amount) => {
        assert.equal(cpuOf(cpuQuantity(amount)), amount);
        assert.ok(Math.abs(amountOf(cpuQuantity(amount)) * 1000 - amount) < 1e-6);
        if (memoryQuantity(amount).endsWith("Ti")) return;
        assert.equal(memoryOf(memoryQuantity(amount)), amount);
      }),
    );
    assert.deepEqual(
      ["0.5", "1.25", "2", "750m"].map((cpu) => cpuQuantity(cpuOf(cpu))),
      ["500m", "1250m", "2", "750m"],
    );
    assert.deepEqual(
      ["1024Mi", "1Gi", "1500Mi", "0Mi"].map((memory) => memoryQuantity(memoryOf(memory))),
      ["1Gi", "1Gi", "1500Mi", "0Mi"],
    );
  });
});

/** The same objects for other sizes: what a rollout of those settings would bring. */
function resize(object: AnyObject, services: Parameters<typeof planQuota>[1]): AnyObject {
  const copy = structuredClone(object) as { kind?: string; metadata: { name: string }; spec: Record<string, never> };
  const service = copy.metadata.name.startsWith("backend") ? services.backend : services.frontend;
  if (copy.kind === "HorizontalPodAutoscaler")
    Object.assign(copy.spec, { minReplicas: service.scaling.minimum, maxReplicas: service.scaling.maximum });
  if (copy.kind === "Deployment") {
    const { containers } = (copy.spec as unknown as { template: { spec: { containers: object[] } } }).template.spec;
    Object.assign(containers[0] ?? {}, { resources: service.pod });
  }
  return copy as AnyObject;
}
