import type { Framework } from "./framework.ts";

/**
 * SOC 2: the common criteria, availability and confidentiality, by the numbers of the Trust Services Criteria.
 *
 * Processing integrity (PI) and privacy (P) are left out: they are about what an application does with its transactions and with the
 * people behind the data, of which infrastructure shows nothing. What infrastructure owes to personal data is in gdpr.ts.
 */
export const soc2 = {
  name: "SOC 2",
  version: "Trust Services Criteria 2017, points of focus of 2022",
  reference:
    "https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
  controls: {
    "CC1.1": { title: "Conduct follows stated values", responsible: "organization" },
    "CC1.2": { title: "A board independent of management oversees controls", responsible: "organization" },
    "CC1.3": { title: "Reporting lines and authority are laid down", responsible: "organization" },
    "CC1.4": { title: "Competent people are hired, trained and kept", responsible: "organization" },
    "CC1.5": { title: "People answer for the controls that are theirs", responsible: "organization" },
    "CC2.1": { title: "Controls rest on information that is relevant and reliable", responsible: "process" },
    "CC2.2": { title: "Staff are told what they need for their controls", responsible: "organization" },
    "CC2.3": { title: "Outside parties are told what concerns them", responsible: "organization" },
    "CC3.1": { title: "Objectives are clear enough to find their risks", responsible: "organization" },
    "CC3.2": { title: "Risks are found, analysed and given an answer", responsible: "organization" },
    "CC3.3": { title: "The ways to commit fraud are weighed", responsible: "organization" },
    "CC3.4": { title: "Changes that could upset the controls are noticed and judged", responsible: "organization" },
    "CC4.1": { title: "Whether controls exist and work is checked again and again", responsible: "process" },
    "CC4.2": { title: "Failings of controls reach whoever must mend them, in time", responsible: "process" },
    "CC5.1": { title: "Controls answer the risks, with conflicting duties apart", responsible: "process" },
    "CC5.2": { title: "Technology is itself under general controls", responsible: "technical" },
    "CC5.3": { title: "Policies state what is expected, procedures put it into practice", responsible: "organization" },
    "CC6.1": { title: "Logical access to information and its keys is guarded", responsible: "technical" },
    "CC6.2": { title: "Users are approved before they get access, and lose it after", responsible: "process" },
    "CC6.3": { title: "Access follows roles, with least privilege and duties apart", responsible: "technical" },
    "CC6.4": { title: "Only authorized people enter the premises", responsible: "provider" },
    "CC6.5": { title: "Media stay guarded until nothing on them can be read", responsible: "provider" },
    "CC6.6": { title: "The boundary keeps threats from outside out", responsible: "technical" },
    "CC6.7": {
      title: "Information is protected while it moves, and moves only where it may",
      responsible: "technical",
    },
    "CC6.8": { title: "Unauthorized and malicious software is kept out or found", responsible: "technical" },
    "CC7.1": { title: "Changed configurations and new vulnerabilities are detected", responsible: "technical" },
    "CC7.2": { title: "Systems are watched for anomalies, which are analysed", responsible: "technical" },
    "CC7.3": { title: "Events are judged: is one a security incident?", responsible: "organization" },
    "CC7.4": { title: "Incidents are answered by a set programme", responsible: "process" },
    "CC7.5": { title: "Recovery from incidents is prepared and carried out", responsible: "process" },
    "CC8.1": { title: "Changes are authorized, tested, approved and documented", responsible: "process" },
    "CC9.1": { title: "Risks of business disruption are reduced", responsible: "organization" },
    "CC9.2": { title: "Risks of vendors and partners are managed", responsible: "organization" },
    "A1.1": { title: "Capacity is measured and grows with demand", responsible: "technical" },
    "A1.2": { title: "Backups, spare infrastructure and a fit environment are in place", responsible: "technical" },
    "A1.3": { title: "Recovery is tried out", responsible: "process" },
    "C1.1": { title: "Confidential information is known and protected", responsible: "technical" },
    "C1.2": { title: "Confidential information is disposed of when due", responsible: "technical" },
  },
} as const satisfies Framework;
