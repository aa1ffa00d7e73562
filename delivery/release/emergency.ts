import type { Process } from "../process/schema.ts";
import type { Actor } from "./model.ts";
import { hasCome, minutesAfter } from "./moments.ts";

/** An emergency, as far as telling people is concerned. */
export interface Alarm {
  readonly declaredAt: string;
  /** The first who said "I have it". Nobody further is told after that. */
  readonly acknowledged?: { readonly at: string; readonly by: Actor };
  readonly customersHit: boolean;
}

/** A role that is to be told, and since when. */
interface Notice {
  readonly role: string;
  readonly at: string;
}

export interface Escalation {
  /** Everybody who is to have been told by now, the first first; whoever sends leaves out what was sent. */
  readonly due: readonly Notice[];
  /** When somebody further is to be told; absent when it has been acknowledged, or nobody is left. */
  readonly next?: string;
  /** Leadership hears of it whether it is acknowledged or not; `late` once the deadline is over. */
  readonly leadership: { readonly roles: readonly string[]; readonly by: string; readonly late: boolean };
}

/**
 * Who is to be told of an emergency by now: contact after contact, each when its time has come, until somebody acknowledges.
 * Contacts that the process names for customers only are told when customers are hit.
 */
export function escalation(process: Process, alarm: Alarm, now: string): Escalation {
  const { contacts, leadership } = process.emergency;
  const notices = contacts
    .filter((contact) => alarm.customersHit || !contact.customersHit)
    .map(({ role, within }) => ({ role, at: minutesAfter(alarm.declaredAt, within) }))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const { acknowledged } = alarm;
  const wanted = acknowledged === undefined ? notices : notices.filter(({ at }) => !hasCome(acknowledged.at, at));
  const next = wanted.find(({ at }) => !hasCome(at, now))?.at;
  const by = minutesAfter(alarm.declaredAt, leadership.within);
  return {
    due: wanted.filter(({ at }) => hasCome(at, now)),
    ...(next === undefined ? {} : { next }),
    leadership: { roles: leadership.roles, by, late: Date.parse(by) < Date.parse(now) },
  };
}
