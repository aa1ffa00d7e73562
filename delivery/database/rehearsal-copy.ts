import { setTimeout as sleep } from "node:timers/promises";
import {
  type DBInstance,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  paginateDescribeDBInstances,
  type RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { UserError } from "../errors.ts";
import { copyPrefix, isCopy, planRestore } from "./rehearsal-plan.ts";

/* The copy of a rehearsal in RDS: made, waited for, deleted. */

/** How often RDS is asked, in milliseconds. */
export interface Pace {
  readonly interval: number;
}

/**
 * The instance as RDS describes it.
 * @throws UserError when there is none, or RDS does not answer
 */
export async function describeInstance(rds: RDSClient, identifier: string): Promise<DBInstance> {
  const found = await findInstance(rds, identifier);
  if (found) return found;
  throw new UserError(`RDS has no database instance ${identifier}.\n  Run ./slipway up for the stack that owns it.`);
}

async function findInstance(rds: RDSClient, identifier: string): Promise<DBInstance | undefined> {
  try {
    return (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }))).DBInstances?.[0];
  } catch (error) {
    if (error instanceof DBInstanceNotFoundFault) return undefined;
    throw error;
  }
}

/** Copies that other rehearsals have left, because they were to or because they were killed. */
export async function leftCopies(rds: RDSClient, identifier: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client: rds }, {}))
    names.push(
      ...DBInstances.filter((each) => isCopy(each, identifier)).map((each) => each.DBInstanceIdentifier ?? ""),
    );
  return names;
}

/**
 * Has RDS make the copy.
 * @param at the moment; the latest that there is when undefined
 * @throws UserError when RDS refuses, with its reason
 */
export async function restoreCopy(rds: RDSClient, live: DBInstance, name: string, at: Date | undefined): Promise<void> {
  try {
    await rds.send(new RestoreDBInstanceToPointInTimeCommand(planRestore(live, name, at)));
  } catch (error) {
    const { message, name: code } = error as Error;
    throw new UserError(
      `RDS does not restore ${live.DBInstanceIdentifier}: ${message || code}.\n  ` +
        (/AccessDenied/.test(code)
          ? "Whoever runs this needs rds:RestoreDBInstanceToPointInTime, rds:AddTagsToResource, rds:DescribeDBInstances and rds:DeleteDBInstance, and the use of the keys."
          : "The moments that it has: aws rds describe-db-instance-automated-backups."),
      { cause: error },
    );
  }
}

/** States that lead nowhere (RDS User Guide, "Viewing Amazon RDS DB instance status"). */
const dead = /^(failed|incompatible-|inaccessible-|restore-error|storage-full|stopped)/;

/**
 * Waits until the copy is available and has its master password.
 * @param status told each new state of RDS
 * @throws UserError when it gets into a state that leads nowhere; the signal's reason when it is aborted
 */
export async function availableCopy(
  rds: RDSClient,
  name: string,
  { interval }: Pace,
  signal: AbortSignal,
  status: (text: string) => void,
): Promise<DBInstance> {
  for (let told = ""; ; await sleep(interval, undefined, { signal })) {
    signal.throwIfAborted();
    const copy = await findInstance(rds, name);
    const { DBInstanceStatus: now = "not there yet", MasterUserSecret: secret } = copy ?? {};
    if (now !== told) status(now);
    told = now;
    if (copy && now === "available" && secret?.SecretStatus === "active" && copy.Endpoint?.Address) return copy;
    if (dead.test(now)) throw new UserError(`The copy ${name} is "${now}": RDS could not restore it.`);
  }
}

/**
 * Deletes a copy, and waits until it is gone.
 * @param live whose copy it is; anything else is left alone
 * @throws Error for what is no copy of it
 */
export async function deleteCopy(
  rds: RDSClient,
  name: string,
  live: string,
  { interval }: Pace,
  status: (text: string) => void,
): Promise<void> {
  if (!name.startsWith(copyPrefix(live))) throw new Error(`${name} is no copy of ${live}`);
  for (let told = ""; ; await sleep(interval)) {
    const copy = await findInstance(rds, name);
    if (copy === undefined) return;
    if (!isCopy(copy, live)) throw new Error(`${name} does not bear the tag of a copy of ${live}`);
    if (copy.DBInstanceStatus !== "deleting") await beginDeletion(rds, name);
    const now = copy.DBInstanceStatus ?? "";
    if (now !== told) status(now);
    told = now;
  }
}

/** RDS refuses while the instance is still being made; it is asked again. */
async function beginDeletion(rds: RDSClient, name: string): Promise<void> {
  try {
    await rds.send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: name,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      }),
    );
  } catch (error) {
    const { name: code } = error as Error;
    if (!["InvalidDBInstanceStateFault", "InvalidDBInstanceState", "DBInstanceNotFoundFault"].includes(code))
      throw error;
  }
}

/** How a person deletes a copy. */
export const deletion = (name: string, region: string): string =>
  `aws rds delete-db-instance --db-instance-identifier ${name} --skip-final-snapshot --region ${region}`;
