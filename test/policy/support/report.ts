import type { Exemption } from "../../../policy/exemptions.ts";
import type { Counts, Report, ReportedControl, ReportedPolicy, ReportedResult } from "../../../policy/report/model.ts";

/* A report made by hand, in which everything occurs once. */

/** What would break out of HTML, of a table in Markdown, or of code in it, and what would call somebody. */
export const hostile = "<script>|`\"'&*_[x](https://evil.example)@team{0}</script>";

const none: Counts = { passed: 0, failed: 0, exempt: 0, unknown: 0, error: 0 };

export const exemption: Exemption = {
  policy: "database-exposure",
  stack: "prod",
  resource: "aws:rds/instance:Instance old",
  finding: "keeps its data unencrypted.",
  reason: "It is read-only, and goes in March.",
  owner: "data",
  approver: "security",
  expires: "2027-03-31",
};

const databaseExposure: ReportedPolicy = {
  name: "database-exposure",
  title: "Databases are private and encrypted",
  severity: "critical",
  category: "exposure",
  enforcement: "mandatory",
  description: "A database has no public address and its storage is encrypted.",
  rationale: "A public database is found by scanners within minutes.",
  remediation: "Set publiclyAccessible to false.",
  controls: ["SOC2 CC6.6", "NIST SC-28"],
  counts: { ...none, passed: 1, failed: 1, exempt: 1, error: 1 },
};

const logRetention: ReportedPolicy = {
  name: "log-retention",
  title: "Logs are kept",
  severity: "medium",
  category: "logging",
  enforcement: "advisory",
  description: "A log group keeps what is in it for 90 days.",
  rationale: "What is gone cannot be looked into.",
  remediation: "Set retentionInDays to 90.",
  controls: ["SOC2 CC7.2"],
  counts: { ...none, failed: 1, unknown: 1 },
};

const budget: ReportedPolicy = {
  name: "budget",
  title: "A budget is set",
  severity: "low",
  category: "cost",
  enforcement: "mandatory",
  description: "A budget has a limit.",
  rationale: "Cost without a limit is noticed with the bill.",
  remediation: "Set limitAmount.",
  controls: ["SOC2 A1.1"],
  counts: { ...none, passed: 1 },
};

const bastion: ReportedPolicy = {
  name: "bastion",
  title: "Bastions are few",
  severity: "high",
  category: "identity",
  enforcement: "mandatory",
  description: "A bastion is open to named roles.",
  rationale: "Who is on a bastion is everywhere.",
  remediation: "Name the roles.",
  controls: ["NIST AC-6(1)"],
  counts: none,
};

const resource = (type: string, name: string): ReportedResult["resource"] => ({
  urn: `urn:pulumi:prod::teamflow::${type}::${name}`,
  type,
  name,
});
const database = (name: string) => resource("aws:rds/instance:Instance", name);
const logGroup = (name: string) => resource("aws:cloudwatch/logGroup:LogGroup", name);

const results: readonly ReportedResult[] = [
  {
    policy: "database-exposure",
    resource: database("main"),
    verdict: "failed",
    findings: [{ text: "has a public address." }],
  },
  {
    policy: "database-exposure",
    resource: database("old"),
    verdict: "exempt",
    findings: [{ text: "keeps its data unencrypted.", exemption }],
  },
  { policy: "database-exposure", resource: database("good"), verdict: "passed", findings: [] },
  {
    policy: "database-exposure",
    resource: database("odd"),
    verdict: "error",
    findings: [],
    reason: "tags is not iterable",
  },
  {
    policy: "log-retention",
    resource: logGroup("app"),
    verdict: "failed",
    findings: [{ text: "keeps nothing beyond 7 days." }],
  },
  {
    policy: "log-retention",
    resource: logGroup("trail"),
    verdict: "unknown",
    findings: [],
    reason: "retentionInDays is not known yet",
  },
  { policy: "budget", resource: resource("aws:budgets/budget:Budget", "monthly"), verdict: "passed", findings: [] },
];

