import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf, recordsOf } from "../../values.ts";

/** Days: what AWS Config's rule backup-plan-min-frequency-and-min-retention-check asks for. */
const shortest = 35;

export const backupRetention: ResourceRule = {
  name: "backup-retention",
  title: "Backups are kept",
  severity: "high",
  category: "resilience",
  description: `Each rule of production's backup plans runs by a schedule and keeps what it makes, and its copies, for ${shortest} days.`,
  rationale: "Corruption and ransom are often found weeks later, when the last good backup must still be there.",
  remediation: `Set a schedule, and lifecycle.deleteAfter to ${shortest} or more.`,
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: ["aws:backup/plan:Plan"],
  environments: ["production"],
  judge: ({ props }) =>
    recordsOf(props.rules).flatMap((rule) => {
      const lifecycles = [
        recordOf(rule.lifecycle),
        ...recordsOf(rule.copyActions).map((copy) => recordOf(copy.lifecycle)),
      ];
      return [
        ...(rule.schedule ? [] : [`never runs its rule "${rule.ruleName}".`]),
        ...lifecycles
          // What never expires is kept.
          .map(({ deleteAfter }) => numberOf(deleteAfter) ?? shortest)
          .filter((days) => days < shortest)
          .map((days) => `keeps what its rule "${rule.ruleName}" makes for ${days} days, not for ${shortest}.`),
      ];
    }),
};
