import type { Settings } from "../infra/settings.ts";

export interface BackupRequest {
  readonly settings: NonNullable<Settings["backup"]>;
  /** The database's own backup window, for example `03:00-04:00` (UTC). */
  readonly databaseWindow: string;
}

export interface PlannedVault {
  /** `main`, or `copy-<region>`: another region is another vault, and the old one has to be given up by name. */
  readonly part: string;
  /** The vault's region, when it is not the stack's own. */
  readonly region?: string;
}

interface PlannedLock {
  /** For how many days the lock can still be taken away; after that nobody can, neither the account's root nor AWS. */
  readonly changeableForDays: number;
  /** The shortest and longest that a copy may be kept, in days. */
  readonly minRetentionDays: number;
  readonly maxRetentionDays: number;
}

export interface PlannedBackup {
  readonly main: PlannedVault;
  readonly copy: PlannedVault;
  /** When a backup begins, as AWS writes it, in UTC. */
  readonly schedule: string;
  /** For how many days both copies are kept. */
  readonly retentionDays: number;
  readonly lock: PlannedLock | undefined;
}

/**
 * What is copied when, where to and for how long. The lock's bounds are those of the setting and not its value: they can never
 * be changed again, and the value may.
 */
export function planBackup({ databaseWindow, settings }: BackupRequest): PlannedBackup {
  return {
    main: { part: "main" },
    copy: { part: `copy-${settings.copyToRegion}`, region: settings.copyToRegion },
    schedule: anHourAfter(databaseWindow),
    retentionDays: settings.retentionDays,
    lock: settings.lockVault ? { changeableForDays: 3, minRetentionDays: 7, maxRetentionDays: 3650 } : undefined,
  };
}

/** AWS Backup does not start while RDS backs up by itself, nor in the hour before. */
function anHourAfter(window: string): string {
  const [hour = 0, minute = 0] = (window.split("-")[1] ?? "").split(":").map(Number);
  return `cron(${minute} ${(hour + 1) % 24} * * ? *)`;
}
