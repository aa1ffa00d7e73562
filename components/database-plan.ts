import { memoryOf } from "../infra/instance-classes.ts";
import type { Settings } from "../infra/settings.ts";
import type { PlannedAlarm } from "./alarms.ts";

/** The port that RDS gives PostgreSQL unless it is asked for another, which we do not: it is read back and never compared. */
export const postgresPort = 5432;

export interface DatabaseRequest {
  readonly application: string;
  /** The name of the instance in RDS. */
  readonly identifier: string;
  readonly settings: Settings["database"];
  /** Whether the data outlive a mistake. */
  readonly protect: boolean;
  /** The group of settings that describes it. @default database */
  readonly settingsGroup?: string | undefined;
}

export interface PlannedParameter {
  readonly name: string;
  readonly value: string;
  /** `pending-reboot` for those that PostgreSQL reads only when it starts. */
  readonly applyMethod: "immediate" | "pending-reboot";
}

export interface PlannedLog {
  /** RDS's word for the log, for example `postgresql`. */
  readonly export: string;
  /** Where RDS writes it: the name is RDS's own. */
  readonly group: string;
}

/**
 * The roles of an application's database, the same as on a developer's machine: the master user owns the schema, and the
 * application's login may what its group may.
 */
export function databaseRoles(application: string): { readonly owner: string; readonly application: string } {
  const base = application.replaceAll("-", "_");
  return { owner: `${base}_owner`, application: `${base}_app` };
}

/** The family of parameters belongs to the major version: an upgrade comes with another group, made before the old one goes. */
export function parameterFamily({ engineVersion }: Pick<Settings["database"], "engineVersion">): string {
  return `postgres${engineVersion}`;
}

/**
 * What our servers are told beside RDS's defaults. Statements are logged without the values that they carry; changes of schema and
 * of roles are logged by pgaudit, which, unlike log_statement, leaves passwords out.
 */
