import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { GateAnswer, GateFacts, Obstacle } from "./gate-model.ts";
import type { GatePath, Seat } from "./gate-path.ts";
import { listed, roleTitle } from "./gate-words.ts";
import { assign } from "./matching.ts";
import type { Actor, Decision, ProcessVersion } from "./model.ts";
import { minutesAfter } from "./moments.ts";

interface Judged {
  readonly obstacles: readonly Obstacle[];
  readonly approvals: GateAnswer["approvals"];
}

/** An approval, with the reason why it does not count, if there is one. */
interface Heard {
  readonly actor: Actor;
  readonly role: string;
  readonly void?: string;
}

/**
 * Who fills which seat. An approval counts when it is for this bundle and under the rules that hold now, not expired, by
 * somebody who holds the role now and did not ask for the promotion. Each seat takes a person of its own, whatever roles
 * people hold besides; of all assignments one that fills most seats is taken.
 *
 * A rejection of this bundle by anybody who holds one of the seats' roles is a veto. It does not expire and outlives a change
 * of the rules, since neither makes a no into a yes.
 */
export function judgeApprovals(process: Process, facts: GateFacts, path: GatePath): Judged {
  const heard = hear(process, facts, path);
  const candidates = path.seats.map(({ roles }) => [
    ...new Set(heard.filter((one) => one.void === undefined && roles.includes(one.role)).map(({ actor }) => actor)),
  ]);
  const people = assign(candidates);
  const approvals = path.seats.map((seat, index) => {
    const actor = people[index];
    const role = heard.find(
      (one) => one.actor === actor && one.void === undefined && seat.roles.includes(one.role),
    )?.role;
    return {
      role: role ?? seat.roles[0],
      ...(seat.roles.length > 1 ? { anyOf: seat.roles } : {}),
      ...(actor === undefined ? {} : { actor }),
      deployables: seat.deployables,
    };
  });
  const empty = path.seats.filter((_seat, index) => people[index] === undefined);
  return {
    approvals,
    obstacles: [
      ...rejections(process, facts, path.seats),
      ...empty.map((seat) => missing(process, facts, path, seat, heard, approvals)),
      ...changedRules(facts, empty),
    ],
  };
}

/** All approvals of the promotion, sorted so that the order in which they were stored does not matter. */
function hear(process: Process, facts: GateFacts, path: GatePath): Heard[] {
  const { promotion } = facts;
  const given = facts.decisions.filter((one) => one.promotion === promotion.id && one.decision === "approve");
  const asked = path.alone ? requestAsApprovals(facts, path.seats) : [];
  const minutes = ownValue(process.environments, promotion.environment)?.approvalsExpire ?? 0;
  return [...given, ...asked]
    .map((one): Heard => {
      const reason = voidBecause(one, facts, path.alone, minutes);
      return { actor: one.actor, role: one.role, ...(reason === undefined ? {} : { void: reason }) };
    })
    .sort((a, b) => compare(a.actor, b.actor) || compare(a.role, b.role) || compare(a.void, b.void));
}

/** Who may act alone has approved by asking, in each role they hold that would do. */
function requestAsApprovals({ promotion, roles }: GateFacts, seats: readonly Seat[]): Decision[] {
  const { id, requestedBy, requestedAt, bundle, process } = promotion;
  const held = ownValue(roles, requestedBy) ?? [];
  return [...new Set(seats.flatMap((seat) => seat.roles))]
    .filter((role) => held.includes(role))
    .map((role) => ({
      promotion: id,
      actor: requestedBy,
      role,
      decision: "approve",
      bundle,
      process,
      decidedAt: requestedAt,
      source: "command",
    }));
}

function voidBecause(one: Decision, facts: GateFacts, alone: boolean, minutes: number): string | undefined {
  const { promotion, process, now } = facts;
  if (one.bundle !== promotion.bundle) return "it was given for another bundle";
  if (one.actor === promotion.requestedBy && !alone) return "nobody approves what they asked for";
  if (!(ownValue(facts.roles, one.actor) ?? []).includes(one.role)) return "they do not hold the role now";
  if (!sameRules(one.process, process)) return "it was given under other rules";
  if (Date.parse(now) - Date.parse(one.decidedAt) < minutes * 60_000) return undefined;
  return `it expired at ${minutesAfter(one.decidedAt, minutes)}`;
}

function rejections(process: Process, facts: GateFacts, seats: readonly Seat[]): Obstacle[] {
  const wanted = [...new Set(seats.flatMap(({ roles }) => roles))];
  const vetoes = new Map<Actor, string>();
  for (const { actor, bundle, decision, promotion } of facts.decisions) {
    if (decision !== "reject" || promotion !== facts.promotion.id || bundle !== facts.promotion.bundle) continue;
    const held = wanted.find((role) => (ownValue(facts.roles, actor) ?? []).includes(role));
    if (held !== undefined) vetoes.set(actor, held);
  }
  return [...vetoes]
    .sort(([a], [b]) => compare(a, b))
    .map(([actor, role]) => ({
      kind: "rejected",
      what: `${actor} (${roleTitle(process, role)}) rejected it.`,
      remedy: "Settle what was wrong, and ask for a new promotion.",
      role,
    }));
}

function missing(
  process: Process,
  facts: GateFacts,
  path: GatePath,
  seat: Seat,
  heard: readonly Heard[],
  approvals: GateAnswer["approvals"],
): Obstacle {
  const titles = listed(
    seat.roles.map((role) => roleTitle(process, role)),
    "or",
  );
  const teams = listed(
    seat.roles.map((role) => `"${ownValue(process.roles, role)?.team ?? role}"`),
    "or",
  );
  const notes = heard
    .filter(({ role }) => seat.roles.includes(role))
    .map(({ actor, void: reason }) => {
      if (reason !== undefined) return `${actor}'s is void: ${reason}.`;
      const elsewhere = approvals.find((one) => one.actor === actor)?.role ?? "";
      return `${actor}'s counts as ${roleTitle(process, elsewhere)} already: one person fills one role.`;
    });
  const { id, requestedBy } = facts.promotion;
  const who = path.alone ? "" : ` other than ${requestedBy}`;
  const alone = path.seats.length > 1 ? ", who fills no other role of it" : "";
  return {
    kind: "approval",
    what: [`Missing: the approval of ${titles}${purpose(seat)}.`, ...new Set(notes)].join(" "),
    remedy: `Somebody of the team ${teams}${who} approves promotion ${id}${alone}.`,
    role: seat.roles[0],
    ...(seat.roles.length > 1 ? { anyOf: seat.roles } : {}),
    deployables: seat.deployables,
  };
}

function purpose({ deployables }: Seat): string {
  return deployables.length === 0 ? "" : `, for ${listed(deployables)}`;
}

/** Said while seats are empty: whoever approved before the process changed has to look again. */
function changedRules({ process, promotion }: GateFacts, empty: readonly Seat[]): Obstacle[] {
  if (empty.length === 0 || sameRules(promotion.process, process)) return [];
  return [
    {
      kind: "process",
      what: `The process has changed since the promotion was made: now version ${process.version} (${process.digest}) holds, and approvals from before are void.`,
      remedy: "Approve under the rules that hold now, or withdraw the promotion.",
    },
  ];
}

function sameRules(one: ProcessVersion, another: ProcessVersion): boolean {
  return one.version === another.version && one.digest === another.digest;
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
