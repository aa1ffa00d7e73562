import type { RDSClient } from "@aws-sdk/client-rds";
import { rulesOf } from "../../../../infra/environment.ts";
import { UserError } from "../../../errors.ts";
import { requireFreshBackup } from "../../../tasks/backup.ts";
import { backupProblems, snapshotName, takeSnapshot } from "../../../tasks/snapshot.ts";
import { runSteps } from "../../progress.ts";
import { isInside } from "../../stack-database.ts";
import { connectionOptions } from "../../task-run.ts";
import type { DbPlace } from "./session.ts";

/**
 * The backup that a change may rest on: the one that was named, held to be complete and fresh, else one that is taken now. Inside a
 * task the one that was named is believed: who started the task has looked at it, and the task may not.
 * @returns undefined where the environment requires none
 * @throws UserError when there is none and none can be taken
 */
export async function backupOf(place: DbPlace, what: string, named: string | undefined): Promise<string | undefined> {
  const { environment, stack } = place;
  if (!rulesOf(environment).requireBackup) return undefined;
  if (named !== undefined && isInside(stack)) return named;
  const instance = instanceOf(place);
  if (instance === undefined)
    throw new UserError(
      `${environment} requires a backup before its schema changes, and a database of this machine has none.\n  Nothing was changed. Run it in AWS, or give ${stack} an environment that requires none.`,
    );
  const rds = await client(place);
  if (named !== undefined) {
    await requireFreshBackup(rds, { environment, command: `db ${what}`, instance, snapshot: named });
    return named;
  }
  const name = snapshotName(instance, what, new Date());
  const run = async (report: (text: string) => void) => {
    await takeSnapshot(rds, instance, name, report);
    return name;
  };
  await runSteps([{ title: "Backup", run }]);
  return name;
}

/** What is wrong with the backups of a database whose environment requires one. */
export async function backupProblemsOf(place: DbPlace): Promise<readonly string[]> {
  const instance = instanceOf(place);
  if (instance === undefined) return ["a database of this machine has no backups"];
  return backupProblems(await client(place), instance);
}

/** The first part of an RDS endpoint is the instance's name. */
function instanceOf({ database, instance }: DbPlace): string | undefined {
  if (instance !== undefined || database.kind !== "secret") return instance;
  return database.host.split(".")[0];
}

async function client({ sandbox, settings, stack }: DbPlace): Promise<RDSClient> {
  const { RDSClient: Client } = await import("@aws-sdk/client-rds");
  if (isInside(stack)) return new Client({});
  return new Client(connectionOptions(process.env, settings?.aws?.region ?? "", sandbox));
}