export const databaseParameters: readonly PlannedParameter[] = [
  { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
  { name: "shared_preload_libraries", value: "pg_stat_statements,pgaudit", applyMethod: "pending-reboot" },
  { name: "pgaudit.log", value: "ddl,role", applyMethod: "immediate" },
  { name: "log_connections", value: "1", applyMethod: "immediate" },
  { name: "log_disconnections", value: "1", applyMethod: "immediate" },
  { name: "log_lock_waits", value: "1", applyMethod: "immediate" },
  { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" }, // milliseconds
  { name: "log_parameter_max_length", value: "0", applyMethod: "immediate" },
];

export function databaseLogs(identifier: string): PlannedLog[] {
  return ["postgresql", "upgrade"].map((log) => ({ export: log, group: `/aws/rds/instance/${identifier}/${log}` }));
}

/**
 * The arguments of the instance that follow from the settings. None of them makes AWS replace the instance when it changes:
 * name, master user and key, the only ones that do, follow from the application and the stack. The database in it is
 * made by the migrations' step, since RDS would replace the instance for another `dbName`.
 */
export function planInstance({ application, identifier, settings, protect }: DatabaseRequest) {
  return {
    identifier,
    engine: "postgres",
    // The major version only: the provider takes any minor one for equal, so what AWS upgrades by itself is no difference.
    engineVersion: settings.engineVersion,
    autoMinorVersionUpgrade: true,
    allowMajorVersionUpgrade: true, // asked for by the setting; RDS refuses to go back
    // Rather an upgrade by AWS when the version's life ends than a silent price for its extension.
    engineLifecycleSupport: "open-source-rds-extended-support-disabled",

    instanceClass: settings.instanceClass,
    storageType: "gp3",
    allocatedStorage: settings.storageGiB,
    maxAllocatedStorage: settings.maxStorageGiB > settings.storageGiB ? settings.maxStorageGiB : 0, // 0: it does not grow
    storageEncrypted: true,
    multiAz: settings.multiAz,

    username: databaseRoles(application).owner,
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    publiclyAccessible: false,
    caCertIdentifier: "rds-ca-rsa2048-g1",

    enabledCloudwatchLogsExports: databaseLogs(identifier).map((log) => log.export),
    databaseInsightsMode: "standard",
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: 7, // days; what is free of charge
    monitoringInterval: 60, // seconds

    backupRetentionPeriod: settings.backupDays,
    backupWindow: settings.backupWindow,
    maintenanceWindow: settings.maintenanceWindow,
    copyTagsToSnapshot: true,
    deletionProtection: protect && settings.deletionProtection,
    skipFinalSnapshot: !settings.finalSnapshot,
    deleteAutomatedBackups: !settings.finalSnapshot,
    // Where people rely on it, a change that restarts the server waits for the maintenance window. RDS has no blue/green
    // deployment of a server whose master password it manages, so there is no way around the restart.
    applyImmediately: !protect,
  };
}

const gib = 2 ** 30;
const fiveMinutes = { namespace: "AWS/RDS", periodSeconds: 300, treatMissingData: "missing" } as const;
const quarterOfAnHour = { ...fiveMinutes, evaluationPeriods: 3 };

/**
 * Alarms of one server. Thresholds follow its size, so that they mean the same on every one.
 * @throws RangeError for an instance class of unknown size, which the check of settings refuses.
 */
export function planDatabaseAlarms({
  identifier,
  settings,
  settingsGroup = "database",
}: Pick<DatabaseRequest, "identifier" | "settings" | "settingsGroup">): PlannedAlarm[] {
  const memory = memoryOf(settings.instanceClass);
  if (memory === undefined) throw new RangeError(`the memory of ${settings.instanceClass} is not known`);
  const dimensions = { DBInstanceIdentifier: identifier };
  const server = `The database ${identifier}`;
  const grows = settings.maxStorageGiB > settings.storageGiB;
  return [
    {
      ...fiveMinutes,
      dimensions,
      part: "storage",
      metric: "FreeStorageSpace",
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      // RDS lets storage grow when 10 % are free: less than 5 % means that it cannot.
      threshold: Math.max(1, settings.storageGiB * (grows ? 0.05 : 0.1)) * gib,
      evaluationPeriods: 2,
      description: `${server} runs out of storage and stops when none is left. Raise its storage in slipway:${settingsGroup}.`,
    },
    {
      ...quarterOfAnHour,
      dimensions,
      part: "cpu",
      metric: "CPUUtilization",
      statistic: "Average",
      comparison: "GreaterThanThreshold",
      threshold: 80,
      description: `${server} is busy. Database Insights shows the statements; slipway:${settingsGroup}.instanceClass makes it larger.`,
    },
    {
      ...quarterOfAnHour,
      dimensions,
      part: "connections",
      metric: "DatabaseConnections",
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: connectionsThreshold(memory),
      description: `${server} has most of its connections in use; more are refused when all are. Look for a leak, or use smaller pools.`,
    },
    {
      ...quarterOfAnHour,
      dimensions,
      part: "memory",
      metric: "FreeableMemory",
      statistic: "Average",
      comparison: "LessThanThreshold",
      threshold: memory * 0.05 * gib,
      description: `${server} has little memory left and will swap. slipway:${settingsGroup}.instanceClass makes it larger.`,
    },
    {
      ...quarterOfAnHour,
      dimensions,
      part: "disk-queue",
      metric: "DiskQueueDepth",
      statistic: "Average",
      comparison: "GreaterThanThreshold",
      threshold: 20,
      description: `${server} waits for its storage, which serves 3,000 requests a second below 400 GiB. Look for scans of whole tables.`,
    },
    {
      ...quarterOfAnHour,
      dimensions,
      part: "replica-lag",
      // RDS makes no read replicas of a server whose master password it manages, and a standby in another zone does not lag:
      // what can is whatever reads a replication slot, and the server keeps all that it has not read.
      metric: "OldestReplicationSlotLag",
      treatMissingData: "notBreaching",
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: settings.storageGiB * 0.1 * gib,
      description: `${server} is far ahead of what replicates it, and its storage fills up with what that has not read. Start the reader again, or drop its replication slot.`,
    },
    {
      ...fiveMinutes,
      dimensions,
      part: "transaction-ids",
      metric: "MaximumUsedTransactionIDs",
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      // PostgreSQL stops writing at 2.1 thousand million; autovacuum starts to work on it at 200 million.
      threshold: 1_000_000_000,
      evaluationPeriods: 1,
      description: `${server} does not get its transaction ids cleaned up and will refuse to write. Look for a transaction that never ends.`,
    },
  ];
}

/**
 * 70 % of RDS's default for max_connections, LEAST(DBInstanceClassMemory / 9531392, 5000), on the nominal memory. What RDS
 * counts is less, since system and agent take theirs: it is 75 % of all connections on large servers, 95 % on the smallest.
 */
function connectionsThreshold(memoryGiB: number): number {
  return Math.floor(0.7 * Math.min((memoryGiB * gib) / 9_531_392, 5000));
}
