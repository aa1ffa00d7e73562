import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days, of the 7 to 30 that KMS offers. */
const shortest = 14;

export const keyDeletionWindow: ResourceRule = {
  name: "key-deletion-window",
  title: "Keys wait before they are deleted",
  severity: "medium",
  category: "resilience",
  description: `A KMS key waits for ${shortest} days or more before it is deleted.`,
  rationale: "With the key goes everything that it encrypts, backups too; the wait is the only time to notice.",
  remediation: "Set deletionWindowInDays to 30, or leave it out.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.24", "NIST SC-12", "GDPR 32(1)(c)"],
  appliesTo: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const days = numberOf(props.deletionWindowInDays) ?? 30;
    return days >= shortest ? [] : [`is gone ${days} days after a deletion, before ${shortest}.`];
  },
};
