import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { Debt } from "./model.ts";
import { minutesAfter } from "./moments.ts";

/** A review that will be owed, before the release database has numbered it. */
export type NewDebt = Pick<Debt, "promotion" | "review" | "dueAt">;

/**
 * The reviews that are owed after an emergency's deployment, the first due first. A severity that the process does not know any
 * more owes all reviews: a changed file frees nobody.
 */
export function debtsAfter(process: Process, severity: string, promotion: number, deployedAt: string): NewDebt[] {
  const { reviews, severities } = process.emergency;
  const wanted = ownValue(severities, severity)?.reviews ?? Object.keys(reviews);
  return [...new Set(wanted)]
    .map((review) => ({ review, minutes: ownValue(reviews, review)?.within ?? 0 }))
    .sort((a, b) => a.minutes - b.minutes || (a.review < b.review ? -1 : 1))
    .map(({ review, minutes }) => ({ promotion, review, dueAt: minutesAfter(deployedAt, minutes) }));
}

/** The debts whose time is over unpaid, the oldest first. At the very moment a debt is still in time. */
export function overdue(debts: readonly Debt[], now: string): Debt[] {
  return debts
    .filter((debt) => debt.paidAt === undefined && Date.parse(debt.dueAt) < Date.parse(now))
    .sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt) || a.id - b.id);
}
