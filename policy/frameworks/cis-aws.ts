import type { Framework } from "./framework.ts";

/**
 * CIS Amazon Web Services Foundations Benchmark: all 62 recommendations. Those that are about a whole account (its contacts, its root
 * user, the people in it) are the organization's: no stack of this project has them.
 */
export const cisAws = {
  name: "CIS AWS Foundations Benchmark",
  version: "3.0.0",
  reference: "https://www.cisecurity.org/benchmark/amazon_web_services",
  controls: {
    // Identity and access management.
    "1.1": { title: "The account's contacts are up to date", responsible: "organization" },
    "1.2": { title: "AWS knows whom to call about security", responsible: "organization" },
    "1.3": { title: "The account has security questions", responsible: "organization" },
    "1.4": { title: "The root user has no access key", responsible: "organization" },
    "1.5": { title: "The root user signs in with a second factor", responsible: "organization" },
    "1.6": { title: "The root user's second factor is a hardware device", responsible: "organization" },
    "1.7": { title: "Nobody works as the root user", responsible: "organization" },
    "1.8": { title: "Passwords have at least 14 characters", responsible: "technical" },
    "1.9": { title: "Old passwords cannot be used again", responsible: "technical" },
    "1.10": { title: "Users with a console password have a second factor", responsible: "organization" },
    "1.11": { title: "New console users get no access key along with it", responsible: "organization" },
    "1.12": { title: "Credentials that lie idle for 45 days are disabled", responsible: "organization" },
    "1.13": { title: "A user has one active access key at most", responsible: "technical" },
    "1.14": { title: "Access keys are replaced within 90 days", responsible: "organization" },
    "1.15": { title: "Users have permissions through groups alone", responsible: "technical" },
    "1.16": { title: "No attached policy allows everything on everything", responsible: "technical" },
    "1.17": { title: "A role exists for cases with AWS Support", responsible: "technical" },
    "1.18": { title: "Instances reach AWS by a role, not by keys", responsible: "technical" },
    "1.19": { title: "Expired certificates are removed from IAM", responsible: "technical" },
    "1.20": { title: "IAM Access Analyzer runs in every region", responsible: "technical" },
    "1.21": { title: "People come from one directory, by federation", responsible: "organization" },
    "1.22": { title: "Full access to CloudShell is restricted", responsible: "technical" },

    // Storage.
    "2.1.1": { title: "Buckets refuse requests without TLS", responsible: "technical" },
    "2.1.2": { title: "Deleting object versions takes a second factor", responsible: "technical" },
    "2.1.3": { title: "Sensitive objects are found and classified", responsible: "technical" },
    "2.1.4": { title: "Buckets block public access", responsible: "technical" },
    "2.2.1": { title: "EBS volumes are encrypted in every region", responsible: "technical" },
    "2.3.1": { title: "RDS databases are encrypted at rest", responsible: "technical" },
    "2.3.2": { title: "RDS takes minor versions by itself", responsible: "technical" },
    "2.3.3": { title: "RDS databases are not public", responsible: "technical" },
    "2.4.1": { title: "EFS file systems are encrypted", responsible: "technical" },

    // Logging.
    "3.1": { title: "CloudTrail records in every region", responsible: "technical" },
    "3.2": { title: "CloudTrail's files can be verified", responsible: "technical" },
    "3.3": { title: "AWS Config records in every region", responsible: "technical" },
    "3.4": { title: "Access to CloudTrail's bucket is logged", responsible: "technical" },
    "3.5": { title: "CloudTrail's files are encrypted with a KMS key", responsible: "technical" },
    "3.6": { title: "Symmetric customer keys rotate", responsible: "technical" },
    "3.7": { title: "Every VPC has flow logs", responsible: "technical" },
    "3.8": { title: "Writes of S3 objects are recorded", responsible: "technical" },
    "3.9": { title: "Reads of S3 objects are recorded", responsible: "technical" },

    // Monitoring.
    "4.1": { title: "Refused API calls raise an alarm", responsible: "technical" },
    "4.2": { title: "Console sign-ins without a second factor raise an alarm", responsible: "technical" },
    "4.3": { title: "Use of the root user raises an alarm", responsible: "technical" },
    "4.4": { title: "Changed IAM policies raise an alarm", responsible: "technical" },
    "4.5": { title: "Changes to CloudTrail raise an alarm", responsible: "technical" },
    "4.6": { title: "Failed console sign-ins raise an alarm", responsible: "technical" },
    "4.7": { title: "Disabling or deleting a customer key raises an alarm", responsible: "technical" },
    "4.8": { title: "Changed bucket policies raise an alarm", responsible: "technical" },
    "4.9": { title: "Changes to AWS Config raise an alarm", responsible: "technical" },
    "4.10": { title: "Changed security groups raise an alarm", responsible: "technical" },
    "4.11": { title: "Changed network ACLs raise an alarm", responsible: "technical" },
    "4.12": { title: "Changed gateways raise an alarm", responsible: "technical" },
    "4.13": { title: "Changed route tables raise an alarm", responsible: "technical" },
    "4.14": { title: "Changed VPCs raise an alarm", responsible: "technical" },
    "4.15": { title: "Changes in AWS Organizations raise an alarm", responsible: "technical" },
    "4.16": { title: "Security Hub is on", responsible: "technical" },

    // Networking.
    "5.1": { title: "Network ACLs close administration ports to the world", responsible: "technical" },
    "5.2": { title: "Security groups close administration ports to all of IPv4", responsible: "technical" },
    "5.3": { title: "Security groups close administration ports to all of IPv6", responsible: "technical" },
    "5.4": { title: "The default security group lets nothing through", responsible: "technical" },
    "5.5": { title: "Routes to peered VPCs reach no further than needed", responsible: "technical" },
    "5.6": { title: "The metadata service takes IMDSv2 only", responsible: "technical" },
  },
} as const satisfies Framework;
