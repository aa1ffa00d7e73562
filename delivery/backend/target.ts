import { UserError } from "../errors.ts";

/** What a stack's file says of where its state belongs. */
export interface StackPlace {
  readonly stack: string;
  readonly application: string;
  /** Absent for a stack on this machine. */
  readonly region?: string | undefined;
  /** The declared account, 12 digits. */
  readonly accountId?: string | undefined;
}

/** The backend that stacks share, as far as their files tell. */
export interface BackendTarget {
  readonly application: string;
  readonly region: string;
  readonly stacks: readonly StackPlace[];
}

/**
 * Finds the one backend that stacks share: a backend holds the stacks of one application, region and account.
 *
 * @param places the stacks that were named, or all of this checkout.
 * @param named whether somebody named them; otherwise stacks on this machine are passed over.
 * @throws UserError when they belong to several backends, or to none
 */
export function chooseTarget(places: readonly StackPlace[], named: boolean): BackendTarget {
  const local = places.find(({ region }) => region === undefined);
  if (named && local)
    throw new UserError(
      `The stack ${local.stack} runs on this machine, and its state lives in the sandbox.\n  Name a stack in AWS, such as staging.`,
    );
  const inAws = places.flatMap(({ region, ...rest }) => (region === undefined ? [] : [{ ...rest, region }]));
  const [first] = inAws;
  if (!first)
    throw new UserError(
      "No stack here is in AWS, so that there is no region to put a state into.\n  Set slipway:aws.region in a Pulumi.<stack>.yaml.",
    );
  for (const [what, read] of [
    ["slipway:application", ({ application }: StackPlace) => application],
    ["slipway:aws.region", ({ region }: StackPlace) => region],
    ["slipway:aws.accountId", ({ accountId }: StackPlace) => accountId],
  ] as const) {
    const other = inAws.find((place) => read(place) !== read(first) && read(place) && read(first));
    if (!other) continue;
    throw new UserError(
      `The stacks ${first.stack} and ${other.stack} do not share a backend: ${what} is ${read(first)} and ${read(other)}.\n` +
        `  Run it once for each: ./slipway backend create ${first.stack}`,
    );
  }
  return { application: first.application, region: first.region, stacks: inAws };
}

/**
 * Holds the stacks to their declared account.
 * @throws UserError when one declares another
 */
export function requireDeclaredAccount(target: BackendTarget, accountId: string): void {
  const other = target.stacks.find((place) => place.accountId !== undefined && place.accountId !== accountId);
  if (!other) return;
  throw new UserError(
    `Pulumi.${other.stack}.yaml: slipway:aws.accountId is "${other.accountId}", but the credentials belong to the account ${accountId}.\n` +
      `  Sign in to ${other.accountId}. Nothing was changed.`,
  );
}
