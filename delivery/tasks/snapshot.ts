import { setTimeout as sleep } from "node:timers/promises";
import type { RDSClient } from "@aws-sdk/client-rds";
import { UserError } from "../errors.ts";
import { freshMinutes, objectionTo } from "./backup.ts";

/** How often RDS is asked, in milliseconds. */
const interval = 2_000;

/** A snapshot's name: of which database, before what, and when. */
export function snapshotName(instance: string, what: string, now: Date): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .replace("T", "-");
  return `${instance}-before-${what}-${time}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/-{2,}/g, "-");
}

/**
 * Takes a snapshot of a database and waits until it is complete.
 * @param report told how far it is
 * @throws UserError when RDS does not take it, with its reason
 */
export async function takeSnapshot(
  rds: RDSClient,
  instance: string,
  name: string,
  report: (text: string) => void,
  pause = interval,
): Promise<void> {
  const { CreateDBSnapshotCommand, DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
  try {
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: instance, DBSnapshotIdentifier: name }));
    for (;;) {
      const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: name }));
      const { PercentProgress, Status } = DBSnapshots?.[0] ?? {};
      if (Status === "available") return;
      if (Status !== undefined && Status !== "creating") throw new Error(`its status is "${Status}"`);
      report(`${PercentProgress ?? 0} %`);
      await sleep(pause);
    }
  } catch (error) {
    throw new UserError(
      `RDS did not take the snapshot ${name} of ${instance}: ${(error as Error).message}.\n  Nothing was changed. Take one yourself and name it with --backup-taken.`,
      { cause: error },
    );
  }
}

/** What is wrong with the backups of a database: nothing when one of them is complete and fresh. */
export async function backupProblems(rds: RDSClient, instance: string, now = new Date()): Promise<string[]> {
  const { DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
  try {
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: instance }));
    if (DBSnapshots.some((snapshot) => objectionTo(snapshot, instance, now) === undefined)) return [];
    return [`${instance} has no complete snapshot of the last ${freshMinutes} minutes: ./slipway db migrate takes one`];
  } catch (error) {
    return [`it cannot be told: ${(error as Error).message}`];
  }
}
