/** A requirement of a framework that an auditor judges by. */
export interface Control {
  /** "SOC 2 CC8.1". */
  readonly id: string;
  /** What it asks for, in few words of ours; the standards' own text is theirs. */
  readonly about: string;
  readonly source: string;
}

const trustServices = "AICPA, Trust Services Criteria (2017, points of focus revised 2022)";
const annexA = "ISO/IEC 27001:2022, Annex A";
const gdpr = "Regulation (EU) 2016/679";

/** The controls that the documents serve. seeds/002, "Regulatory Compliance", names the frameworks. */
export const controls = {
  "SOC 2 CC6.1": { about: "access is restricted to those who are authorized", source: trustServices },
  "SOC 2 CC7.2": { about: "systems are watched for anomalies, which are judged", source: trustServices },
  "SOC 2 CC8.1": {
    about: "changes are authorized, documented, tested, approved and implemented",
    source: trustServices,
  },
  "ISO 27001 A.5.3": { about: "conflicting duties are segregated", source: annexA },
  "ISO 27001 A.8.15": { about: "activities are logged, and logs are protected", source: annexA },
  "ISO 27001 A.8.31": { about: "development, test and production are separated", source: annexA },
  "ISO 27001 A.8.32": { about: "changes go through a procedure", source: annexA },
  "ISO 27001 A.8.33": { about: "what is tested with is chosen and protected", source: annexA },
  "GDPR Art. 25": { about: "data protection by design and by default", source: gdpr },
  "GDPR Art. 35": { about: "the impact on data protection is assessed", source: gdpr },
} as const;

type ControlId = keyof typeof controls;

/** Which document serves which control, by the documents' keys in the process. */
const served: Readonly<Record<string, readonly ControlId[]>> = {
  "change-request": ["SOC 2 CC8.1", "ISO 27001 A.8.32"],
  "approval-records": ["SOC 2 CC8.1", "SOC 2 CC6.1", "ISO 27001 A.5.3", "ISO 27001 A.8.15", "ISO 27001 A.8.32"],
  "security-compliance-review": ["SOC 2 CC8.1", "GDPR Art. 25", "GDPR Art. 35", "ISO 27001 A.8.32"],
  "testing-evidence": ["SOC 2 CC8.1", "ISO 27001 A.8.31", "ISO 27001 A.8.33"],
  "deployment-plan": ["SOC 2 CC8.1", "ISO 27001 A.8.32"],
  "rollback-plan": ["SOC 2 CC8.1", "ISO 27001 A.8.32"],
  "post-deployment-verification": ["SOC 2 CC7.2", "SOC 2 CC8.1"],
  "issues-and-incidents": ["SOC 2 CC7.2", "ISO 27001 A.8.15"],
};

/** The controls that a document serves; none for a document that only this process has. */
export function controlsOf(document: string): readonly Control[] {
  const ids = Object.hasOwn(served, document) ? (served[document] ?? []) : [];
  return ids.map((id) => ({ id, ...controls[id] }));
}
