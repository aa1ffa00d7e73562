/** One message of a budget: at which share of it, of what was spent or of what is going to be. */
export interface PlannedNotice {
  readonly notificationType: "ACTUAL" | "FORECASTED";
  readonly percent: number;
}

/** At four fifths there is time to look, at the whole it is spent; the forecast comes before either when something runs away. */
export const notices: readonly PlannedNotice[] = [
  { notificationType: "ACTUAL", percent: 80 },
  { notificationType: "ACTUAL", percent: 100 },
  { notificationType: "FORECASTED", percent: 100 },
];

/**
 * What of the account's costs is this stack's, in the words of AWS Budgets: `user:<tag>$<value>`. Budgets count only tags that the
 * account's payer has activated as cost allocation tags (Billing, "Cost allocation tags": `Stack`), and only from then on.
 */
export const costsOf = (stack: string): string => `user:Stack$${stack}`;
