import { setTimeout as sleep } from "node:timers/promises";
import type { DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { UserError } from "../errors.ts";
import { withConnection } from "./connection.ts";
import type { SecretReference } from "./reference.ts";
import { type Comparison, compare } from "./rehearsal-compare.ts";
import { availableCopy, deleteCopy, describeInstance, type Pace, restoreCopy } from "./rehearsal-copy.ts";
import { copyName, objectionsTo } from "./rehearsal-plan.ts";
import { type Portrait, takePortrait } from "./rehearsal-portrait.ts";

/** A restore to be rehearsed. */
export interface RehearsalOrder {
  /** The live instance in RDS. */
  readonly identifier: string;
  /** The live database, which is read and nothing else. */
  readonly database: SecretReference;
  /** The moment to restore; the latest when undefined. */
  readonly at: Date | undefined;
  /** Leave the copy. */
  readonly keep: boolean;
  /** How long a restore may take and how old the restored moment may be, in seconds. */
  readonly targets: { readonly recoveryTime: number; readonly recoveryPoint: number };
}

/** What was found. */
export interface Rehearsal extends Comparison {
  readonly copy: string;
  readonly copyHost: string;
  /** The moment that was restored, as far as RDS says. */
  readonly restored: Date;
  /** From the request to the first login, in seconds. */
  readonly recoveryTime: number;
  /** How old the latest moment was that RDS could restore, at its worst while this ran, in seconds: what a disaster would have cost. */
  readonly recoveryPoint: number;
  readonly proved: boolean;
  readonly kept: boolean;
}

/** Whoever hears of a rehearsal. */
export interface RehearsalListener {
  readonly step: (text: string) => void;
  /** The copy is about to be there: it costs money until it is deleted. */
  readonly begun: (copy: string, live: DBInstance) => void;
}

/** Where a rehearsal works. */
export interface RehearsalTools extends Pace {
  readonly rds: RDSClient;
  readonly signal: AbortSignal;
  /** How long to wait for sessions to tell PostgreSQL what they have written, in milliseconds. */
  readonly settle: number;
}

/**
 * Restores a database beside the live one, compares the two, and deletes the copy, whatever happens.
 * @throws UserError when it could not be tried; the signal's reason when it was stopped
 */
export async function rehearse(
  order: RehearsalOrder,
  { rds, signal, ...pace }: RehearsalTools,
  listener: RehearsalListener,
): Promise<Rehearsal> {
  const { at, database, identifier, keep } = order;
  // First of all: where the database cannot be reached, a copy could not be looked at either.
  listener.step("counting the live database's rows");
  const before = await portrait(database, at);
  const { live, lag } = await restorable(order, before, { rds, signal, ...pace }, listener);
  const copy = copyName(identifier, new Date());
  listener.begun(copy, live);
  const asked = Date.now();
  let proved = false;
  try {
    await restoreCopy(rds, live, copy, at);
    const instance = await availableCopy(rds, copy, pace, signal, (status) =>
      listener.step(`the copy is ${status} (${elapsed(asked)})`),
    );
    const reference = referenceTo(instance, database);
    await withConnection(reference, { applicationName: name, patience: 60_000 }, (client) => client.query("SELECT 1"));
    const recoveryTime = (Date.now() - asked) / 1000;
    listener.step(`logged in to the copy (${elapsed(asked)}); comparing`);
    const copied = await portrait(reference, at);
    const comparison = await judge(order, { before, copy: copied }, { signal, ...pace });
    const latest = live.LatestRestorableTime ?? new Date(asked);
    const recoveryPoint = Math.max(0, lag / 1000);
    const problems = [
      ...objectionsTo(instance, live).map((text) => `the copy is not as it was asked for: ${text}`),
      ...comparison.problems,
      ...beyond("the restore took", recoveryTime, order.targets.recoveryTime),
      ...beyond("the latest restorable moment was", recoveryPoint, order.targets.recoveryPoint, " old"),
    ];
    proved = problems.length === 0;
    return {
      ...comparison,
      problems,
      copy,
      copyHost: reference.host,
      restored: at ?? latest,
      recoveryTime,
      recoveryPoint,
      proved,
      kept: keep,
    };
  } finally {
    // One that was stopped or failed is of no use to anybody who asked to keep it.
    if (!keep || signal.aborted) {
      listener.step(`deleting the copy ${copy}`);
      await deleteCopy(rds, copy, identifier, pace, (status) => listener.step(`the copy is ${status}`));
      listener.step("the copy is gone");
    }
  }
}

const name = "slipway restore rehearsal";

const portrait = (reference: SecretReference, at: Date | undefined): Promise<Portrait> =>
  withConnection(reference, { applicationName: name }, (client) => takePortrait(client, at));

/** Waits until the latest moment that RDS can restore is after the look at the live database: at most five minutes in AWS. */
async function restorable(
  { at, identifier }: RehearsalOrder,
  before: Portrait,
  { rds, signal, interval }: Omit<RehearsalTools, "settle">,
  listener: RehearsalListener,
): Promise<{ readonly live: DBInstance; readonly lag: number }> {
  let lag = 0;
  for (let told = false; ; await sleep(interval, undefined, { signal })) {
    signal.throwIfAborted();
    const live = await describeInstance(rds, identifier);
    const latest = live.LatestRestorableTime;
    if (latest === undefined)
      throw new UserError(
        `RDS keeps nothing of ${identifier} that could be restored.\n  Set slipway:database.backupDays to at least 1 and run ./slipway up; the first backup takes some minutes.`,
      );
    lag = Math.max(lag, Date.now() - latest.getTime());
    if (at !== undefined && at > latest)
      throw new UserError(`--at is after the latest moment that RDS can restore, ${latest.toISOString()}.`);
    if (at !== undefined || latest >= before.takenAt) return { live, lag };
    if (!told) listener.step("waiting until RDS can restore this moment: it saves changes every five minutes");
    told = true;
  }
}

function referenceTo({ Endpoint, MasterUserSecret }: DBInstance, live: SecretReference): SecretReference {
  const { application: _, incarnation: __, ...same } = live;
  return {
    ...same,
    arn: MasterUserSecret?.SecretArn ?? "",
    host: Endpoint?.Address ?? "",
    port: Endpoint?.Port ?? live.port,
  };
}

/** Compares; what differs is looked at once more, since sessions tell what they have written only a while later. */
async function judge(
  { at, database }: RehearsalOrder,
  seen: { readonly before: Portrait; readonly copy: Portrait },
  { settle, signal }: Pick<RehearsalTools, "settle" | "signal">,
): Promise<Comparison> {
  const first = compare({ ...seen, at, after: await portrait(database, at) });
  if (first.problems.length === 0 || at !== undefined) return first;
  await sleep(settle, undefined, { signal });
  return compare({ ...seen, at, after: await portrait(database, at) });
}

function beyond(what: string, seconds: number, target: number, after = ""): string[] {
  return seconds > target ? [`${what} ${Math.round(seconds)} s${after}, and ${target} s are allowed`] : [];
}

const elapsed = (since: number): string => `${Math.round((Date.now() - since) / 1000)} s`;
