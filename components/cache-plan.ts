import type { Settings } from "../infra/settings.ts";
import type { PlannedAlarm } from "./alarms.ts";

/** The port that ElastiCache gives Valkey unless it is asked for another, which we do not: another would be another cache. */
export const valkeyPort = 6379;

type CacheSettings = NonNullable<Settings["cache"]>;

export interface CacheRequest {
  /** The replication group's id. */
  readonly id: string;
  readonly settings: CacheSettings;
  /** Whether the data outlive a mistake. */
  readonly protect: boolean;
}

/** The family of parameters belongs to the major version. */
export function cacheFamily({ engineVersion }: Pick<CacheSettings, "engineVersion">): string {
  return `valkey${engineVersion.split(".")[0]}`;
}

/**
 * What the application may do: everything with its data, nothing with the server. Client libraries ask for INFO when they
 * connect, and ElastiCache counts it among the dangerous.
 */
export const applicationAccess = "on ~* &* +@all -@admin -@dangerous +info";

/** The kinds of logs that a replication group writes, each to a log group of its own. */
export const cacheLogs = ["slow-log", "engine-log"] as const;

/**
 * The arguments of the replication group that follow from the settings. Only a lower engine version would make AWS replace it
 * (Valkey cannot go back either), which protection refuses; everything else changes in place.
 */
export function planReplicationGroup({ id, settings, protect }: CacheRequest) {
  return {
    replicationGroupId: id,
    description: "Valkey",
    engine: "valkey",
    engineVersion: settings.engineVersion,
    autoMinorVersionUpgrade: true,
    clusterMode: "disabled",
    nodeType: settings.nodeType,
    numCacheClusters: 1 + settings.replicas,
    automaticFailoverEnabled: settings.replicas > 0,
    multiAzEnabled: settings.multiAz,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    snapshotRetentionLimit: settings.snapshotDays,
    // UTC, at night where the source's people live; a snapshot is over before anything is patched.
    ...(settings.snapshotDays > 0 ? { snapshotWindow: "03:00-04:00" } : {}),
    maintenanceWindow: "sun:05:00-sun:06:00",
    // Where people rely on it, a change that empties or restarts nodes waits for the maintenance window.
    applyImmediately: !protect,
  };
}

/** The ids of the nodes, which ElastiCache numbers; after a failover any of them may be the primary one. */
export function cacheNodes({ id, settings }: Pick<CacheRequest, "id" | "settings">): string[] {
  return Array.from({ length: 1 + settings.replicas }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`);
}

/** The alarms of every node. */
export function planCacheAlarms(request: Pick<CacheRequest, "id" | "settings">): PlannedAlarm[] {
  return cacheNodes(request).flatMap((node, index) => {
    const common = {
      namespace: "AWS/ElastiCache",
      dimensions: { CacheClusterId: node },
      comparison: "GreaterThanThreshold",
      periodSeconds: 300,
      evaluationPeriods: 3,
      treatMissingData: "missing",
    } as const;
    const suffix = String(index + 1);
    const cache = `The cache ${node}`;
    const alarms: PlannedAlarm[] = [
      {
        ...common,
        part: `engine-cpu-${suffix}`,
        metric: "EngineCPUUtilization",
        statistic: "Average",
        threshold: 80,
        description: `${cache} is busy: Valkey runs commands on one core. Look in the slow log, or raise slipway:cache.nodeType.`,
      },
      {
        ...common,
        part: `memory-${suffix}`,
        metric: "DatabaseMemoryUsagePercentage",
        statistic: "Maximum",
        threshold: 80,
        description: `${cache} is nearly full and will drop keys. Give keys an end, or raise slipway:cache.nodeType.`,
      },
      {
        ...common,
        part: `evictions-${suffix}`,
        metric: "Evictions",
        statistic: "Sum",
        threshold: 0,
        description: `${cache} drops keys before their time because it is full. Raise slipway:cache.nodeType.`,
      },
      {
        ...common,
        part: `connections-${suffix}`,
        metric: "CurrConnections",
        statistic: "Maximum",
        threshold: 10_000, // the smallest nodes accept 20,000, and pools of a sane size hold a few hundred
        description: `${cache} has more connections than the application's pools can need. Look for clients that do not close theirs.`,
      },
    ];
    if (request.settings.replicas === 0) return alarms;
    return [
      ...alarms,
      {
        ...common,
        part: `replication-lag-${suffix}`,
        metric: "ReplicationLag", // seconds; only a replica reports it
        statistic: "Maximum",
        threshold: 30,
        description: `${cache} is far behind the primary node: a failover would lose what it lacks. Look at the primary's load.`,
      },
    ];
  });
}
