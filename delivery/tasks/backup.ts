import type { DBSnapshot, RDSClient } from "@aws-sdk/client-rds";
import { UserError } from "../errors.ts";

/** How old the backup may be that a change of the schema rests on, in minutes. */
export const freshMinutes = 60;

/**
 * Whether a snapshot is what a change may rest on: complete, of this database, and fresh.
 * @returns what is wrong with it, a clause; undefined when it will do
 */
export function objectionTo(snapshot: DBSnapshot, instance: string, now: Date): string | undefined {
  if (snapshot.DBInstanceIdentifier !== instance)
    return `is of the database ${snapshot.DBInstanceIdentifier ?? "of nobody"}, not of ${instance}`;
  if (snapshot.Status !== "available") return `is not complete (${snapshot.Status ?? "no status"})`;
  const taken = snapshot.SnapshotCreateTime;
  if (taken === undefined) return "has no time at which it was taken";
  const age = Math.floor((now.getTime() - taken.getTime()) / 60_000);
  return age > freshMinutes ? `was taken ${age} minutes ago, and ${freshMinutes} are allowed` : undefined;
}

/**
 * Holds a change to the rule that a fresh backup exists (`requireBackup`).
 * @param snapshot what --backup-taken names
 * @throws UserError when none is named, or the one that is named will not do, with how to take one
 */
export async function requireFreshBackup(
  rds: RDSClient,
  request: {
    readonly environment: string;
    readonly command: string;
    readonly instance: string;
    readonly snapshot: string | undefined;
    readonly now?: Date;
  },
): Promise<void> {
  const { command, environment, instance, snapshot } = request;
  const remedy =
    `  Take one and wait for it:\n    aws rds create-db-snapshot --db-instance-identifier ${instance} --db-snapshot-identifier ${instance}-before-migration\n` +
    `    aws rds wait db-snapshot-available --db-snapshot-identifier ${instance}-before-migration\n  Then add --backup-taken ${instance}-before-migration.`;
  if (snapshot === undefined)
    throw new UserError(
      `"${command}" in ${environment} needs a backup that is at most ${freshMinutes} minutes old.\n${remedy}`,
    );
  const found = await findSnapshot(rds, snapshot);
  const objection = found === undefined ? "is not there" : objectionTo(found, instance, request.now ?? new Date());
  if (objection !== undefined) throw new UserError(`The snapshot ${snapshot} ${objection}.\n${remedy}`);
}

async function findSnapshot(rds: RDSClient, snapshot: string): Promise<DBSnapshot | undefined> {
  const { DBSnapshotNotFoundFault, DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
  try {
    return (await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: snapshot }))).DBSnapshots?.[0];
  } catch (error) {
    if (error instanceof DBSnapshotNotFoundFault) return undefined;
    throw error;
  }
}
