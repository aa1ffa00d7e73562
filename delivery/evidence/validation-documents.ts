/**
 * Which document a validation is evidence for, by the words of its key: a process names its validations as it likes, and a list of the
 * default one's would leave out another's. The first row that has a word of the key decides; what no row has is a test.
 */
const rows: readonly (readonly [document: string, words: readonly string[]])[] = [
  [
    "security-compliance-review",
    ["security", "penetration", "privacy", "governance", "compliance", "regulatory", "trail", "vulnerability"],
  ],
  ["rollback-plan", ["rollback", "backup", "recovery", "disaster", "restore"]],
  ["change-request", ["acceptance", "business", "stakeholder", "functionality", "advisory"]],
  ["approval-records", ["review"]],
  [
    "deployment-plan",
    [
      ...["plan", "rollout", "communication", "marketing", "support", "training", "notes", "notified", "standby"],
      ...["monitoring", "dashboards", "baseline", "maintenance", "cdn", "ssl", "dns", "balancer", "flag", "flags"],
      ...["configuration", "configured", "setup", "scheduled", "documentation"],
    ],
  ],
];

/** The key of the document, as the process' `documents` have it. */
export function documentOf(validation: string): string {
  const words = validation.split("-");
  return rows.find(([, some]) => some.some((word) => words.includes(word)))?.[0] ?? "testing-evidence";
}
