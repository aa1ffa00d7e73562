import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type CacheRequest,
  cacheFamily,
  cacheNodes,
  planCacheAlarms,
  planReplicationGroup,
} from "../../components/cache-plan.ts";
import { cacheSection } from "../../infra/settings/aws-sections.ts";

const request = (settings: Record<string, unknown> = {}, protect = true): CacheRequest => ({
  id: "teamflow-prod",
  settings: cacheSection.parse(settings),
  protect,
});

const anySettings = fc.record({
  engineVersion: fc.constantFrom("8.0", "8.1", "9.0"),
  nodeType: fc.constantFrom("cache.t4g.micro", "cache.r7g.large"),
  replicas: fc.integer({ min: 0, max: 5 }),
  multiAz: fc.boolean(),
  snapshotDays: fc.integer({ min: 0, max: 35 }),
});

describe("the plan for a replication group", () => {
  /** What the provider marks ForceNew, read from terraform-provider-aws 6.34 (internal/service/elasticache/replication_group.go). */
  const replacing = [
    "atRestEncryptionEnabled",
    "dataTieringEnabled",
    "engine",
    "globalReplicationGroupId",
    "kmsKeyId",
    "networkType",
    "port",
    "replicationGroupId",
    "securityGroupNames",
    "snapshotArns",
    "snapshotName",
    "subnetGroupName",
  ];

  it("never gives AWS a reason to replace the cache, whatever settings change", () => {
    fc.assert(
      fc.property(anySettings, anySettings, fc.boolean(), (before, after, protect) => {
        const [from, to] = [before, after].map((settings) =>
          Object.fromEntries(
            Object.entries(planReplicationGroup(request(settings, protect))).filter(([name]) =>
              replacing.includes(name),
            ),
          ),
        );
        assert.deepEqual(from, to);
      }),
    );
  });

  it("is Valkey, encrypted on disk and on the wire, whatever the settings say", () => {
    fc.assert(
      fc.property(anySettings, fc.boolean(), (settings, protect) => {
        const args = planReplicationGroup(request(settings, protect));
        assert.equal(args.engine, "valkey");
        assert.ok(args.atRestEncryptionEnabled && args.transitEncryptionEnabled);
        assert.equal(args.transitEncryptionMode, "required");
      }),
    );
  });

  it("fails over as soon as there is something to fail over to", () => {
    const failover = (settings: object) => {
      const { automaticFailoverEnabled, multiAzEnabled, numCacheClusters } = planReplicationGroup(
        request({ ...settings }),
      );
      return [numCacheClusters, automaticFailoverEnabled, multiAzEnabled];
    };
    assert.deepEqual(failover({}), [1, false, false]);
    assert.deepEqual(failover({ replicas: 1 }), [2, true, false]);
    assert.deepEqual(failover({ replicas: 2, multiAz: true }), [3, true, true]);
  });

  it("takes parameters of the major version's family", () => {
    assert.deepEqual(
      (["8.0", "8.1", "9.0"] as const).map((engineVersion) => cacheFamily({ engineVersion })),
      ["valkey8", "valkey8", "valkey9"],
    );
  });
});

describe("the alarms of a cache", () => {
  it("watch every node, since a failover may make any of them the primary one", () => {
    const alarms = planCacheAlarms(request({ replicas: 2, multiAz: true }));
    assert.deepEqual(
      [...new Set(alarms.map(({ dimensions }) => dimensions.CacheClusterId))],
      ["teamflow-prod-001", "teamflow-prod-002", "teamflow-prod-003"],
    );
    assert.equal(alarms.length, 15);
  });

  it("know no replication where there is none", () => {
    assert.deepEqual(
      planCacheAlarms(request()).map(({ part }) => part),
      ["engine-cpu-1", "memory-1", "evictions-1", "connections-1"],
    );
  });

  it("can be told apart, and keep their names when replicas are added", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), (replicas) => {
        const parts = (count: number) => planCacheAlarms(request({ replicas: count })).map(({ part }) => part);
        assert.equal(new Set(parts(replicas)).size, parts(replicas).length);
        assert.deepEqual(parts(replicas + 1).slice(0, parts(replicas).length), parts(replicas));
        assert.equal(cacheNodes(request({ replicas })).length, replicas + 1);
      }),
    );
  });
});