const controls: readonly ReportedControl[] = [
  {
    id: "SOC2 CC1.1",
    framework: "SOC2",
    title: "Conduct follows stated values",
    responsible: "organization",
    status: "notCovered",
    policies: [],
    counts: none,
  },
  {
    id: "SOC2 CC6.6",
    framework: "SOC2",
    title: "The boundary keeps threats from outside out",
    responsible: "technical",
    status: "failed",
    policies: ["database-exposure"],
    counts: databaseExposure.counts,
  },
  {
    id: "SOC2 CC7.2",
    framework: "SOC2",
    title: "Systems are watched for anomalies, which are analysed",
    responsible: "technical",
    status: "failed",
    policies: ["log-retention"],
    counts: logRetention.counts,
  },
  {
    id: "SOC2 A1.1",
    framework: "SOC2",
    title: "Capacity is measured and grows with demand",
    responsible: "technical",
    status: "passed",
    policies: ["budget"],
    counts: budget.counts,
  },
  {
    id: "NIST AC-6(1)",
    framework: "NIST",
    title: "Security functions are open to named roles only",
    responsible: "technical",
    status: "notApplicable",
    policies: ["bastion"],
    counts: none,
  },
];

/** Everything occurs: a finding, an advisory one, an exempt one, a judgement that failed, one that waits, exemptions in vain. */
export function exampleReport(over: Partial<Report> = {}): Report {
  return {
    stack: "prod",
    kind: "state",
    digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    resources: 12,
    judgedAt: "2026-12-01T03:00:00.000Z",
    pack: "all",
    version: "0.1.0",
    frameworks: [
      { key: "SOC2", name: "SOC 2", version: "2017", reference: "https://www.aicpa-cima.com/" },
      {
        key: "NIST",
        name: "NIST SP 800-53",
        version: "Revision 5",
        reference: "https://doi.org/10.6028/NIST.SP.800-53r5",
      },
    ],
    policies: [logRetention, databaseExposure, budget, bastion],
    controls,
    results,
    exemptions: {
      used: [exemption],
      expired: [{ ...exemption, resource: "aws:rds/instance:Instance gone", expires: "2026-11-30" }],
      unused: [{ ...exemption, resource: "aws:rds/instance:Instance mended" }],
    },
    counts: { passed: 2, failed: 2, exempt: 1, unknown: 1, error: 1 },
    compliant: false,
    ...over,
  };
}

/** Nothing stands against it. */
export function goodReport(over: Partial<Report> = {}): Report {
  return exampleReport({
    policies: [budget],
    controls: controls.filter(({ policies }) => policies.every((name) => name === "budget")),
    results: results.filter(({ policy }) => policy === "budget"),
    exemptions: { used: [], expired: [], unused: [] },
    counts: budget.counts,
    compliant: true,
    ...over,
  });
}

/** Every text of it is hostile. */
export function hostileReport(): Report {
  const report = exampleReport();
  const evil = {
    ...exemption,
    finding: hostile,
    reason: hostile,
    owner: hostile,
    approver: hostile,
    resource: hostile,
  };
  return exampleReport({
    stack: hostile,
    pack: hostile,
    version: hostile,
    policies: report.policies.map((policy) => ({
      ...policy,
      title: hostile,
      description: hostile,
      rationale: hostile,
      remediation: hostile,
    })),
    controls: report.controls.map((control) => ({ ...control, title: hostile })),
    results: report.results.map((result) => ({
      ...result,
      resource: { urn: `${result.resource.urn}${hostile}`, type: hostile, name: hostile },
      findings: result.findings.map(({ exemption: given }) => ({ text: hostile, ...(given && { exemption: evil }) })),
      ...(result.reason !== undefined && { reason: hostile }),
    })),
    exemptions: { used: [evil], expired: [evil], unused: [evil] },
  });
}
