import type { Process } from "../process/schema.ts";

/** A role that is to be told of an emergency. */
export interface PlannedContact {
  readonly role: string;
  /** Minutes after the declaration. */
  readonly withinMinutes: number;
  /** Told also when somebody has acknowledged. */
  readonly always: boolean;
}

/**
 * Who is told of an emergency, and when, the first first: the chain of contacts, each when their time has come and nobody has it in hand by
 * then; and leadership in any case, at half of its time, since sending and reading take some. A role of both is told at the
 * earlier time, in any case. Contacts that the process names for customers only are told when customers are hit.
 */
export function contactsOf({ emergency }: Pick<Process, "emergency">, customersHit: boolean): PlannedContact[] {
  const { contacts, leadership } = emergency;
  const planned = new Map<string, PlannedContact>();
  const chain = contacts.filter((contact) => customersHit || !contact.customersHit);
  for (const contact of [
    ...chain.map(({ role, within }) => ({ role, withinMinutes: within, always: false })),
    ...leadership.roles.map((role) => ({ role, withinMinutes: Math.floor(leadership.within / 2), always: true })),
  ]) {
    const before = planned.get(contact.role);
    planned.set(contact.role, {
      role: contact.role,
      withinMinutes: Math.min(contact.withinMinutes, before?.withinMinutes ?? contact.withinMinutes),
      always: contact.always || (before?.always ?? false),
    });
  }
  return [...planned.values()].sort((a, b) => a.withinMinutes - b.withinMinutes || (a.role < b.role ? -1 : 1));
}
