import { UserError } from "../../errors.ts";
import { environmentOf } from "../../process/requirements.ts";
import type { Decision, Promotion } from "../model.ts";
import { change } from "../store/change.ts";
import { type RecordedDecision, recordDecision } from "../store/decisions.ts";
import { getPromotion } from "../store/promotions.ts";
import type { NeededRoles } from "./ask.ts";
import { type Desk, rolesAt } from "./desk.ts";

/** A word to be recorded. */
export interface Word {
  readonly decision: Decision["decision"];
  /** @default the only role of those who are needed that the person holds */
  readonly role?: string | undefined;
  readonly comment?: string | undefined;
}

/**
 * Records what somebody at the terminal says of a promotion, in one of the roles that they hold.
 * @param needed where somebody holds several roles, the one that is missing is meant
 * @throws UserError when they hold no such role, or when it is not clear in which they speak
 */
export async function decideOn(desk: Desk, id: number, word: Word, needed: NeededRoles): Promise<RecordedDecision> {
  const { client, identity, process } = desk;
  const promotion = await getPromotion(client, id);
  const held = (await desk.rolesOf(rolesAt(process, promotion.environment), [identity.actor]))[identity.actor] ?? [];
  const role = roleOf(promotion, identity.actor, held, needed, word.role);
  return record(desk, promotion, { ...word, actor: identity.actor, role, source: "command" });
}

/**
 * Records the words that people gave on a run's waiting jobs in GitHub, which has checked that each belongs to the role's team; the
 * gate asks again. Imported again nothing is recorded twice.
 */
export async function importDecisions(
  desk: Desk,
  id: number,
  words: readonly (Pick<Decision, "actor" | "role" | "decision"> & { readonly comment?: string })[],
): Promise<RecordedDecision[]> {
  const promotion = await getPromotion(desk.client, id);
  const recorded: RecordedDecision[] = [];
  // Rejections last: one ends the promotion, and what was approved before it is part of the record.
  const sorted = words.toSorted((a, b) => Number(a.decision === "reject") - Number(b.decision === "reject"));
  for (const word of sorted) recorded.push(await record(desk, promotion, { ...word, source: "github" }));
  return recorded;
}

function record(
  desk: Desk,
  promotion: Promotion,
  word: Pick<Decision, "actor" | "role" | "decision" | "source"> & { readonly comment?: string | undefined },
): Promise<RecordedDecision> {
  const { comment, ...rest } = word;
  const { approvalsExpire } = environmentOf(desk.process, promotion.environment);
  const renewBefore = new Date(Date.parse(desk.now()) - approvalsExpire * 60_000).toISOString();
  return change(desk.client, desk.identity, (open) =>
    recordDecision(
      open,
      {
        promotion: promotion.id,
        bundle: promotion.bundle,
        process: desk.version,
        ...rest,
        ...(comment !== undefined && { comment }),
      },
      renewBefore,
    ),
  );
}

function roleOf(
  { id }: Promotion,
  actor: string,
  held: readonly string[],
  needed: NeededRoles,
  asked: string | undefined,
): string {
  const list = (roles: readonly string[]) => roles.join(", ") || "none";
  if (asked !== undefined) {
    if (held.includes(asked)) return asked;
    throw new UserError(
      `${actor} is not in the team of the role "${asked}".\n  Roles held: ${list(held)}. Needed by promotion ${id}: ${list(needed.all)}.`,
    );
  }
  const missing = held.filter((role) => needed.missing.includes(role));
  // Nothing is missing of them: they may say again what they said, or speak where another has.
  const meant = missing.length > 0 ? missing : held.filter((role) => needed.all.includes(role));
  const [only, another] = meant;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined)
    throw new UserError(
      `${actor} holds several of the roles that promotion ${id} needs, and counts for one.\n  Say in which: --role ${meant.join(" or --role ")}.`,
    );
  throw new UserError(
    `${actor} holds none of the roles whose word promotion ${id} needs.\n  Roles held: ${list(held)}. Needed: ${list(needed.all)}.`,
  );
}
