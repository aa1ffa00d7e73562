import { UserError } from "../errors.ts";
import { changedFileProblem } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import { type DatabaseReference, sameDatabase } from "./reference.ts";

/** The part of a dynamic resource's inputs that says which migrations a database is to have. */
interface Planned {
  readonly database: DatabaseReference;
  /** Checksum by name. */
  readonly migrations: Readonly<Record<string, string>>;
}

/**
 * Refuses at preview time what `up` would refuse later: an applied file that was changed. What was applied to a database that
 * was lost since counts no more; `up` asks the database itself.
 * @param olds the inputs in the state
 * @param folder where the files are, below the checkout's root
 * @throws UserError with every changed file
 */
export function refuseChangedFiles(olds: Partial<Planned>, news: Planned, folder: string): void {
  if (!isWhatItWas(olds.database, news.database)) return;
  const problems = Object.entries(news.migrations).flatMap(([name, checksum]) => {
    const recorded = olds.migrations?.[name];
    return recorded === undefined || recorded === checksum
      ? []
      : [changedFileProblem(`${folder}/${name}.up.sql`, recorded, checksum)];
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** Whether it is known to be the very database of the last run, not one that was made anew or is not known before `up`. */
function isWhatItWas(before: DatabaseReference | undefined, now: DatabaseReference): boolean {
  if (typeof before !== "object" || typeof now !== "object") return false;
  return sameDatabase(before, now) && before.incarnation === now.incarnation;
}

/**
 * Makes sure that what is about to run is what the preview showed.
 * @throws UserError when the files are others than planned
 */
export function assertAsPlanned(planned: Planned["migrations"], files: readonly Migration[], folder: string): void {
  const differs =
    files.length !== Object.keys(planned).length || files.some(({ name, checksum }) => planned[name] !== checksum);
  if (differs)
    throw new UserError(`The files in ${folder}/ changed while the update ran; nothing was migrated.\n  Run it again.`);
}
